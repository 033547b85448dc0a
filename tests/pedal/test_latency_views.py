"""What `pedal latency` shows, and what it calls wrong."""

from rich.console import Console

from pedal.latency import Budget, Delays, Kind
from pedal.latency_views import Row, as_rows, as_table

EXACT = Delays(Kind.PULSE, (143.0,) * 20)
LATE = Delays(Kind.SWEEP, (*(143.0,) * 19, 160.0))


def row(*delays: Delays) -> Row:
    return Row("clean", delays, 16, 64, Budget(64, 15))


def text(rows: list[Row]) -> str:
    console = Console(width=100)
    with console.capture() as kept:
        console.print(as_table(rows))
    return kept.get()


def test_a_delay_that_is_as_computed_is_no_stray():
    assert row(EXACT).strays() == []


def test_one_late_probe_of_twenty_is_a_stray_and_says_where():
    assert row(EXACT, LATE).strays() == [
        "clean, block 16, period 64: expected 3.2 ms, found 3.6 by sweep"
    ]


def test_where_nothing_can_be_computed_nothing_strays():
    assert Row("cable", (LATE,)).strays() == []


def test_a_table_has_least_median_and_most():
    lines = text([row(EXACT, LATE)]).splitlines()
    assert lines[1].split() == [
        *("clean", "16", "64", "3.24"),
        *("3.24", "3.24", "3.24"),
        *("3.24", "3.24", "3.63"),
    ]


def test_columns_that_mean_nothing_are_left_out():
    assert text([Row("cable", (EXACT,))]).split()[:2] == ["path", "pulse:"]


def test_rows_have_ms_samples_and_the_parts_of_the_budget():
    (found,) = as_rows([row(EXACT, LATE)])
    assert found["computed"] == {
        "ms": 3.243,
        "samples": 143,
        "periods": 128,
        "model": 15,
        "converters": None,
    }
    assert found["pulse"]["looked_for"] == "pulse"
    assert found["sweep"]["samples"] == [143, 143, 160]
