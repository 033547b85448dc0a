"""The training loop: streamed audio, carried state, SOAP, the best validation kept.

Letters: T steps, B lanes, F frames (samples a step), S knob settings.
"""

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor

from training import losses
from training.aa import CascadeShape
from training.errors import TrainingError
from training.material import Material, Part
from training.models import Network, Shape, State, build, steady
from training.silence import Silence, Still, remedy
from training.soap import Soap

WARM_UP_SAMPLES = 1008  # a multiple of 16
FOLD_SAMPLES = 44100  # validation is cut into pieces of a second, run side by side


@dataclass(frozen=True)
class Recipe:
    """How long and how fast to learn. `lanes` play side by side, `window` samples are
    learned from at once, the rate climbs for 2 % of the updates and falls as a cosine.
    `seconds` ends a run early, schedule and all."""

    updates: int = 4000
    lanes: int = 40
    window: int = 512
    rate: float = 3e-2
    last_rate: float = 1e-5
    validations: int = 10
    seed: int = 0
    seconds: float | None = None


@dataclass
class Result:
    """The best network, its validation ESR, and what it took."""

    network: Network
    validation_esr: float
    seconds: float
    updates: int
    stopped: bool  # by Ctrl-C


def standard_recipe(
    shape: Shape | CascadeShape, seed: int, seconds: float | None = None
) -> Recipe:
    """The recipe for a shape: frames take longer windows and a lower rate."""
    recipe = Recipe(seed=seed, seconds=seconds)
    if isinstance(shape, CascadeShape):
        recipe = replace(recipe, updates=8000, window=256, rate=2e-2, lanes=48)
    elif shape.frames > 1:
        recipe = replace(recipe, updates=5000, window=2048, rate=2e-2, lanes=20)
    elif shape.hidden > 16:
        recipe = replace(recipe, rate=2e-2)
    return recipe


