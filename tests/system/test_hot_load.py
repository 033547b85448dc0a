"""Banks loaded while the pedal plays: no click, no underrun, no memory that is kept.

Offline each load is one of a score, so that it can be judged by the ideal crossfade;
the live pedal is loaded as fast as it answers. PEDAL_HOT_LOAD_EVERY=0.5 waits as long
between two loads.
"""

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from pedal import demo
from pedal.errors import RejectedError
from pedal.paths import FACTORY_BANK
from tests.helpers import edit_manifest, write_bank
from tests.system.live import live
from tests.system.rig import RATE_HZ, message, play
from tests.system.stage import engine_missing, wait_until
from tests.system.switching import AROUND, FADE, ideal, second_difference

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())

EVERY_S = float(os.environ.get("PEDAL_HOT_LOAD_EVERY", "0"))
LOADS = 200
GROWTH_KIB = 1024  # of what is kept beside: logs, arenas


def other_sound(manifest: dict) -> None:
    """Another name, other levels, and "hiss" where "hum" was."""
    manifest["name"] = "day-set"
    manifest["effects"][1]["id"] = "hiss"
    for effect in manifest["effects"]:
        for model in effect["models"]:
            model["gain_db"] += 4.0


@pytest.fixture
def root(tmp_path) -> Path:
    """A folder of two banks: night (buzz, hum) and day (buzz, hiss)."""
    folder = tmp_path / "banks"
    folder.mkdir()
    write_bank(folder / "night")
    edit_manifest(write_bank(folder / "day"), other_sound)
    return folder


def running(root: Path, samples: np.ndarray, block: int) -> dict[str, np.ndarray]:
    """Each sound from beginning to end, by "bank/effect"."""
    names = ("night/buzz", "night/hum", "day/buzz", "day/hiss")
    return {
        name: play(
            samples, root / name.split("/")[0], name.split("/")[1], block=block
        ).out
        for name in names
    }


def score_of(loads: int) -> tuple[list[dict], list[str]]:
    """Every half second another bank, between two of them another effect.

    returns: the score, and what sounds from the start and after each change.
    """
    random = np.random.default_rng(5)
    score, sounds = [], ["night/buzz"]
    for turn in range(loads):
        at = 6000 + turn * RATE_HZ // 2 + int(random.integers(2000))
        bank, second = (("day", "hiss"), ("night", "hum"))[turn % 2]
        score.append(message(at, "/bank/load", bank))
        score.append(message(at + RATE_HZ // 4, "/effect/select", second))
        # Where a bank lacks what was played its first effect comes, else that stays.
        sounds += [f"{bank}/buzz", f"{bank}/{second}"]
    return score, sounds


@pytest.mark.parametrize(
    ("block", "loads", "most_db"), [(1, LOADS, 1.0), (16, 40, 1.5)]
)
def test_loads_between_switches_are_each_the_ideal_crossfade(
    root, block, loads, most_db
):
    score, sounds = score_of(loads)
    samples = np.resize(demo.loop(), score[-1]["at"] + 12000)
    take = play(
        samples, root / "night", "buzz", block=block, score=score, banks=(root,)
    )
    starts = sorted(set(take.times("/state", "/echo/effect")))
    assert len(starts) == 2 * loads
    alone = running(root, samples, block)
    click_db = max(
        click(take.out, alone[before], alone[after], start)
        for before, after, start in zip(sounds, sounds[1:], starts, strict=False)
    )
    print(f"block {block}: {loads} loads, {click_db:+.2f} dB against the ideal")
    assert click_db <= most_db


def click(out: np.ndarray, before: np.ndarray, after: np.ndarray, start: int) -> float:
    """By how many dB the largest second difference exceeds the ideal's."""
    begin, end = start - AROUND, start + AROUND
    wish = ideal(before[begin : end + FADE], after[begin : end + FADE], AROUND)
    allowed = second_difference(wish[: end - begin])
    found = second_difference(out[begin:end])
    return float(20 * np.log10(max(found, 1e-7) / max(allowed, 1e-7)))


def test_the_output_with_loads_does_not_depend_on_the_period(root):
    score, _ = score_of(4)
    samples = np.resize(demo.loop(), score[-1]["at"] + 12000)
    outs = {
        play(
            samples, root / "night", "buzz", period=period, score=score, banks=(root,)
        ).out.tobytes()
        for period in (1, 7, 16, 64, 100, 1024)
    }
    assert len(outs) == 1


def test_200_loads_while_switching_take_no_memory_and_break_no_sound(tmp_path, root):
    slowest_s, sizes = 0.0, []
    with live(tmp_path, root, root / "night") as pedal:
        for turn in range(LOADS):
            begun_s = time.monotonic()
            told = pedal.load(("day", "night")[turn % 2])
            slowest_s = max(slowest_s, time.monotonic() - begun_s)
            assert told["bank"] == ("day-set", "night-set")[turn % 2]
            assert told["effects"] == ("buzz,hiss", "buzz,hum")[turn % 2]
            pedal.link.ask("/effect/select", [("hiss", "hum")[turn % 2]], 5.0)
            sizes.append(pedal.memory_kib())
            time.sleep(EVERY_S)
    grown = sizes[-1] - sizes[20]
    summary = pedal.summary()
    print(f"{LOADS} loads, the slowest {slowest_s:.2f} s, grown by {grown} KiB")
    assert summary["underruns"] == 0
    assert summary["program"]["alarms"] == []
    assert grown <= GROWTH_KIB
    assert slowest_s < 5.0


def test_the_factory_bank_comes_and_goes_within_5_s(tmp_path, root):
    shutil.copytree(FACTORY_BANK, root / "copy")
    with live(tmp_path, root, FACTORY_BANK) as pedal:
        for name in ("copy", "night", "factory", "copy"):
            begun_s = time.monotonic()
            pedal.load(name)
            took_s = time.monotonic() - begun_s
            print(f"{name}: {took_s:.2f} s")
            assert took_s < 5.0
    assert pedal.summary()["underruns"] == 0


def test_what_cannot_be_loaded_is_told_and_the_old_one_plays_on(tmp_path, root):
    with live(tmp_path, root, root / "night") as pedal:
        with pytest.raises(RejectedError, match="there are day,night"):
            pedal.load("nonesuch")
        (root / "day" / "bank.json").write_text('{"format": 1, "na')
        with pytest.raises(RejectedError, match="is not a JSON object"):
            pedal.load("day")
        assert pedal.state()["bank"] == "night-set"
        shutil.rmtree(root / "day")
        edit_manifest(write_bank(root / "day"), other_sound)
        pedal.wait_for(bank="day-set")  # tried again when its files change
        shutil.rmtree(root / "day")  # while it plays
        time.sleep(1.5)
        assert pedal.state()["bank"] == "day-set"
        write_bank(root / "other")
        wait_until(lambda: pedal.banks() == ("night,other", "day"))
    alarms = pedal.summary()["program"]["alarms"]
    assert len(alarms) == 2
    assert "is not a JSON object" in alarms[0]
    assert "can't be opened" in alarms[1]


def test_the_last_bank_and_its_sound_come_up_again(tmp_path, root):
    with live(tmp_path, root, root / "night", last_bank=True) as pedal:
        pedal.load("day")
        pedal.link.ask("/effect/select", ["hiss"], 5.0)
    for last_bank, bank, effect in (
        (True, "day-set", "hiss"),
        (False, "night-set", "buzz"),
    ):
        with live(tmp_path, root, root / "night", last_bank=last_bank) as pedal:
            state = pedal.state()
            assert (state["bank"], state["effect"]) == (bank, effect)
