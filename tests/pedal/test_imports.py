"""Foreign model files: told apart by content, and refused in one line that helps."""

import json

import numpy as np
import pytest

from pedal.errors import BankError, UsageError
from pedal.imports import formats, importer, measure
from pedal.model_cost import macs_per_sample
from pedal.model_file import network_of
from tests.helpers import network
from tests.system import foreign_models as foreign
from tests.system.models import cascade, couplers
from training import evaluate

KINDS = {
    "RTNeural": lambda p: foreign.keras_of_all(p, 1),
    "AIDA-X": lambda p: foreign.keras(p, 1, "LSTM", 3, 2, in_skip=1, in_gain=1.0),
    "GuitarML": lambda p: foreign.guitarml(p, 1, "LSTM", 3, 2, skip=1),
    "NAM": lambda p: foreign.nam(p, 1, 3),
    "paper": lambda p: foreign.paper(p, 1, 16, 3),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_format_is_told_by_content_whatever_the_name(tmp_path, kind):
    path, _ = KINDS[kind](tmp_path / "model.txt")
    read = formats.read(path)
    assert read.kind == kind
    assert read.frames == (16 if kind == "paper" else 1)
    assert read.knobs == (kind in ("AIDA-X", "GuitarML"))


SPOILS = {
    "another program": ("NAM", lambda t: t.clear(), "expected a model of RTNeural"),
    "WaveNet": (
        "NAM",
        lambda t: t.update(architecture="WaveNet"),
        "architecture: expected LSTM, found WaveNet",
    ),
    "a NAM that was cut": (
        "NAM",
        lambda t: t["weights"].pop(),
        "weights: expected 70 numbers, found 69",
    ),
    "a NAM of three channels": (
        "NAM",
        lambda t: t["config"].update(input_size=3),
        "config.input_size: expected a whole number 1 to 1, found 3",
    ),
    "a NAM of text": (
        "NAM",
        lambda t: t.update(weights=["a"] * 70),
        "weights: expected numbers",
    ),
    "no weights": (
        "GuitarML",
        lambda t: t["state_dict"].pop("rec.weight_hh_l0"),
        "state_dict.rec.weight_hh_l0: expected an array, found nothing",
    ),
    "an RNN": (
        "GuitarML",
        lambda t: t["model_data"].update(unit_type="RNN"),
        "model_data.unit_type: expected LSTM or GRU, found RNN",
    ),
    "a convolution of GuitarML's": (
        "GuitarML",
        lambda t: t["model_data"].update(model="GatedConvNet"),
        "model_data.model: expected SimpleRNN, found GatedConvNet",
    ),
    "another width": (
        "GuitarML",
        lambda t: t["model_data"].update(hidden_size=4),
        "rec.weight_ih_l0: expected shape 16 x 2, found shape 12 x 2",
    ),
    "frames of 8": (
        "paper",
        lambda t: t.update({"dense.weight": t["dense.weight"][:8]}),
        "dense.weight: expected 1 or 16 rows, found 8 rows",
    ),
    "a paper's with more": (
        "paper",
        lambda t: t.update(extra=[1]),
        "expected lstm.* and dense.* alone, found extra",
    ),
    "a layer of no kind": (
        "RTNeural",
        lambda t: t["layers"][0].pop("type"),
        "layers[0]: expected a layer with a type",
    ),
    "a layer that nobody knows": (
        "RTNeural",
        lambda t: t["layers"][0].update(type="conv2d"),
        "layers[0].type: expected lstm, gru",
    ),
    "a gain of text": (
        "AIDA-X",
        lambda t: t.update(in_gain="loud"),
        "in_gain: expected a number -60 to 60, found loud",
    ),
    "a weight that is none": (
        "AIDA-X",
        lambda t: t["layers"][0]["weights"][0][0].__setitem__(0, "x"),
        "layers[0].weights[0]: expected numbers",
    ),
    "a rate of text": (
        "AIDA-X",
        lambda t: t.update(metadata={"samplerate": "fast"}),
        "metadata.samplerate: expected a sample rate in Hz, found fast",
    ),
}


def check(path) -> None:
    """Reads a file as an import does, up to its first sound."""
    read = formats.read(path)
    network_of(path, read.model, read.frames, read.knobs)


@pytest.mark.parametrize("name", SPOILS)
def test_what_cannot_be_played_is_refused_by_file_and_field(tmp_path, name):
    kind, spoil, expected = SPOILS[name]
    path, _ = KINDS[kind](tmp_path / "model.json")
    table = json.loads(path.read_text())
    spoil(table)
    path.write_text(json.dumps(table))
    with pytest.raises(BankError) as refused:
        check(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert expected in str(refused.value)


JUNK = (None, True, -1, 0, 3, 1e300, "x", "1", [], [[]], {}, [None], [1, [2]], "\0")


def spoilt(random: np.random.Generator, table):
    """The same with one thing in it lost or turned to junk."""
    if isinstance(table, dict | list) and table and random.random() < 0.8:
        keys = list(table) if isinstance(table, dict) else range(len(table))
        key = keys[int(random.integers(len(keys)))]
        if random.random() < 0.1:
            del table[key]
        else:
            table[key] = spoilt(random, table[key])
        return table
    return JUNK[int(random.integers(len(JUNK)))]


@pytest.mark.parametrize("kind", KINDS)
def test_200_spoilt_files_are_read_or_refused_in_one_line(tmp_path, kind):
    path, _ = KINDS[kind](tmp_path / "model.json")
    good, lines = path.read_text(), []
    for seed in range(200):
        random = np.random.default_rng(seed)
        path.write_text(json.dumps(spoilt(random, json.loads(good))))
        try:
            check(path)
        except BankError as error:
            lines.append(str(error))
    assert len(lines) > 100
    assert not [line for line in lines if "\n" in line or str(path) not in line]


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{}", b'{"layers": 3}'])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    path = tmp_path / "song.json"
    path.write_bytes(content)
    with pytest.raises(BankError, match=r"song\.json"):
        formats.read(path)


def refusal(tmp_path, files, **options) -> str:
    """The one line of an import that is refused; no bank is there then."""
    bank = tmp_path / "bank"
    with pytest.raises((BankError, UsageError)) as refused:
        importer.import_files(files, "x", bank, NOTHING, **options)
    assert not bank.exists()
    return str(refused.value)


NOTHING = measure.Yardstick(np.zeros(1, np.float32), float, float, float, ())


def test_a_rate_that_no_state_can_be_moved_from_is_refused(tmp_path):
    path, _ = foreign.nam(tmp_path / "a.nam", 1, 3, rate_hz=384000)
    line = refusal(tmp_path, [path])
    assert "sample rate: expected 44100 Hz, found 384000; it may be 32000" in line
    path, _ = foreign.keras_of_all(tmp_path / "b.json", 1)
    table = json.loads(path.read_text()) | {"metadata": {"samplerate": 48000}}
    path.write_text(json.dumps(table))
    line = refusal(tmp_path, [path])
    assert "only the state of recurrent layers can be moved to it, found conv1d" in line


def test_two_files_are_of_two_blocks(tmp_path):
    one, _ = foreign.paper(tmp_path / "a.json", 1, 1, 3)
    two, _ = foreign.paper(tmp_path / "b.json", 2, 1, 3)
    assert "found two of block 1" in refusal(tmp_path, [one, two])
    assert "found 3" in refusal(tmp_path, [one, two, one])


def test_two_knobs_have_to_be_named(tmp_path):
    path, _ = foreign.keras(tmp_path / "a.json", 1, "LSTM", 3, 3)
    assert "expected --knob for each of 2 inputs" in refusal(tmp_path, [path])
    line = refusal(tmp_path, [path], knobs=("drive", "fuzziness"))
    assert 'found "fuzziness"' in line
    assert "once" in refusal(tmp_path, [path], knobs=("drive", "drive"))


def test_the_cost_is_what_training_says(tmp_path):
    random = np.random.default_rng(0)
    models = [
        (network(frames=16, conditioning=1, kind="gru"), 16, 1),
        (cascade(random, [3, 5], 1), 16, 1),
        (cascade(random, [8] * 4, 0), 16, 0),
    ]
    coupled = network()
    coupled["layers"].append(couplers(random, 1))
    models.append((coupled, 1, 0))
    for model, frames, knobs in models:
        read = network_of(tmp_path, model, frames, knobs)
        assert macs_per_sample(read) == evaluate.cost(model)
