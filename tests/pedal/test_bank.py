"""A bank is trusted only when every file is what its manifest says."""

import json
import os

import numpy as np
import pytest

from pedal import bank
from pedal.errors import BankError
from tests.helpers import edit_manifest, edit_model, replace_model
from tests.system.models import cascade


def refusal(folder) -> str:
    """The one line with which a bank is refused."""
    with pytest.raises(BankError) as caught:
        bank.load(folder)
    line = str(caught.value)
    assert "\n" not in line
    return line


def first_model(table: dict) -> dict:
    return table["effects"][0]["models"][0]


def test_a_good_bank_loads(bank_folder):
    loaded = bank.load(bank_folder)
    assert loaded.ids == ("buzz", "hum")
    assert loaded.effect("hum").model(16).delay_samples == 15
    assert loaded.effect("buzz").model(16) is None
    assert loaded.effect("buzz").models[0].network.inputs == 2


def test_an_unknown_effect_names_what_exists(bank_folder):
    with pytest.raises(BankError, match='no effect "wah"; there are buzz, hum, clean'):
        bank.load(bank_folder).effect("wah")


def test_a_missing_folder_is_named(tmp_path):
    assert "expected a folder with bank.json, found nothing" in refusal(
        tmp_path / "none"
    )


def test_a_missing_manifest_is_named(tmp_path):
    assert "bank.json: expected a file, found nothing" in refusal(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100000, b"nan"]
)
def test_a_manifest_that_is_no_manifest_is_refused(bank_folder, content):
    (bank_folder / "bank.json").write_bytes(content)
    assert "bank.json: " in refusal(bank_folder)


