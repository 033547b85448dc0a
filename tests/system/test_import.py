"""Files of other systems, imported and played: they sound as their own players do."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soxr

from pedal import bank as banks
from pedal import demo
from pedal.errors import BankError
from pedal.imports import rates
from pedal.imports.importer import import_files
from pedal.imports.measure import Yardstick
from tests.system import foreign_models as foreign
from tests.system.rig import RATE_HZ, play
from tests.system.test_accuracy import error_db, plucks
from training import figures, reference
from training.loudness import integrated_lufs
from training.virtual.guitar import stock_clip

WARM = 8192  # samples of silence before the sound: all play from rest
DRIVE, TONE = 73.0, -6.0
KNOBS = np.array([0.73, 0.25])  # the same in 0..1

FORMATS = {
    "RTNeural LSTM": lambda p: foreign.keras(p, 1, "LSTM", 12, 1),
    "RTNeural GRU": lambda p: foreign.keras(p, 2, "GRU", 9, 1),
    "RTNeural with two knobs": lambda p: foreign.keras(p, 3, "LSTM", 8, 3),
    "RTNeural of all other layers": lambda p: foreign.keras_of_all(p, 12),
    "NAM of two layers": lambda p: foreign.nam(p, 13, 8, depth=2),
    "GuitarML of three layers": lambda p: foreign.guitarml(p, 14, "GRU", 6, 1, 1, 3),
    "AIDA-X with skip": lambda p: foreign.keras(p, 4, "LSTM", 16, 1, in_skip=1),
    "AIDA-X with gains": lambda p: foreign.keras(
        p, 5, "GRU", 12, 1, in_skip=0, in_gain=-7.5, out_gain=4.0
    ),
    "AIDA-X with skip, gains and a knob": lambda p: foreign.keras(
        p, 6, "LSTM", 20, 2, in_skip=1, in_gain=6.0, out_gain=-3.5
    ),
    "Proteus": lambda p: foreign.guitarml(p, 7, "LSTM", 40, 1, skip=1),
    "NeuralPi with a knob": lambda p: foreign.guitarml(p, 8, "LSTM", 20, 2, skip=1),
    "GuitarML GRU": lambda p: foreign.guitarml(p, 9, "GRU", 16, 1, skip=0),
    "NAM": lambda p: foreign.nam(p, 10, 24),
    "NAM of 3 units": lambda p: foreign.nam(p, 11, 3),
}


def quick() -> Yardstick:
    """Half a second of noise, and no tones: for tests that look at the sound alone."""
    noise = np.random.default_rng(0).normal(0, 0.1, 22050).astype(np.float32)
    return Yardstick(
        noise, lambda x: 10 * float(np.log10(np.mean(x**2))), tone, quiet, ()
    )


def tone(*_: object) -> float:
    raise AssertionError("there are no tones")


def quiet(sounding) -> float:
    level = np.abs(sounding(np.zeros(RATE_HZ, np.float32))[-4096:]).max()
    return 20 * float(np.log10(level + 1e-9))


def accuracy(bank, effect: str, block: int, truth, knobs: int) -> float:
    """Error of the engine against the model's own player, its rest taken off, in dB."""
    samples = np.concatenate((np.zeros(WARM), plucks(np.random.default_rng(1), 4096)))
    samples = samples.astype(np.float32)
    params = {"drive": DRIVE, "tone": TONE}
    take = play(samples, bank, effect, block=block, raw=True, params=params)
    wish = truth(samples.astype(np.float64), KNOBS[:knobs])
    rest = wish[WARM - block : WARM]  # each place of a frame by itself
    if knobs:  # the rest is taken off where the knob is in the middle
        middle = truth(np.zeros(WARM), np.full(knobs, 0.5))
        rest = middle[-block:]
    wish = wish - np.tile(rest, len(wish) // block)
    heard, wish = take.out[WARM + block - 1 :], wish[WARM:]
    return error_db(heard, wish[: len(heard)])


@pytest.mark.parametrize("name", FORMATS)
def test_a_foreign_model_sounds_as_in_its_own_player(tmp_path, name) -> None:
    path, truth = FORMATS[name](tmp_path / "foreign.json")
    bank = tmp_path / "bank"
    effect, (made,) = import_files([path], name, bank, quick(), ("drive", "tone"))
    error = accuracy(bank, effect, 1, truth, len(made.conditioning))
    print(f"{name}: {error:.1f} dB")
    assert error <= -90
    assert made.measured.idle_dbfs < -90 or made.conditioning


RATES = {
    "NAM of 48 kHz": (lambda p: foreign.nam(p, 1, 12, 1, 48000, alive=1.0), 48000),
    "NAM that tells no rate": (lambda p: foreign.nam(p, 2, 8, 2, None, 1.0), 48000),
    "AIDA-X of 48 kHz": (
        lambda p: foreign.keras(p, 3, "GRU", 8, 1, metadata={"samplerate": "48000"}),
        48000,
    ),
    "NAM of 96 kHz": (lambda p: foreign.nam(p, 4, 8, 1, 96000, alive=1.0), 96000),
}


@pytest.mark.parametrize("name", RATES)
def test_a_model_of_another_rate_sounds_as_at_its_own(tmp_path, name) -> None:
    make, rate_hz = RATES[name]
    path, truth = make(tmp_path / "foreign")
    clip = demo.loop()[: RATE_HZ // 3]
    guitar = Yardstick(clip, quick().lufs, tone, quiet, ())
    bank = tmp_path / "bank"
    effect, (made,) = import_files([path], "moved", bank, guitar)
    own = truth(soxr.resample(clip.astype(float), RATE_HZ, rate_hz, "VHQ"), KNOBS[:0])
    wish = soxr.resample(own - own.mean(), rate_hz, RATE_HZ, "VHQ")
    within = slice(rates.EDGE, len(clip) - rates.EDGE)
    heard = play(clip, bank, effect, raw=True).out[within]
    row = json.loads((bank / f"{effect}-1.json").read_text())
    recalled = [layer.pop("recall") for layer in row["layers"][:-1]]
    left = reference.run(row, clip, np.zeros(0), 1)[within]
    found = error_db(heard - heard.mean(), wish[within] - wish[within].mean())
    naive = error_db(left - left.mean(), wish[within] - wish[within].mean())
    told = made.measured.rate_error_db
    print(f"{name}: {found:.1f} dB, told {told:.1f} dB, left alone {naive:.1f} dB")
    assert found <= -40
    assert found < naive - 15
    assert told == pytest.approx(found, abs=3)
    assert all(sum(weights) == pytest.approx(1.0) for weights in recalled)


def pedal(*words: str) -> subprocess.CompletedProcess:
    """The command line."""
    line = [sys.executable, "-m", "pedal.cli", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_the_command_measures_matches_and_tells(tmp_path) -> None:
    path, _ = foreign.guitarml(tmp_path / "amp.json", 3, "LSTM", 16, 2, skip=1)
    bank = tmp_path / "bank"
    words = ("bank", "import", str(path), "--name", "My Amp", "-o", str(bank))
    done = pedal(*words, "--json")
    (told,) = json.loads(done.stdout)
    assert (told["effect"], told["format"]) == ("my-amp", "GuitarML")
    assert told["conditioning"] == ["drive"]
    row = json.loads((bank / "bank.json").read_text())["effects"][0]["models"][0]
    kept = ("gain_db", "loudness_lufs", "idle_dbfs", "cost_mac_per_sample")
    assert all(row[name] == told[name] for name in kept)
    assert row["measured"]["dc_dbfs"] == told["dc_dbfs"]
    dry = stock_clip()
    wet = play(dry, bank, "my-amp").out
    assert abs(integrated_lufs(wet) - integrated_lufs(dry)) < 0.5
    tones = [told["images_db"][str(hz)] for hz in figures.TONES_HZ]
    assert row["quality"]["images_db"] == tones
    assert tones[0] < -40  # 220 Hz hardly aliases
    assert told["ns_per_sample"] > 0
    again = pedal(*words)
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert '"my-amp" has a model of block 1' in again.stderr


@pytest.mark.parametrize(
    ("alive", "why"), [(1.6, r"its error is -?\d+ dB"), (3.0, "it breaks")]
)
def test_a_model_that_cannot_be_moved_to_our_rate_is_refused(
    tmp_path, alive, why
) -> None:
    wild, _ = foreign.nam(tmp_path / "wild.nam", 1, 8, 1, 96000, alive=alive)
    line = f"expected 44100 Hz, found 96000; played at 44100 {why}"
    with pytest.raises(BankError, match=line):
        import_files([wild], "wild", tmp_path / "bank", quick())
    assert not (tmp_path / "bank").exists()


def test_six_models_of_the_papers_kind_play_as_three_effects(tmp_path) -> None:
    bank, truths = tmp_path / "paper", {}
    for number, name in enumerate(("blues-driver", "rat", "tube-screamer")):
        files = []
        for block, units in ((1, 6), (16, 64)):
            path = tmp_path / f"{name}-{block}.json"
            path, truths[name, block] = foreign.paper(path, 10 * number, block, units)
            files.append(path)
        effect, (_, made) = import_files(files, name, bank, quick())
        assert effect == name
        assert "15 samples late" in "".join(made.notes())
    loaded = banks.load(bank)
    assert loaded.ids == ("blues-driver", "rat", "tube-screamer")
    for (name, block), truth in truths.items():
        model = loaded.effect(name).model(block)
        assert model is not None
        assert model.network.layers[0].units == (6 if block == 1 else 64)
        error = accuracy(bank, name, block, truth, 0)
        print(f"{name} block {block}: {error:.1f} dB, idle {model.idle_dbfs:.0f} dBFS")
        assert model.idle_dbfs < -90
        assert error <= -90
