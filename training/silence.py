"""Makes silence a state that a network falls back to from any other, and soon.

Zero is a resting point of every network here, but not always a stable one, nor the
only one: an LSTM may keep an offset or a whistle for ever after a loud note, and the
error on music hardly shows it. Two remedies while learning, both cheap. Near zero a
network is a linear map: its growth is measured by power iteration, and what fades more
slowly than 60 ms is punished. Far from zero, the playing lanes are forked now and then,
left without input for 0.4 s, and what is left in them is punished.
A network that is not masked rests where it likes, and hardly any of those tried failed
to: it is left alone, for the remedies cost it a third of its
accuracy (runs/attempts.md), and is measured at export like all.
Letters: T steps, B lanes, F frames, S knob settings, K knobs, H hidden units.
"""

from typing import Any

import torch
from torch import Tensor

from training.aa import Cascade
from training.models import CANDIDATE, Network, State

FADE_SAMPLES = 2646  # 60 ms to 1/e; a pedal's coupling capacitors take up to 50 ms
SQUARINGS = 6  # 2**6 steps of the map at once
EVERY_UPDATES = 4
DAMPING_WEIGHT = 0.02

SETTLE_SAMPLES = 17632  # 0.4 s, whole frames
WINDOW_STEPS = 64
WINDOWS = 40  # learned from after each fork
SOUND_WEIGHT = 1000.0  # -50 dB of hum is then an error of 1 %
MEMORY_WEIGHT = 10.0  # on the hidden units, which may hide from the output


def rest_map(network: Network, knobs: Tensor) -> Tensor:
    """How a small state goes on to the next step in silence, at knobs (S, K).

    returns: (S, H, H). LSTM: cell' = (f + i U o) cell; GRU: state' = (z + (1 - z) r U)
    state, with the gates as they are at rest and U the candidate's hidden weights.
    """
    x = torch.cat((knobs.new_zeros(len(knobs), network.shape.frames), knobs), dim=1)
    for layer in network.before:
        x = layer.bent(x)
    from_input, from_hidden, bias, hidden_bias = network.recurrent.parts()
    gates = torch.sigmoid(x @ from_input.T + bias + hidden_bias)  # (S, G * H)
    size = network.shape.hidden
    recall = from_hidden[CANDIDATE * size : (CANDIDATE + 1) * size]  # (H, H)
    if network.shape.unit == "lstm":
        inward, keep, _, outward = gates.split(size, dim=1)
        return torch.diag_embed(keep) + inward[:, :, None] * recall * outward[:, None]
    reset, keep, _ = gates.split(size, dim=1)
    return torch.diag_embed(keep) + ((1.0 - keep) * reset)[:, :, None] * recall


class Damping:
    """Follows the slowest-fading state of a network at each knob setting (S, K)."""

    def __init__(self, network: Network, settings: Tensor) -> None:
        self.settings = settings
        self.slowest = settings.new_ones(len(settings), network.shape.hidden, 1)
        self.fade_steps = FADE_SAMPLES / network.shape.frames

    def growth(self, network: Network) -> Tensor:
        """Growth of the slowest state, log per step, below zero if it fades: (S,)."""
        steps = rest_map(network, self.settings)
        for _ in range(SQUARINGS):
            steps = steps @ steps
        after = steps @ self.slowest
        length = after.norm(dim=1, keepdim=True).clamp_min(1e-20)
        growth = torch.log(length / self.slowest.norm(dim=1, keepdim=True))
        self.slowest = (after / length).detach()
        return growth[:, 0, 0] / 2.0**SQUARINGS

    def loss(self, network: Network) -> Tensor:
        """0 where all fades within 60 ms, 1 and more (weighted) where it grows."""
        excess = 1.0 + self.fade_steps * self.growth(network)
        return DAMPING_WEIGHT * torch.relu(excess).sum()


class Fork:
    """Lanes that stopped playing 0.4 s ago or longer, at knobs (B, K)."""

    def __init__(self, knobs: Tensor, power: float) -> None:
        self.knobs, self.power = knobs, power  # power: mean square of the targets
        self.windows_left = 0
        self.state: State | None = None

    def loss(self, network: Network, playing: State) -> Tensor:
        """What still sounds or stirs. playing: the lanes' state, to fork from."""
        if self.windows_left == 0:
            self.state, self.windows_left = self.settle(network, playing), WINDOWS
        self.windows_left -= 1
        nothing = self.nothing(network, WINDOW_STEPS)
        heard, state = network(nothing, self.knobs, self.state)
        self.state = tuple(part.detach() for part in state)
        sound, memory = heard.square().mean() / self.power, state[0].square().mean()
        return SOUND_WEIGHT * sound + MEMORY_WEIGHT * memory

    @torch.no_grad()
    def settle(self, network: Network, playing: State) -> State:
        """The state 0.4 s after the playing has stopped.

        Every other lane starts from a state at random, to find what music seldom does.
        """
        steps = SETTLE_SAMPLES // network.shape.frames
        hidden, cell, *low = (part.detach().clone() for part in playing)
        hidden[:, ::2] = 2.0 * torch.rand_like(hidden[:, ::2]) - 1.0
        cell[:, ::2] = torch.randn_like(cell[:, ::2])
        state = (hidden, cell, *low)
        return network(self.nothing(network, steps), self.knobs, state)[1]

    def nothing(self, network: Network, steps: int) -> Tensor:
        """No audio, (T, B, F)."""
        return self.knobs.new_zeros(steps, len(self.knobs), network.shape.frames)


class Silence:
    """Both remedies, at every fourth update."""

    def __init__(
        self, network: Network, settings: Tensor, knobs: Tensor, power: float
    ) -> None:
        self.damping, self.fork = Damping(network, settings), Fork(knobs, power)
        self.calls = 0

    def loss(self, network: Network, playing: State) -> Tensor | float:
        """What to add to this update's loss. playing: the lanes' state."""
        self.calls += 1
        if self.calls % EVERY_UPDATES:
            return 0.0
        return self.damping.loss(network) + self.fork.loss(network, playing)

    def state(self) -> dict[str, Any]:
        """What to remember to go on from here."""
        fork = self.fork
        return {
            "calls": self.calls,
            "slowest": self.damping.slowest,
            "fork": fork.state,
            "windows_left": fork.windows_left,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from what `state` gave."""
        self.calls, self.damping.slowest = state["calls"], state["slowest"]
        self.fork.state = state["fork"]
        self.fork.windows_left = state["windows_left"]


class Still:
    """For a network that is left alone, or that cannot but fall silent."""

    def loss(self, *_: object) -> float:
        """Nothing to add."""
        return 0.0

    def state(self) -> dict[str, Any]:
        """Nothing to remember."""
        return {}

    def restore(self, _: dict[str, Any]) -> None:
        """Nothing to go on from."""


def remedy(
    network: Network | Cascade, settings: Tensor, knobs: Tensor, power: float
) -> Silence | Still:
    """What teaches this network silence; arguments as Silence takes them."""
    if isinstance(network, Cascade) or not network.shape.masked:
        return Still()
    return Silence(network, settings, knobs, power)
