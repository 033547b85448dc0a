"""The status line as text, at the width of a narrow terminal."""

from dataclasses import replace

from rich.console import Console

from pedal.state import Meter, Session
from pedal.status import level_bar, status_line, summary_rows, summary_text

PLAYING = Session(boot_id="boot", effect="rodent", wants_snapshot=False)


def text_of(renderable, width: int = 160) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(renderable, no_wrap=True, overflow="ellipsis")
    return capture.get()


def test_before_the_first_answer_it_says_so():
    assert "waiting for the engine" in text_of(status_line(Session()))


def test_it_shows_the_effect_and_the_load():
    meter = Meter(load_percent=31.0, peak_percent=44.0)
    text = text_of(status_line(replace(PLAYING, meter=meter)))
    assert "rodent" in text
    assert "load  31 % peak  44 %" in text


def test_bypass_hides_the_effect():
    text = text_of(status_line(replace(PLAYING, bypass=True)))
    assert "bypass" in text
    assert "rodent" not in text


def test_an_alarm_is_shown_with_its_cause():
    alarmed = replace(PLAYING, fault="nan", alarm="playing dry")
    assert "ALARM nan: playing dry" in text_of(status_line(alarmed))


def test_a_bank_that_still_loads_is_no_alarm():
    loading = replace(PLAYING, fault="no-bank", alarm="")
    assert "ALARM" not in text_of(status_line(loading))
    assert "loading the bank" in text_of(status_line(loading))


def test_a_press_that_was_refused_is_shown_before_the_levels():
    refused = replace(PLAYING, rejected="/preset/next: unknown preset")
    text = text_of(status_line(refused), width=60)
    assert "refused /preset/next: unknown preset" in text


def test_dropped_messages_are_shown():
    assert "dropped 3" in text_of(status_line(replace(PLAYING, dropped=3)))


def test_it_stays_one_line_at_width_60():
    assert text_of(status_line(PLAYING), width=60).count("\n") == 1


def test_level_bars_end_where_they_should():
    assert level_bar(-200.0) == "░" * 12
    assert level_bar(-30.0) == "█" * 6 + "░" * 6
    assert level_bar(6.0) == "█" * 12


SUMMARY = {
    "device": "clocked null device",
    "period": 128,
    "blocks": 3445,
    "underruns": 0,
    "sample_rate_hz": 44100,
    "device_buffer_ms": 50.0,
    "cpu_percent": 8.25,
    "program": {
        "late_blocks": 1,
        "p50_us": 12.5,
        "p99_us": 20.0,
        "max_us": 99.9,
        "effect": "rodent",
        "model_block": 16,
        "delay_samples": 15,
        "dropped_messages": 2,
        "alarms": [],
    },
}


def test_a_summary_tells_what_a_player_asks():
    rows = dict(summary_rows(SUMMARY))
    assert rows["blocks"] == "3445 of 128 samples"
    assert rows["late blocks"] == "1"
    assert rows["block time"] == "p50 12.5, p99 20.0, max 99.9 us"
    assert rows["effect"] == "rodent, block 16"
    assert rows["alarms"] == "none"
    assert "underruns    0\n" in summary_text(SUMMARY)


def test_the_delay_is_the_sum_of_its_parts():
    expected = "56.1 ms = path 0.34 + two periods 5.80 + device 50.00"
    assert dict(summary_rows(SUMMARY))["delay"] == expected


def test_an_engine_that_says_little_still_has_a_summary():
    assert dict(summary_rows({}))["blocks"] == "? of ? samples"
