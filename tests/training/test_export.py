"""Model files: the network's own sound, silent at idle, refused when they whistle."""

import json

import numpy as np
import pytest
import torch

from training import evaluate, export, player, reference
from training.errors import ShapeError, WhistleError
from training.models import Network, Shape

SHAPES = {
    "block 1": Shape(knobs=1),
    "block 16": Shape(frames=16, knobs=1, before=(12,), hidden=12, in_skip=0),
    "gru": Shape(unit="gru", knobs=2, hidden=8),
    "shifted": Shape(knobs=1, before=(5,), shifted=True),
    "coupled": Shape(knobs=1, couplers=2),
    "still": Shape(knobs=1, couplers=1, still=True),
    "coupled frames": Shape(frames=16, before=(6,), hidden=8, in_skip=0, couplers=1),
    "dense after": Shape(before=(6, 5), hidden=8, after=(7,)),
}
AUDIO = 0.3 * np.random.default_rng(1).standard_normal(1600)


def network(shape: Shape) -> Network:
    """A fresh network, the same each time."""
    torch.manual_seed(2)
    return Network(shape)


def heard_in_torch(made: Network, audio: np.ndarray, knob: float) -> np.ndarray:
    """The network's own output, (N,)."""
    frames = torch.tensor(audio, dtype=torch.float32).view(-1, 1, made.shape.frames)
    knobs = torch.full((1, made.shape.knobs), knob)
    with torch.no_grad():
        return made(frames, knobs, made.rest(1))[0].reshape(-1).numpy()


def with_offset(model: dict, offset: float) -> dict:
    """The same model with an offset on its last bias."""
    bias = model["layers"][-1]["weights"][1]
    model["layers"][-1]["weights"][1] = [value + offset for value in bias]
    return model


def ringing_model() -> dict:
    """A GRU of one unit that recalls its own opposite for ever: it whistles."""
    weights = [[[0.0] * 3] * 16, [[0.0, 0.0, -30.0]], [[-30.0, 30.0, 0.5], [0.0] * 3]]
    gru = export.layer("gru", "", 1, weights)
    dense = export.layer("dense", "", 16, [[[0.5] * 16], [0.0] * 16])
    return {"in_shape": [None, None, 16], "layers": [gru, dense], "in_skip": 0}


@pytest.mark.parametrize("name", SHAPES)
def test_measuring_by_torch_agrees_with_the_numpy_reference(name):
    shape = SHAPES[name]
    model = export.to_model(network(shape))
    knobs = np.full((1, shape.knobs), 0.4)
    measured = player.play_lanes(model, AUDIO[None], knobs)[0]
    played = reference.run(model, AUDIO, knobs[0], shape.frames)
    assert np.abs(measured - played).max() < 2e-6


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_sounds_like_the_network_it_came_from(name):
    shape = SHAPES[name]
    made = network(shape)
    model = json.loads(export.to_json(export.to_model(made)))
    played = reference.run(model, AUDIO, [0.7] * shape.knobs, shape.frames)
    assert np.abs(played - heard_in_torch(made, AUDIO, 0.7)).max() < 2e-6


def test_the_last_bias_takes_the_idle_offset_away():
    model = with_offset(export.to_model(network(Shape())), 0.2)
    assert evaluate.idle_dbfs(model, np.zeros((1, 0))) > -20.0
    export.zero_idle(model, np.zeros(0))
    assert evaluate.idle_dbfs(model, np.zeros((1, 0))) < -120.0


def test_a_capacitor_takes_off_what_changes_with_the_knob():
    settings = np.array([[0.0], [0.5], [1.0]])
    made = network(Shape(knobs=1, couplers=1))
    with torch.no_grad():
        made.recurrent.raw_bias[32:48] = 0.5  # candidates that rest away from zero
    model = export.to_model(made)
    bare = model | {"layers": model["layers"][:-1]}
    assert np.ptp(evaluate.rest(bare, settings)[:, -1]) > 1e-3
    assert evaluate.idle_dbfs(export.silenced(made, settings), settings) < -100.0


def test_a_still_model_with_a_capacitor_gives_exactly_nothing_at_rest():
    settings = np.array([[0.0], [0.5], [1.0]])
    model = export.silenced(network(SHAPES["still"]), settings)
    assert evaluate.idle_dbfs(model, settings) == -200.0


def test_each_of_sixteen_idle_values_is_taken_away():
    model = export.to_model(network(SHAPES["block 16"]))
    bias = np.linspace(-0.1, 0.1, 16)
    model["layers"][-1]["weights"][1] = bias.tolist()
    export.zero_idle(model, np.array([0.5]))
    assert evaluate.idle_dbfs(model, np.array([[0.5]])) < -120.0


def test_a_model_that_whistles_is_refused(monkeypatch):
    monkeypatch.setattr(export, "to_model", lambda _: ringing_model())
    with pytest.raises(WhistleError, match="whistles at idle: found"):
        export.silenced(network(Shape()), np.zeros((1, 0)))


def test_a_fresh_network_is_silent_and_exported():
    model = export.silenced(network(Shape(knobs=1)), np.array([[0.0], [0.5], [1.0]]))
    assert evaluate.idle_dbfs(model, np.array([[0.0], [0.5], [1.0]])) == -200.0


def test_the_golden_vector_is_what_the_reference_plays():
    model = export.to_model(network(SHAPES["block 16"]))
    golden = json.loads(export.to_json(export.golden(model, np.array([0.5]))))
    assert len(golden["input"]) == len(golden["output"]) == 1024
    played = reference.run(model, golden["input"], golden["conditioning"], 16)
    assert np.array_equal(played, golden["output"])


def test_weights_read_back_as_the_same_float32():
    values = np.random.default_rng(0).standard_normal(100).astype(np.float32)
    assert np.array_equal(np.float32(export.numbers(values)), values)


def test_a_knob_may_move_while_the_reference_plays():
    model = export.to_model(network(Shape(knobs=1)))
    moving = np.linspace(0.0, 1.0, len(AUDIO))[:, None]
    swept = reference.run(model, AUDIO, moving, 1)
    assert not np.allclose(swept, reference.run(model, AUDIO, [0.0], 1))


def test_folded_playing_equals_playing_through():
    model = export.to_model(network(Shape(knobs=1)))
    audio = 0.3 * np.random.default_rng(3).standard_normal(48000)
    folded = player.play_folded(model, audio, np.array([[0.2], [0.9]]), pieces=3)
    whole = reference.run(model, audio, [0.9], 1)[: len(folded)]
    assert np.abs(folded[:, 1] - whole).max() < 1e-3


def test_a_wrong_number_of_knobs_is_refused():
    model = export.to_model(network(Shape(knobs=1)))
    with pytest.raises(ShapeError, match="expected 1 conditioning values, found 0"):
        reference.run(model, AUDIO, [], 1)


def test_a_last_frame_that_is_cut_short_is_filled_with_silence():
    model = export.to_model(network(SHAPES["block 16"]))
    filled = np.concatenate((AUDIO[:1590], np.zeros(10)))
    cut = reference.run(model, AUDIO[:1590], [0.5], 16)
    assert np.array_equal(cut, reference.run(model, filled, [0.5], 16)[:1590])


@pytest.mark.parametrize(
    ("name", "multiplications"), [("block 1", 1168), ("gru", 272), ("coupled", 1174)]
)
def test_cost_counts_the_multiplications_of_a_sample(name, multiplications):
    assert evaluate.cost(export.to_model(network(SHAPES[name]))) == multiplications
