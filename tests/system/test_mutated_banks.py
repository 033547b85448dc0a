"""Damaged banks offered to a pedal that plays: not a sample of its sound differs.

By /bank/load, and in the folder of the bank that plays. The readers alone are tried by
tests/cpp/test_mutations.cpp, on far more files.
"""

import random
import re
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pedal.demo import demo_file
from pedal.errors import RejectedError
from tests.helpers import write_bank
from tests.system.live import PERIOD, Live, live
from tests.system.rig import RATE_HZ, message, play
from tests.system.stage import engine_missing

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())

OFFERS = 300
FADE = 4410  # samples at the start of a live pedal, and more than at its end


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Cut short, or with bytes that are others; never what it was."""
    if draw.random() < 0.5:
        return content[: draw.randrange(len(content) - 1)]
    found = bytearray(content)
    for _ in range(draw.randrange(1, 9)):
        found[draw.randrange(len(found))] ^= 1 << draw.randrange(8)
    return bytes(found) if bytes(found) != content else b""


def damage(folder: Path, draw: random.Random) -> None:
    """One of a bank's files: its hash tells of a model, of bank.json its braces."""
    write_bank_again(folder)
    path = draw.choice(sorted(folder.iterdir()))
    if path.name == "bank.json":
        content = path.read_bytes()
        path.write_bytes(content[: draw.randrange(len(content) - 1)])
    else:
        path.write_bytes(damaged(path.read_bytes(), draw))


def write_bank_again(folder: Path) -> None:
    """A good bank in place of what is there."""
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    write_bank(folder)


def calm(pedal: Live, bank: Path, length: int) -> np.ndarray:
    """(length,): the same pedal offline, left in peace."""
    loop, _ = soundfile.read(demo_file(), dtype="float32")
    samples = np.resize(loop, length)
    (at,) = (row["at"] for row in pedal.echoes("/echo/effect"))

    def render(frames: int, asked: int):
        score = [message(asked, "/effect/select", "hum")]
        return play(samples[:frames], bank, "clean", period=PERIOD, score=score)

    late = render(at + RATE_HZ, at).times("/echo/effect")[0] - at
    return render(length, at - late).out


def test_no_damaged_bank_is_heard(tmp_path):
    draw = random.Random(6)
    root = tmp_path / "banks"
    root.mkdir()
    playing, offered = write_bank(root / "playing"), write_bank(root / "offered")
    with live(tmp_path, root, playing, effect="clean") as pedal:
        pedal.link.ask("/effect/select", ["hum"], 5.0)
        memory = pedal.memory_kib()
        damage(playing, draw)
        time.sleep(1.5)  # looked at twice a second, and taken once it stands still
        for number in range(OFFERS):
            damage(offered, draw)
            with pytest.raises(
                RejectedError, match=r'bank "offered": [a-z0-9-]+\.json: '
            ):
                pedal.load("offered")
            if number % 30 == 0:
                damage(playing, draw)
        grown = pedal.memory_kib() - memory
        assert pedal.banks()[1] == "playing"
    sound, _ = soundfile.read(tmp_path / "live.wav", dtype="float32")
    expected = calm(pedal, write_bank(tmp_path / "calm"), len(sound))
    whole = slice(FADE, len(sound) - 4 * FADE)
    different = np.count_nonzero(sound[whole] != expected[whole])
    summary = pedal.summary()
    refused = [line for line in summary["program"]["alarms"] if "bank-refused" in line]
    print(f"{OFFERS} offers, {len(sound[whole])} samples compared, {different} differ")
    assert np.sqrt(np.mean(sound[whole] ** 2)) > 0.001
    assert different == 0
    assert summary["underruns"] == 0
    assert re.search(r'bank ".*/playing": ', refused[0])
    assert grown < 1024
