"""Two published recipes against ours on the same audio: python -m training.baselines.

`race` gives the recipe of Automated-GuitarAmpModelling (Wright, Damskägg and Välimäki;
github.com/Alec-Wright/Automated-GuitarAmpModelling: Adam 5e-3, half-second segments,
gradients through 1000 samples, pre-emphasised ESR + DC, halved when it stalls) some
processor time in torch, and asks how soon ours is as good. `paper` does so for an LSTM
of 6 units learned from whole five-second notes, three at once, without truncation.
Both use a plain torch LSTM; ours is our own network in the race, and the very same LSTM
in the other. Validation counts in neither's time. Letters: T, B.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn

from training import audio, fragments, losses
from training.material import Material, Part
from training.models import Shape, standard_shape, steady
from training.run import Recipe, Run
from training.train import standard_recipe
from training.validation import error_by_setting
from training.virtual import circuits, guitar

ADAM_RATE = 5e-3
SEGMENT, LEAD_IN, TRUNCATION, BATCH = 22050, 200, 1000, 50
NOTE, NOTES = 5 * 44100, 3
PATIENCE = 5  # validations without a better one before the rate is halved
LOOKS = 40  # validations of a run of ours, to see when it passed


class Plain(nn.Module):
    """An LSTM with a dense layer and the input added, as those papers have it."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.lstm, self.dense = nn.LSTM(1, hidden), nn.Linear(hidden, 1)

    def forward(self, x: Tensor, state: tuple | None = None) -> tuple[Tensor, tuple]:
        """x: (T, B, 1).   returns: the same shape, and the state."""
        y, state = self.lstm(x, state)
        return self.dense(y) + x, state


@torch.no_grad()
def plain_error(network: Plain, part: Part) -> float:
    """ESR over a part, in pieces of a second with a run-in."""
    run_in, size = 8064, 44100
    count = len(part.audio) // size
    padded = torch.cat((torch.zeros(run_in), torch.from_numpy(part.audio)))
    pieces = padded.unfold(0, run_in + size, size)[:count]
    heard = network(pieces.T[:, :, None])[0][run_in:, :, 0].T.reshape(-1, 1)
    wanted = torch.from_numpy(part.targets[0][: count * size])[:, None]
    return float(losses.error_to_signal(heard, wanted))