class Lanes:
    """Streams one part: B lanes at B places, each with one knob setting, forever."""

    def __init__(
        self, part: Part, material: Material, shape: Shape, recipe: Recipe
    ) -> None:
        self.audio = torch.from_numpy(part.audio)  # (N,)
        self.targets = torch.from_numpy(part.targets)  # (S, N)
        self.frames, self.window, self.lanes = shape.frames, recipe.window, recipe.lanes
        settings = torch.from_numpy(material.settings)
        self.setting = torch.arange(self.lanes) % len(settings)
        self.knobs = settings[self.setting]  # (B, K)
        power = self.targets.square().mean(dim=1).clamp_min(1e-10)  # (S,)
        self.power = float(power.mean())
        self.weight = (self.power / power).sqrt()[self.setting]  # (B,)
        self.random = torch.Generator().manual_seed(recipe.seed)
        self.share = len(part.audio) // self.lanes
        if self.share < WARM_UP_SAMPLES + 2 * self.window:
            raise TrainingError(
                f"training audio: found {part.seconds:.1f} s, expected more"
            )

    def read(self, start: int, places: Tensor, length: int) -> tuple[Tensor, Tensor]:
        """length samples of every lane.   returns: audio and target (T, B, F)."""
        index = (places + start + torch.arange(length)[:, None]) % len(self.audio)
        shape = (length // self.frames, self.frames, self.lanes)
        audio = self.audio[index].view(shape).transpose(1, 2).contiguous()
        target = self.targets[self.setting, index].view(shape).transpose(1, 2)
        return audio, target.contiguous()

    def stream(self) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
        """(audio, target, warm_up): warm_up (T, B, F) comes at the start of a pass."""
        while True:
            offset = int(torch.randint(len(self.audio), (1,), generator=self.random))
            places = offset + torch.arange(self.lanes) * self.share
            warm_up = self.read(0, places, WARM_UP_SAMPLES)[0]
            start = WARM_UP_SAMPLES
            while start + self.window <= self.share:
                yield *self.read(start, places, self.window), warm_up
                warm_up, start = None, start + self.window


@torch.no_grad()
def play_part(network: Network, part: Part, settings: Tensor) -> tuple[Tensor, Tensor]:
    """Predictions and targets of a whole part, folded into seconds with a run-in.

    returns: (N, S) twice; what is over after the last whole second is left out.
    """
    frames, run_in = network.shape.frames, WARM_UP_SAMPLES * 8
    size = min(FOLD_SAMPLES, len(part.audio)) // 16 * 16
    audio = torch.from_numpy(part.audio)
    count = len(audio) // size
    padded = torch.cat((torch.zeros(run_in), audio))
    pieces = padded.unfold(0, run_in + size, size)[:count]  # (count, run_in + size)
    predicted = []
    for setting in settings:
        x = pieces.reshape(count, -1, frames).transpose(0, 1).contiguous()
        knobs = setting.expand(count, -1)
        y, _ = network(x, knobs, network.rest(count))
        predicted.append(losses.samples(y)[run_in:].T.reshape(-1))
    target = torch.from_numpy(part.targets)[:, : count * size]
    return torch.stack(predicted, dim=1), target.T


def error_by_setting(network: Network, part: Part, settings: Tensor) -> list[float]:
    """ESR of a part at each knob setting."""
    predicted, target = play_part(network, part, settings)
    columns = zip(predicted.T, target.T, strict=True)
    return [float(losses.error_to_signal(p[:, None], t[:, None])) for p, t in columns]


def rate_at(progress: float, recipe: Recipe) -> float:
    """Learning rate at 0..1 of the run: linear climb over 2 %, then a cosine."""
    climb = min(1.0, progress / 0.02 + 1e-3)
    fall = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
    return climb * (recipe.last_rate + (recipe.rate - recipe.last_rate) * fall)


class Best:
    """Validates a network now and then, and keeps a copy of the best."""

    def __init__(self, material: Material, validations: int) -> None:
        self.part = material.validate
        self.settings = torch.from_numpy(material.settings)
        self.step, self.due = 1.0 / validations, 1.0 / validations
        self.network: Network | None = None
        self.error = math.inf

    def look(self, network: Network, progress: float) -> None:
        """Validates if it is time to, at 0..1 of the run."""
        if progress >= self.due:
            self.due += self.step
            self.offer(network)

    def offer(self, network: Network) -> None:
        """Keeps the network if its mean error over the knob settings is the lowest."""
        errors = error_by_setting(network, self.part, self.settings)
        error = sum(errors) / len(errors)
        if self.network is None or error < self.error:
            self.network, self.error = copy.deepcopy(network), error


def train(
    material: Material, shape: Shape, recipe: Recipe, console: Console | None = None
) -> Result:
    """Trains one network. Ctrl-C ends the run and keeps the best so far.

    Raises TrainingError when the loss is not finite.
    """
    steady()
    torch.manual_seed(recipe.seed)
    network = build(shape)
    optimiser = Soap(network.parameters(), lr=recipe.rate)
    lanes = Lanes(material.train, material, shape, recipe)
    stream, state = lanes.stream(), network.rest(recipe.lanes)
    best = Best(material, recipe.validations)
    silence = remedy(network, best.settings, lanes.knobs, lanes.power)
    begun, done, stopped = time.monotonic(), 0, False
    with progress_bar(console) as bar:
        task = bar.add_task(f"model block {shape.frames}", total=1.0, best="")
        try:
            while (progress := share_done(done, begun, recipe)) < 1.0:
                best.look(network, progress)
                optimiser.param_groups[0]["lr"] = rate_at(progress, recipe)
                state = update(network, optimiser, lanes, silence, next(stream), state)
                done += 1
                text = f"ESR {100 * best.error:.3f} %"
                bar.update(task, completed=progress, best=text)
        except KeyboardInterrupt:
            stopped = True
        best.offer(network)
    return Result(best.network, best.error, time.monotonic() - begun, done, stopped)


def share_done(done: int, begun: float, recipe: Recipe) -> float:
    """Share of the run that is behind, by updates or by the clock, 0..1."""
    by_clock = (time.monotonic() - begun) / recipe.seconds if recipe.seconds else 0.0
    return max(done / recipe.updates, by_clock)


def update(
    network: Network,
    optimiser: Soap,
    lanes: Lanes,
    silence: Silence | Still,
    chunk: tuple[Tensor, Tensor, Tensor | None],
    state: State,
) -> State:
    """One step of learning from one window.   returns: the state to carry on with."""
    audio, target, warm_up = chunk
    if warm_up is not None:
        rest = network.rest(lanes.lanes)
        with torch.no_grad():
            _, state = network(warm_up, lanes.knobs, rest)
    predicted, state = network(audio, lanes.knobs, state)
    heard, wanted = losses.samples(predicted), losses.samples(target)
    loss = losses.training_loss(heard, wanted, lanes.weight)
    loss = loss + silence.loss(network, state)
    if not losses.is_finite(loss):
        raise TrainingError("training: the loss is not finite; change the seed")
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return tuple(part.detach() for part in state)


def progress_bar(console: Console | None) -> Progress:
    """A bar with the best figure and the time left; quiet without a console."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[best]}"),
        TimeRemainingColumn(),
    )
    quiet = console is None
    return Progress(*columns, console=console or Console(quiet=True), disable=quiet)
