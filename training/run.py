"""One training run as it stands: all that changes while a network learns.

Letters: T steps, B lanes, F frames (samples a step).
"""

import math
import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from training import losses
from training.errors import DivergenceError
from training.lanes import Chunk, Lanes
from training.material import Material
from training.models import Network, Shape, State, build, device
from training.silence import Silence, Still, remedy
from training.soap import Soap
from training.timing import TimeLeft
from training.validation import Best

MOST_LOST = 20  # updates in a row that may come to nothing


@dataclass(frozen=True)
class Recipe:
    """How long and how fast to learn. `lanes` play side by side, `window` samples are
    learned from at once, the rate climbs for 2 % of the updates and falls as a cosine.
    `seconds` ends a run early, schedule and all. `remedies` teach silence (silence.py),
    at nearly twice the error: for a network that did not fall silent without."""

    updates: int = 4000
    lanes: int = 40
    window: int = 512
    rate: float = 3e-2
    last_rate: float = 1e-5
    validations: int = 10
    seed: int = 0
    seconds: float | None = None
    remedies: bool = False


@dataclass(frozen=True)
class Report:
    """How far a run is: 0..1, the best validation ESR, and the time it still needs.

    note: a line for the player, or nothing.
    """

    done: float = 0.0
    error: float = math.inf
    seconds_left: float = math.inf
    note: str = ""


def rate_at(progress: float, recipe: Recipe) -> float:
    """Learning rate at 0..1 of the run: linear climb over 2 %, then a cosine."""
    climb = min(1.0, progress / 0.02 + 1e-3)
    fall = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
    return climb * (recipe.last_rate + (recipe.rate - recipe.last_rate) * fall)


class Run:
    """All that changes while a network learns, so that it can be put down and taken up.

    A run that is taken up again ends in the very same network.
    """

    def __init__(self, material: Material, shape: Shape, recipe: Recipe) -> None:
        self.device = where = device(shape)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.network = build(shape).to(where)
        self.optimiser = Soap(self.network.parameters(), lr=recipe.rate)
        size = (shape.frames, recipe.window, recipe.lanes)
        self.lanes = Lanes(material.train, material, size, recipe.seed, where)
        self.best = Best(material, recipe.validations, where)
        lanes = self.lanes
        self.silence: Silence | Still = Still()
        if recipe.remedies:
            settings = self.best.settings
            self.silence = remedy(self.network, settings, lanes.knobs, lanes.power)
        self.carried: State = self.network.rest(recipe.lanes)
        self.done, self.seconds, self.ended = 0, 0.0, False
        self.lost = 0  # updates in a row that came to nothing
        self.left = TimeLeft(recipe.updates, recipe.validations, recipe.seconds)

    @property
    def progress(self) -> float:
        """Share of the run that is behind, by updates or by the clock, 0..1."""
        limit = self.recipe.seconds
        by_clock = self.seconds / limit if limit else 0.0
        return max(self.done / self.recipe.updates, by_clock)

    def report(self) -> Report:
        """How far it is."""
        left = self.left.seconds(self.done, self.best.looks, self.seconds)
        left = 0.0 if self.ended else left  # a budget may leave looks out
        return Report(self.progress, self.best.error, left)

    def step(self) -> None:
        """One update, and a validation when one is due. Counts the time of both."""
        begun = time.monotonic()
        self.optimiser.rate = rate_at(self.progress, self.recipe)
        chunk = self.lanes.next()
        later = update(
            self.network, self.optimiser, self.lanes, self.silence, chunk, self.carried
        )
        self.lost = 0 if later else self.lost + 1
        if self.lost > MOST_LOST:
            raise DivergenceError("training: the loss is not finite; change the seed")
        self.carried = later or self.network.rest(self.recipe.lanes)
        self.done += 1
        learned = time.monotonic()
        self.left.update.note(learned - begun)
        self.seconds += learned - begun
        if self.progress < 1.0 and self.best.due(self.progress):
            self.validate()

    def validate(self) -> None:
        """Offers the network as it is to be the best."""
        begun = time.monotonic()
        self.best.offer(self.network)
        taken = time.monotonic() - begun
        self.left.validation.note(taken)
        self.seconds += taken

    def state(self) -> dict[str, Any]:
        """What to remember to go on from here."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "lanes": self.lanes.state(),
            "best": self.best.state(),
            "silence": self.silence.state(),
            "carried": self.carried,
            "random": torch.get_rng_state(),
            "done": self.done,
            "lost": self.lost,
            "seconds": self.seconds,
            "ended": self.ended,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from what `state` gave, on whatever device it learned."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(moved(state["optimiser"], self.device))
        self.lanes.restore(state["lanes"])
        self.best.restore(state["best"], self.network)
        self.silence.restore(moved(state["silence"], self.device))
        self.carried = moved(state["carried"], self.device)
        torch.set_rng_state(state["random"])
        self.done, self.seconds = state["done"], state["seconds"]
        self.lost, self.ended = state["lost"], state["ended"]


def moved(value: Any, device: torch.device) -> Any:
    """A nest of dicts, lists and tuples with all its tensors on that device."""
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, dict):
        return {key: moved(item, device) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(moved(item, device) for item in value)
    return value


def update(
    network: Network,
    optimiser: Soap,
    lanes: Lanes,
    silence: Silence | Still,
    chunk: Chunk,
    state: State,
) -> State | None:
    """One step of learning from one window.   returns: the state to carry on with.

    None, and nothing learned, where the loss or a gradient is not finite: over 512
    samples a gradient may overflow, and one that does would spoil the network for good.
    """
    audio, target, warm_up = chunk
    if warm_up is not None:
        rest = network.rest(lanes.lanes)
        with torch.no_grad():
            _, state = network(warm_up, lanes.knobs, rest)
    predicted, state = network(audio, lanes.knobs, state)
    heard, wanted = losses.samples(predicted), losses.samples(target)
    loss = losses.training_loss(heard, wanted, lanes.weight)
    loss = loss + silence.loss(network, state)
    optimiser.zero_grad()
    loss.backward()
    gradients = [part.grad for part in network.parameters() if part.grad is not None]
    if not all(map(losses.is_finite, (loss, *gradients))):
        return None
    optimiser.step()
    return tuple(part.detach() for part in state)
