"""What a model costs: multiplications a sample, as bela/engine/model.cpp counts."""

import math

import numpy as np

from pedal.cascade_file import BLOCK
from pedal.layer_file import RECALL
from pedal.model_file import Network


def macs_per_sample(network: Network) -> int:
    """Multiplications a sample in the matrix products, rounded up."""
    if network.is_cascade:
        return _of_cascade(network)
    total = 0
    for layer in network.layers:
        if layer.kind == "couplers":
            total += 3 * layer.units * layer.weights[0].size
        elif layer.kind == "conv1d":  # groups are played as one matrix
            total += layer.weights[0].size * layer.groups
        elif layer.kind in ("prelu", "batchnorm"):
            total += layer.units
        elif layer.kind != "activation":
            matrices = layer.weights[:2] if layer.kind != "dense" else layer.weights[:1]
            total += sum(matrix.size for matrix in matrices)
            states = {"lstm": 2, "gru": 1}.get(layer.kind, 0)
            total += RECALL * layer.units * states * layer.recall
    return math.ceil(total / network.outputs)


def _of_cascade(network: Network) -> int:
    """The same of a cascade; a one-pole counts two, what knobs change a block's."""
    total, at_knobs = 0, 0
    for layer in network.layers:
        sizes = [np.size(part) for part in layer.weights]
        if layer.kind == "taps":
            total += 2 * sizes[0]
            at_knobs += sum(sizes[1:])
        elif layer.kind == "cascade":
            total += sizes[0] + 2 * sizes[1]
            at_knobs += sum(sizes[4:])
        elif layer.kind == "mix":
            total += sizes[0] + 3 * sizes[1]
            at_knobs += sum(sizes[3:])
    return total + math.ceil(at_knobs / BLOCK)
