"""Presets through the real program: how fast they sound, and that renders keep out."""

import json
import signal
import socket
import subprocess
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np
import pytest
import soundfile

from pedal.arrival import middle
from pedal.engine import Settings, command
from pedal.errors import LinkError, RejectedError
from pedal.link import Link
from pedal.loop import chord
from pedal.paths import FACTORY_BANK
from tests.system.rig import RATE_HZ, message, play

NEUTRAL = {"trim": 0, "drive": 50, "tone": 0, "level": 0, "gate": -90}
MIDDLE_MS = 15  # from the press to the middle of the new sound
PERIOD = 16


def preset(name: str, effect: str, block: int = 1, **params: float) -> dict:
    """One place of a setlist."""
    values = {"params": NEUTRAL | params}
    return {"id": name, "name": name, "effect": effect, "block": block} | values


def write_setlist(folder: Path, *presets: dict) -> Path:
    """A data folder with these presets, sealed as the pedal does it."""
    body = {"format": 1, "kept": ["trim", "gate"], "presets": list(presets)}
    rest = json.dumps(body)[1:]
    folder.mkdir(parents=True, exist_ok=True)
    text = f'{{"crc32":"{zlib.crc32(rest.encode()):08x}",{rest}'
    (folder / "presets.json").write_text(text)
    return folder


def press(channel: int, at: int, held: int = 8000) -> list[dict]:
    """A foot on a switch."""
    return [
        {"at": when, "digital": {"channel": channel, "value": value}}
        for when, value in ((at, 0), (at + held, 1))
    ]


def source(count: int) -> np.ndarray:
    """(N,): a chord of three sines, so that two effects always differ."""
    return chord(count).astype(np.float32)


@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize("how", ["foot", "message"])
def test_a_new_sound_is_there_within_15_ms(tmp_path, block, how) -> None:
    data = write_setlist(
        tmp_path, preset("a", "screamer", block), preset("b", "blues", block)
    )
    samples, worst = source(30000), 0.0
    old, new = (
        play(samples, FACTORY_BANK, effect, block=block, period=PERIOD).out
        for effect in ("screamer", "blues")
    )
    for at in range(15000, 15016, 5):
        score = press(1, at) if how == "foot" else [message(at, "/preset/load", "b")]
        take = play(
            samples,
            FACTORY_BANK,
            "screamer",
            block=block,
            period=PERIOD,
            score=score,
            data=data,
        )
        half = middle(take.out[at:25000], old[at:25000], new[at:25000])
        worst = max(worst, 1000 * half / RATE_HZ)
        echo = take.times("/echo/effect")[-1]
        assert at < echo <= at + half  # told when it begins to sound, never before
    print(f"block {block}, {how}: {worst:.2f} ms")
    assert 2 < worst <= MIDDLE_MS


def test_a_render_reads_no_presets_unless_told_and_never_writes(tmp_path) -> None:
    data = write_setlist(tmp_path, preset("a", "blues", drive=90))
    kept = (data / "presets.json").read_bytes()
    score = [message(2000, "/preset/load", "a"), message(9000, "/preset/save", "c", "")]
    samples = source(20000)
    told = play(samples, FACTORY_BANK, "screamer", score=score, data=data)
    untold = play(samples, FACTORY_BANK, "screamer", score=score)
    assert told.times("/echo/preset")
    assert untold.times("/echo/rejected")
    assert not np.array_equal(told.out, untold.out)
    assert (data / "presets.json").read_bytes() == kept
    assert [file.name for file in data.iterdir()] == ["presets.json"]


def test_presets_sound_the_same_at_every_period(tmp_path) -> None:
    data = write_setlist(
        tmp_path,
        preset("a", "screamer", 1, drive=90),
        preset("b", "blues", 16, level=-6),
    )
    score = [message(at, "/preset/next") for at in range(2001, 40000, 3777)]
    score += [
        {"at": at, "analog": {"channel": 0, "value": 0.6 * (at % 7) / 7}}
        for at in range(2500, 40000, 1501)
    ]
    takes = [
        play(source(44100), FACTORY_BANK, period=period, score=score, data=data)
        for period in (1, 16, 100, 1024)
    ]
    assert all(take.out.tobytes() == takes[0].out.tobytes() for take in takes)
    assert takes[0].times("/takeover")


class Pedal:
    """A live engine in demo mode. Ends it with a signal of one's choice."""

    def __init__(self, folder: Path, effect: str = "", preset: str = "") -> None:
        wav, port = folder / "loop.wav", free_port()
        soundfile.write(wav, source(RATE_HZ), RATE_HZ, subtype="FLOAT")
        settings = Settings(
            FACTORY_BANK,
            effect=effect,
            preset=preset,
            data=folder / "data",
            osc_port=port,
            gui_port=0,
        )
        line = command(256, "demo", ["--in", str(wav)])
        self.process = subprocess.Popen(line, env=settings.environment())
        self.link = Link("127.0.0.1", port)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGKILL)

    def state(self) -> dict:
        """What it plays, once its bank is loaded."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(LinkError):
                state = self.link.ask("/state/get", timeout_s=0.2).named()
                if state["fault"] == "none" and state["effect"]:
                    return state
        raise AssertionError("no bank within 20 s")

    def end(self, how: signal.Signals) -> None:
        """Stops it, or kills it."""
        self.process.send_signal(how)
        self.process.wait(10)
        self.link.close()


def free_port() -> int:
    """A UDP port that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_pedal_comes_back_in_its_last_sound(tmp_path, how) -> None:
    with Pedal(tmp_path) as pedal:
        pedal.state()
        pedal.link.ask("/preset/save", ["first", "First"])
        pedal.link.ask("/effect/select", ["blues"])
        pedal.link.ask("/param/set", ["drive", 81.5])
        pedal.link.ask("/preset/save", ["second", "Second"])
        if how == signal.SIGKILL:
            time.sleep(2.5)  # the last sound is written once a second
        pedal.end(how)
    with Pedal(tmp_path) as again:
        state = again.state()
        setlist = again.link.ask("/presets/get").named()
        again.link.ask("/presets/export", ["my-night"])
        again.link.ask("/preset/delete", ["first"])
        assert again.link.ask("/presets/get").named()["ids"] == "second"
        back = again.link.ask("/presets/import", ["my-night"]).named()
        assert back["ids"] == "first,second"
        with pytest.raises(
            RejectedError, match=r"nothing.json: expected a file, found none"
        ):
            again.link.ask("/presets/import", ["nothing"])
        again.end(signal.SIGTERM)
    assert (state["effect"], state["drive"]) == ("blues", 81.5)
    assert (setlist["ids"], setlist["names"]) == ("first,second", "First\nSecond")
    assert (setlist["current"], setlist["unsaved"]) == ("second", 0)
    with Pedal(tmp_path, effect="screamer") as other:
        asked = other.state()
    assert (asked["effect"], asked["drive"]) == ("screamer", 50.0)