SPOILS = {
    "format": (lambda t: t.update(format=2), "format: expected const 1, found 2"),
    "rate": (lambda t: t.update(sample_rate_hz=48000), "sample_rate_hz"),
    "no effects": (lambda t: t.update(effects=[]), "effects"),
    "a capital": (lambda t: t["effects"][0].update(id="Buzz"), "effects[0].id"),
    "a knob beyond its end": (
        lambda t: t["effects"][0]["models"][0]["quality"].update(
            settings=[{"drive": 101.0}]
        ),
        "models[0].quality.settings[0].drive: expected maximum 100, found 101",
    ),
    "clean": (lambda t: t["effects"][0].update(id="clean"), "effects[0].id"),
    "twins": (
        lambda t: t["effects"][1].update(id="buzz"),
        "effects[1].id: expected a new id",
    ),
    "colour": (lambda t: t["effects"][0].update(colour="red"), "effects[0].colour"),
    "field": (lambda t: first_model(t).pop("gain_db"), "expected a field gain_db"),
    "gain": (lambda t: first_model(t).update(gain_db="loud"), "gain_db"),
    "infinite gain": (
        lambda t: first_model(t).update(gain_db=float("inf")),
        "Infinity",
    ),
    "frames": (
        lambda t: first_model(t).update(frames=16),
        "frames: expected 1, found 16",
    ),
    "delay": (
        lambda t: first_model(t).update(delay_samples=15),
        "expected 0, found 15",
    ),
    "knob": (lambda t: first_model(t).update(conditioning=["wah"]), 'found "wah"'),
    "hash": (lambda t: first_model(t).update(sha256="0" * 64), "buzz-1.json: sha256"),
    "path": (lambda t: first_model(t).update(file="../secret.json"), "models[0].file"),
    "absolute": (lambda t: first_model(t).update(file="/etc/passwd"), "models[0].file"),
    "dots": (lambda t: first_model(t).update(file=".."), "models[0].file"),
    "gone": (lambda t: first_model(t).update(file="gone.json"), "found nothing"),
    "same block": (
        lambda t: t["effects"][1]["models"][1].update(block=1, frames=1),
        "one model per block",
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoilt_manifest_names_the_field(bank_folder, name):
    change, expected = SPOILS[name]
    edit_manifest(bank_folder, change)
    assert expected in refusal(bank_folder)


def layer(table: dict, number: int = 0) -> dict:
    return table["layers"][number]


def prelu(size: int) -> dict:
    return {"type": "prelu", "shape": [None, None, size], "weights": [[[0.1] * size]]}


def batchnorm(variance: float) -> dict:
    weights = [[1.0], [0.0], [0.0], [variance]]
    shape = [None, None, 1]
    kind = "batchnorm"
    return {"type": kind, "shape": shape, "weights": weights, "epsilon": 0.0}


def conv1d(taps: int) -> dict:
    return {
        "type": "conv1d",
        "activation": "",
        "shape": [None, None, 1],
        "kernel_size": [taps],
        "dilation": [1],
        "weights": [[[[0.1]]] * taps, [0.0]],
    }


MODEL_SPOILS = {
    "no shape": (
        lambda t: t.pop("in_shape"),
        "in_shape: expected [null, null, 1..128]",
    ),
    "inputs": (
        lambda t: t.update(in_shape=[None, None, 5]),
        "expected 1 + 1 inputs, found 5",
    ),
    "skip": (lambda t: t.update(in_skip="1"), "in_skip: expected a number, found"),
    "no layers": (lambda t: t.update(layers=[]), "layers"),
    "kind": (lambda t: layer(t).update(type="conv2d"), "layers[0].type"),
    "units": (lambda t: layer(t).update(shape=[None, None, 129]), "layers[0].shape"),
    "kernel": (
        lambda t: layer(t)["weights"][0].pop(),
        "weights[0]: expected shape 2 x 16",
    ),
    "ragged": (lambda t: layer(t)["weights"][1][0].pop(), "rows of unequal length"),
    "parts": (
        lambda t: layer(t)["weights"].pop(),
        "weights: expected 3 arrays, found 2",
    ),
    "text": (lambda t: layer(t)["weights"][2].__setitem__(0, "1"), "expected numbers"),
    "huge": (
        lambda t: layer(t)["weights"][2].__setitem__(3, 1e31),
        "weights[2][3]: expected a",
    ),
    "outputs": (lambda t: t["layers"].pop(), "shape[2]: expected 1 outputs, found 4"),
    "many": (lambda t: t["layers"].extend([layer(t, 1)] * 15), "at most 16 layers"),
    "bent": (
        lambda t: layer(t, 1).update(activation="swish"),
        "layers[1].activation",
    ),
    "a prelu of another width": (
        lambda t: t["layers"].append(prelu(2)),
        "layers[2].shape[2]: expected 1, as it takes, found 2",
    ),
    "a variance of 0": (
        lambda t: t["layers"].append(batchnorm(0.0)),
        "layers[2].weights[3][0]: expected a variance above 0, found 0.0",
    ),
    "no epsilon": (
        lambda t: t["layers"].append(batchnorm(1.0) | {"epsilon": None}),
        "layers[2].epsilon: expected a number, found None",
    ),
    "taps without end": (
        lambda t: t["layers"].append(conv1d(1025)),
        "layers[2].kernel_size: expected 1..1024, found 1025",
    ),
    "taps that are none": (
        lambda t: t["layers"].append(conv1d(3) | {"weights": [[[[1.0]]] * 2, [0.0]]}),
        "layers[2].weights[0]: expected shape 3 x 1 x 1, found shape 2 x 1 x 1",
    ),
    "groups that do not divide": (
        lambda t: t["layers"].append(conv1d(1) | {"groups": 2}),
        "layers[2].groups: expected a divisor of both sizes, found 2",
    ),
    "too long a memory": (
        lambda t: t["layers"].extend([conv1d(2) | {"dilation": [5000]}] * 2),
        "layers: expected at most 8192 values remembered by all conv1d, found 10000",
    ),
}


@pytest.mark.parametrize("name", MODEL_SPOILS)
def test_a_spoilt_model_names_file_and_field(bank_folder, name):
    change, expected = MODEL_SPOILS[name]
    edit_model(bank_folder, "buzz-1.json", change)
    line = refusal(bank_folder)
    assert "buzz-1.json: " in line
    assert expected in line


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_weight_that_is_not_finite_is_refused(bank_folder, word):
    text = (bank_folder / "buzz-1.json").read_text()
    start = text.index('"weights": [[[') + len('"weights": [[[')
    spoilt = text[:start] + word + text[text.index(",", start) :]
    replace_model(bank_folder, "buzz-1.json", spoilt.encode())
    assert "finite number" in refusal(bank_folder)


def test_a_truncated_model_is_refused_even_when_signed(bank_folder):
    content = (bank_folder / "hum-16.json").read_bytes()
    replace_model(bank_folder, "hum-16.json", content[: len(content) // 2])
    assert "not JSON at line 1" in refusal(bank_folder)


def test_an_empty_model_is_refused(bank_folder):
    (bank_folder / "hum-1.json").write_bytes(b"")
    assert "hum-1.json: the file is empty" in refusal(bank_folder)


def test_a_model_of_17_mb_is_refused_unread(bank_folder):
    with (bank_folder / "hum-1.json").open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    assert "expected at most 16777216 bytes" in refusal(bank_folder)


def test_a_link_out_of_the_bank_is_refused(bank_folder, tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_bytes((bank_folder / "hum-1.json").read_bytes())
    (bank_folder / "hum-1.json").unlink()
    (bank_folder / "hum-1.json").symlink_to(outside)
    assert "found a link out of it" in refusal(bank_folder)


def test_a_pipe_in_place_of_a_model_does_not_hang(bank_folder):
    (bank_folder / "hum-1.json").unlink()
    os.mkfifo(bank_folder / "hum-1.json")
    assert "expected a file, found something else" in refusal(bank_folder)


def test_unknown_fields_are_left_alone(bank_folder):
    edit_manifest(bank_folder, lambda table: table.update(comment="for the tour"))
    assert bank.load(bank_folder).name == "night-set"


def test_the_schema_is_a_schema():
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(json.loads(bank.SCHEMA.read_text()))


COUPLER = {"type": "couplers", "shape": [None, None, 1], "weights": [[0.9], [-1.0]]}
COUPLER_SPOILS = {
    "a pole of 1": ({"weights": [[1.0], [-1.0]]}, "poles in 0..1, 1 excluded"),
    "a pole below 0": ({"weights": [[-0.1], [-1.0]]}, "poles in 0..1, 1 excluded"),
    "no poles": ({"weights": [[], []]}, "1 to 8 poles, found 0"),
    "no depths": ({"weights": [[0.9]]}, "expected 2 arrays, found 1"),
    "other counts": ({"weights": [[0.9, 0.8], [-1.0]]}, "expected shape 2"),
    "no numbers": ({"weights": [[0.9], ["x"]]}, "expected numbers"),
    "width": ({"shape": [None, None, 16]}, "shape[2]: expected 1, found 16"),
}


def test_a_bank_with_an_output_capacitor_loads(bank_folder):
    edit_model(bank_folder, "hum-1.json", lambda m: m["layers"].append(COUPLER))
    layers = bank.load(bank_folder).effect("hum").model(1).network.layers
    assert layers[-1].kind == "couplers"


@pytest.mark.parametrize("name", COUPLER_SPOILS)
def test_a_spoilt_capacitor_is_refused(bank_folder, name):
    change, expected = COUPLER_SPOILS[name]
    edit_model(
        bank_folder, "hum-1.json", lambda m: m["layers"].append(COUPLER | change)
    )
    assert expected in refusal(bank_folder)


def test_a_capacitor_amid_the_layers_is_refused(bank_folder):
    edit_model(bank_folder, "hum-1.json", lambda m: m["layers"].insert(1, COUPLER))
    assert "layers[1].type: expected lstm, gru" in refusal(bank_folder)


def put_cascade(folder, knobs: int = 0) -> None:
    """hum's block 16 becomes a time-invariant network."""
    model = cascade(np.random.default_rng(0), [3, 4], knobs)
    replace_model(folder, "hum-16.json", json.dumps(model).encode())
    edit_manifest(folder, lambda t: t["effects"][1]["models"][1].update(NOT_LATE))


NOT_LATE = {"delay_samples": 0}


def test_block_16_is_late_where_a_model_has_frames(bank_folder):
    frames = bank.load(bank_folder)
    assert (frames.delay(1), frames.delay(16)) == (0, 15)
    assert bank.path_delay(bank_folder, 16) == 15
    put_cascade(bank_folder)
    assert bank.load(bank_folder).delay(16) == 0
    assert bank.path_delay(bank_folder, 16) == 0
    assert bank.path_delay(bank_folder / "none", 16) == 15  # plays dry


def test_a_bank_with_a_cascade_loads(bank_folder):
    put_cascade(bank_folder)
    network = bank.load(bank_folder).effect("hum").model(16).network
    assert network.is_cascade
    assert network.units == 3 + 4
    kinds = [layer.kind for layer in network.layers]
    assert kinds == ["taps", "cascade", "cascade", "mix"]


CASCADE_SPOILS = {
    "a pole of 1": (
        lambda m: m["layers"][1]["weights"][2].__setitem__(0, 1.0),
        "layers[1].weights[2][0]: expected 0 or above, below 1, found 1.0",
    ),
    "a pole that float32 rounds to 1": (
        lambda m: m["layers"][0]["weights"][0].__setitem__(1, 1 - 1e-12),
        "layers[0].weights[0][1]: expected 0 or above, below 1",
    ),
    "a slew below 0": (
        lambda m: m["layers"][2]["weights"][3].__setitem__(2, -1.0),
        "layers[2].weights[3][2]: expected 0 or above, found -1.0",
    ),
    "taps": (lambda m: m["layers"][0].update(taps=0), "layers[0].taps: expected 1..16"),
    "order": (
        lambda m: m["layers"].insert(1, m["layers"].pop(0)),
        "layers[0].type: expected taps, found cascade",
    ),
    "a layer of theirs": (
        lambda m: m["layers"][1].update(type="lstm"),
        "layers[1].type: expected cascade, found lstm",
    ),
    "too few": (
        lambda m: m.update(layers=m["layers"][-1:]),
        "layers: expected taps, 1 to 8 cascades and a mix, found 1 layers",
    ),
    "mix": (
        lambda m: m["layers"][3]["weights"][0].pop(),
        "layers[3].weights[0]: expected shape",
    ),
    "an output's pole": (
        lambda m: m["layers"][3]["weights"][1].__setitem__(0, -0.5),
        "layers[3].weights[1][0]: expected 0 or above, below 1, found -0.5",
    ),
    "no poles of the output": (
        lambda m: m["layers"][3]["weights"].__setitem__(1, []),
        "layers[3].weights[1]: expected 1..16 poles, found 0",
    ),
    "activation": (
        lambda m: m["layers"][1].update(activation="tanh"),
        "layers[1].activation: expected algebraic, found tanh",
    ),
    "not a number": (
        lambda m: m["layers"][1]["weights"][1].__setitem__(0, 1e300),
        "layers[1].weights[1][0]: expected a finite number",
    ),
    "skip": (lambda m: m.update(in_skip=1), "layers: expected a cascade of 16 frames"),
}


@pytest.mark.parametrize("name", CASCADE_SPOILS)
def test_a_spoilt_cascade_is_refused_by_layer(bank_folder, name):
    change, expected = CASCADE_SPOILS[name]
    put_cascade(bank_folder)
    edit_model(bank_folder, "hum-16.json", change)
    assert expected in refusal(bank_folder)
