"""Plays held-out audio through a network in training, and keeps the best network.

Letters: T steps, B lanes, F frames, S knob settings.
"""

import copy
import math
from typing import Any

import torch
from torch import Tensor

from training import losses
from training.lanes import WARM_UP_SAMPLES
from training.material import Material, Part
from training.models import Network

FOLD_SAMPLES = 44100  # pieces of a second are run side by side
CHUNK_SAMPLES = 4096  # of them all at once, which bounds the memory


@torch.no_grad()
def play_part(network: Network, part: Part, settings: Tensor) -> tuple[Tensor, Tensor]:
    """Predictions and targets of a whole part, folded into seconds with a run-in.

    returns: (N, S) twice; what is over after the last whole second is left out.
    """
    frames, run_in = network.shape.frames, WARM_UP_SAMPLES * 8
    size = min(FOLD_SAMPLES, len(part.audio)) // 16 * 16
    audio = torch.from_numpy(part.audio).to(settings.device)
    count = len(audio) // size
    padded = torch.cat((audio.new_zeros(run_in), audio))
    pieces = padded.unfold(0, run_in + size, size)[:count]  # (count, run_in + size)
    rows = len(settings)
    knobs = settings.repeat_interleave(count, dim=0)  # (S * count, K)
    heard, state = audio.new_empty(rows * count, size), network.rest(rows * count)
    for begin in range(-run_in, size, CHUNK_SAMPLES):
        end = min(begin + CHUNK_SAMPLES, size)
        x = pieces[:, begin + run_in : end + run_in].repeat(rows, 1)
        x = x.reshape(rows * count, -1, frames).transpose(0, 1).contiguous()
        y, state = network(x, knobs, state)  # (T, S * count, F)
        if end > 0:
            heard[:, max(begin, 0) : end] = losses.samples(y)[max(-begin, 0) :].T
    target = torch.from_numpy(part.targets)[:, : count * size]
    return heard.reshape(rows, -1).T, target.T.to(settings.device)


def error_by_setting(network: Network, part: Part, settings: Tensor) -> list[float]:
    """ESR of a part at each knob setting."""
    predicted, target = play_part(network, part, settings)
    columns = zip(predicted.T, target.T, strict=True)
    return [float(losses.error_to_signal(p[:, None], t[:, None])) for p, t in columns]


class Best:
    """Validates a network now and then, and keeps a copy of the best."""

    def __init__(
        self,
        material: Material,
        validations: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.part = material.validate
        self.settings = torch.from_numpy(material.settings).to(device)
        self.count, self.looks = validations, 0
        self.network: Network | None = None
        self.error = math.inf

    def due(self, progress: float) -> bool:
        """True if it is time to validate, at 0..1 of the run."""
        return progress >= (self.looks + 1) / self.count

    def offer(self, network: Network) -> None:
        """Keeps the network if its mean error over the knob settings is the lowest.

        An error that is no number is above all others.
        """
        self.looks += 1
        errors = error_by_setting(network, self.part, self.settings)
        error = sum(errors) / len(errors)
        error = math.inf if math.isnan(error) else error
        if self.network is None or error < self.error:
            self.network, self.error = copy.deepcopy(network), error

    def state(self) -> dict[str, Any]:
        """What to remember to go on from here."""
        network = None if self.network is None else self.network.state_dict()
        return {"looks": self.looks, "error": self.error, "network": network}

    def restore(self, state: dict[str, Any], like: Network) -> None:
        """Goes on from what `state` gave; like: a network of the same shape."""
        self.looks, self.error = state["looks"], state["error"]
        if state["network"] is not None:
            self.network = copy.deepcopy(like)
            self.network.load_state_dict(state["network"])
