"""Streams the audio to learn from: lanes side by side, each going on where it was.

Letters: T steps, B lanes, F frames (samples a step), S knob settings.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from training.errors import TrainingError
from training.material import Material, Part

WARM_UP_SAMPLES = 1008  # a multiple of 16

Chunk = tuple[Tensor, Tensor, Tensor | None]


class Lanes:
    """B lanes at B places of one part, each with one knob setting, forever.

    frames, window, lanes: samples a step, samples learned from at once, and B.
    """

    def __init__(
        self,
        part: Part,
        material: Material,
        size: tuple[int, int, int],
        seed: int,
        device: torch.device | str = "cpu",
    ) -> None:
        self.frames, self.window, self.lanes = size
        self.audio = torch.from_numpy(part.audio).to(device)  # (N,)
        self.targets = torch.from_numpy(part.targets).to(device)  # (S, N)
        settings = torch.from_numpy(material.settings).to(device)
        self.setting = torch.arange(self.lanes, device=device) % len(settings)
        self.knobs = settings[self.setting]  # (B, K)
        power = self.targets.square().mean(dim=1).clamp_min(1e-10)  # (S,)
        self.power = float(power.mean())
        self.weight = (self.power / power).sqrt()[self.setting]  # (B,)
        self.random = torch.Generator().manual_seed(seed)
        self.offset, self.start = 0, -1  # of this pass; -1: a pass has yet to begin
        self.share = len(part.audio) // self.lanes
        if self.share < WARM_UP_SAMPLES + 2 * self.window:
            needed = self.lanes * (WARM_UP_SAMPLES + 2 * self.window) / 44100
            raise TrainingError(
                f"training audio: found {part.seconds:.1f} s, expected at least "
                f"{needed:.1f} s; record more"
            )

    def begin(self, offset: int) -> None:
        """Begins a pass: each lane's first sample is at `offset` and its own share."""
        self.offset = offset
        places = offset + self.share * torch.arange(
            self.lanes, device=self.knobs.device
        )
        self.first = places % len(self.audio)  # (B,)

    def read(self, start: int, length: int) -> tuple[Tensor, Tensor]:
        """length samples of every lane.   returns: audio and target (T, B, F).

        They are gathered for each window: a pass laid out would be the audio once more.
        """
        moment = torch.arange(start, start + length, device=self.first.device)
        at = moment[:, None] + self.first  # (length, B)
        at = torch.where(at < len(self.audio), at, at - len(self.audio))
        found = []
        for samples in (self.audio[at], self.targets[self.setting, at]):
            frames = samples.view(length // self.frames, self.frames, self.lanes)
            found.append(frames.transpose(1, 2).contiguous())
        return found[0], found[1]

    def stream(self) -> Iterator[Chunk]:
        """(audio, target, warm_up): warm_up (T, B, F) comes at the start of a pass."""
        while True:
            yield self.next()

    def next(self) -> Chunk:
        """The next window of every lane; a pass begins at a place drawn by lot."""
        warm_up = None
        if self.start < 0 or self.start + self.window > self.share:
            size = (len(self.audio),)
            self.begin(int(torch.randint(*size, (1,), generator=self.random)))
            self.start = WARM_UP_SAMPLES
            warm_up = self.read(0, WARM_UP_SAMPLES)[0]
        chunk = self.read(self.start, self.window)
        self.start += self.window
        return *chunk, warm_up

    def state(self) -> dict[str, Any]:
        """What to remember to go on from here."""
        random = self.random.get_state()
        return {"offset": self.offset, "start": self.start, "random": random}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from what `state` gave."""
        self.begin(state["offset"])
        self.start = state["start"]
        self.random.set_state(state["random"])