def segments(part: Part, length: int, batch: int, seed: int) -> Iterator[tuple]:
    """Audio and target (T, B, 1) of segments in random order, for ever."""
    random = torch.Generator().manual_seed(seed)
    sides = [
        torch.from_numpy(side[: len(side) // length * length]).view(-1, length)
        for side in (part.audio, part.targets[0])
    ]
    while True:
        order = torch.randperm(len(sides[0]), generator=random)
        for chosen in order.split(min(batch, len(order))):
            yield tuple(side[chosen].T[:, :, None].contiguous() for side in sides)


def amp_modelling(network: Plain, adam: torch.optim.Adam, x: Tensor, y: Tensor) -> None:
    """One batch of segments: a run-in, then an update every 1000 samples."""
    with torch.no_grad():
        _, state = network(x[:LEAD_IN])
    for begin in range(LEAD_IN, len(x) - 1, TRUNCATION):
        here = slice(begin, begin + TRUNCATION)
        heard, state = network(x[here], state)
        learn(adam, heard, y[here])
        state = tuple(part.detach() for part in state)


def whole_notes(network: Plain, adam: torch.optim.Adam, x: Tensor, y: Tensor) -> None:
    """One batch of notes from their first to their last sample, in one update."""
    learn(adam, network(x)[0], y)


def learn(adam: torch.optim.Adam, heard: Tensor, wanted: Tensor) -> None:
    """One update of Adam on the usual loss."""
    weight = torch.ones(heard.shape[1])
    loss = losses.training_loss(heard[..., 0], wanted[..., 0], weight)
    adam.zero_grad()
    loss.backward()
    adam.step()


def published(
    material: Material,
    hidden: int,
    seconds: float,
    learn_batch: Callable,
    batches: Iterator[tuple],
    seed: int = 0,
) -> Plain:
    """A network after `seconds` of processor time by a published recipe, its best."""
    torch.manual_seed(seed)
    network = Plain(hidden)
    adam = torch.optim.Adam(network.parameters(), lr=ADAM_RATE)
    used, looked, best, stalled = 0.0, 0.0, math.inf, 0
    kept = network.state_dict()
    while used < seconds:
        begun = time.process_time()
        learn_batch(network, adam, *next(batches))
        used += time.process_time() - begun
        if used - looked < seconds / LOOKS and used < seconds:
            continue
        looked, error = used, plain_error(network, material.validate)
        stalled = 0 if error < best else stalled + 1
        if error < best:
            best = error
            kept = {name: value.clone() for name, value in network.state_dict().items()}
        if stalled > PATIENCE:
            adam.param_groups[0]["lr"] *= 0.5
            stalled = 0
    network.load_state_dict(kept)
    return network


def ours(material: Material, shape: Shape, recipe: Recipe, goal: float) -> tuple:
    """Our recipe.   returns: processor seconds to the validation ESR `goal` (infinite
    if never), in all, validation left out, and the run."""
    run = Run(material, shape, replace(recipe, validations=LOOKS))
    used, reached, count = 0.0, math.inf, 0
    while run.progress < 1.0:
        begun, looks = time.process_time(), run.best.looks
        run.step()
        if run.best.looks == looks:
            used, count = used + time.process_time() - begun, count + 1
            continue
        used += used / max(count, 1)  # a validation was in it: as long as the others
        if run.best.error <= goal:
            reached = min(reached, used)
    run.validate()
    if run.best.error <= goal:
        reached = min(reached, used)
    return reached, used, run


def held_out_error(run: Run, material: Material) -> float:
    """ESR of a run's best network on the test part."""
    return error_by_setting(run.best.network, material.test, run.best.settings)[0]


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m training.baselines", description=__doc__
    )
    parser.add_argument("which", choices=("race", "paper"))
    parser.add_argument("--seconds", type=float, default=600.0, help="for the other")
    parser.add_argument("--hidden", type=int, help="16 for race, 6 for paper")
    parser.add_argument("--updates", type=int, default=4000, help="for ours")
    parser.add_argument("--recordings", type=Path, help="dry guitar; simulated if none")
    parser.add_argument("--length", type=float, default=185.0, help="seconds of guitar")
    parser.add_argument("--seeds", type=int, default=1)
    return parser.parse_args()


def compared(
    chosen: argparse.Namespace, material: Material, seed: int
) -> tuple[float, float]:
    """One seed of both, printed.   returns: times faster, times less error."""
    race = chosen.which == "race"
    hidden = chosen.hidden or (16 if race else 6)
    length, batch = (SEGMENT, BATCH) if race else (NOTE, NOTES)
    batches = segments(material.train, length, batch, seed)
    recipe = amp_modelling if race else whole_notes
    other = published(material, hidden, chosen.seconds, recipe, batches, seed)
    goal = plain_error(other, material.validate)
    theirs = plain_error(other, material.test)
    print(f"theirs: {chosen.seconds:.0f} s, test ESR {100 * theirs:.4f} %", flush=True)
    shape = standard_shape(1, hidden, 0) if race else Shape(hidden=hidden)
    mine = replace(standard_recipe(shape, seed), updates=chosen.updates)
    reached, used, run = ours(material, shape, mine, goal)
    error = held_out_error(run, material)
    print(f"ours: {used:.1f} s, test ESR {100 * error:.4f} %")
    print(f"ours was as good on the validation part after {reached:.1f} s")
    return chosen.seconds / reached, theirs / error


def main() -> None:
    """Prints both errors on the test part, and how many times faster or better."""
    chosen = options()
    steady()
    if chosen.recordings:
        dry = audio.gather(chosen.recordings, chosen.length, 0.9)
    else:
        dry = guitar.play(chosen.length, seed=1)
    material = fragments.material([(dry, circuits.render("screamer", dry, 50.0))])
    found = [compared(chosen, material, seed) for seed in range(chosen.seeds)]
    faster, better = map(median, zip(*found, strict=True))
    print(f"medians of {len(found)}: time 1/{faster:.0f}, error 1/{better:.0f}")


if __name__ == "__main__":
    main()
