"""A trained network as a model file in RTNeural's JSON, silent at idle, and its golden.

The layout is that of RTNeural's Keras reader: weights are (inputs, outputs), LSTM gates
i, f, candidate, o with one bias; GRU gates z, r, candidate with two. Source:
https://github.com/jatinchowdhury18/RTNeural, python/model_utils.py.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import aa_file, evaluate, pots, reference
from training.aa import Cascade
from training.coupler import Coupler
from training.errors import ShapeError, WhistleError
from training.models import MaskedLinear, Network, Recurrent
from training.virtual import guitar

Model = dict[str, Any]
WHISTLE_DBFS = -90.0
GOLDEN_SAMPLES = 1024


def numbers(array: NDArray[np.floating]) -> list:
    """Nested lists of the shortest numbers that read back as the same float32."""
    if array.ndim > 1:
        return [numbers(row) for row in array]
    return [float(str(value)) for value in array.astype(np.float32)]


def layer(kind: str, activation: str, units: int, weights: list) -> Model:
    """One layer of the file."""
    shape = [None, None, units]
    return {"type": kind, "activation": activation, "shape": shape, "weights": weights}


def dense(linear: MaskedLinear, activation: str) -> Model:
    """A dense layer."""
    weight = linear.weight.detach().numpy().T
    bias = linear.bias.detach().numpy()
    return layer("dense", activation, len(bias), [numbers(weight), numbers(bias)])


def recurrent(unit: Recurrent, rest: NDArray[np.floating] | None = None) -> Model:
    """The LSTM or GRU; torch's GRU order r, z, n becomes z, r, candidate.

    rest: (I,), what is to be taken off its input; that goes into the bias.
    """
    weights = [part.detach().numpy() for part in unit.parts()]
    from_input, from_hidden, bias, hidden_bias = weights
    if rest is not None:
        bias = bias - from_input @ rest
    if unit.unit == "lstm":
        arrays = [from_input.T, from_hidden.T, bias + hidden_bias]
    else:
        order = np.concatenate(
            [np.arange(unit.hidden) + g * unit.hidden for g in (1, 0, 2)]
        )
        both = np.stack((bias, hidden_bias))[:, order]
        arrays = [from_input[order].T, from_hidden[order].T, both]
    return layer(unit.unit, "", unit.hidden, [numbers(array) for array in arrays])


def couplers(capacitor: Coupler, frames: int) -> Model:
    """The output capacitor, where pedal/model_file.py expects it: at the end."""
    pole, depth = capacitor.pole.detach().numpy(), capacitor.depth.detach().numpy()
    return layer("couplers", "", frames, [numbers(pole), numbers(depth)])


def to_model(network: Network | Cascade) -> Model:
    """The whole network as a model file."""
    if isinstance(network, Cascade):
        return aa_file.to_model(network)
    layers = [dense(linear, "tanh") for linear in network.before]
    if len(network.before) > 1 and network.before[0].shifted:
        raise ShapeError(
            "shifted network: found more than one layer before, expected 1"
        )
    shifted = network.before and network.before[0].shifted
    rest = network.before[0].at_rest().detach().numpy() if shifted else None
    layers.append(recurrent(network.recurrent, rest))
    layers += [dense(linear, "tanh") for linear in network.after[:-1]]
    layers.append(dense(network.after[-1], ""))
    if network.coupler is not None:
        layers.append(couplers(network.coupler, network.shape.frames))
    inputs = network.shape.frames + network.shape.knobs
    in_skip = network.shape.in_skip
    return {"in_shape": [None, None, inputs], "layers": layers, "in_skip": in_skip}


def zero_idle(model: Model, knobs: NDArray[np.floating]) -> None:
    """Takes the settled output of silence from the last bias, each place by itself.

    knobs: (K,), the setting at which the idle output becomes zero. A cascade has no
    such bias and is silent as it is; an output capacitor is, too, but has less to take
    off when the model is switched in.
    """
    if aa_file.is_cascade(model):
        return
    rows = model["layers"]
    bare = model | {"layers": [row for row in rows if row["type"] != "couplers"]}
    last = bare["layers"][-1]
    frames = int(last["shape"][-1])
    settled = evaluate.rest(bare, knobs[None]).reshape(-1, frames).mean(axis=0)
    last["weights"][1] = numbers(np.asarray(last["weights"][1], float) - settled)


def silenced(network: Network | Cascade, settings: NDArray[np.floating]) -> Model:
    """The model file of a network, silent at idle.

    settings: (S, K), the knob settings to listen at.
    Raises WhistleError when the idle output is above -90 dBFS all the same.
    """
    model = to_model(network)
    zero_idle(model, pots.first(settings))
    heard = evaluate.idle_dbfs(model, settings)
    if heard > WHISTLE_DBFS:
        kind = (
            "whistles"
            if evaluate.whistle_dbfs(model, settings) > WHISTLE_DBFS
            else "hums"
        )
        raise WhistleError(
            f"model {kind} at idle: found {heard:.0f} dBFS, expected below "
            f"{WHISTLE_DBFS:.0f}; train with another seed"
        )
    return model


def golden(model: Model, knobs: NDArray[np.floating]) -> Model:
    """What any implementation must give: 1024 samples of a pluck, from zero state."""
    note = guitar.Pluck(hz=196.0, seconds=0.1, force=0.5, bright=0.8, palm=False)
    plucked = guitar.pluck(note, np.random.default_rng(0))[:GOLDEN_SAMPLES]
    audio = np.asarray(numbers(plucked))
    frames = int(model["layers"][-1]["shape"][-1])
    output = reference.run(model, audio, knobs, frames)
    return {
        "input": audio.tolist(),
        "conditioning": np.asarray(knobs, float).tolist(),
        "output": output.tolist(),
    }


def to_json(model: Model) -> bytes:
    """The bytes of a file; the same model always gives the same bytes."""
    return (json.dumps(model, separators=(",", ":"), allow_nan=False) + "\n").encode()
