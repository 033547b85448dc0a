"""One model of a bank, played by the engine: what every figure of it is measured on."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from pedal import audio
from pedal.errors import BankError
from pedal.render import Job, render

Audio = NDArray[np.float32]
PERIOD = 128
# A model alone starts from zeros; the slowest rests by then. Whole frames of 16.
RUN_IN_SAMPLES = 44112


@dataclass(frozen=True)
class Deployed:
    """A model in its place: the very program and kernels that play it live."""

    bank: Path
    effect: str
    block: int

    def play(self, samples: Audio, params: Mapping[str, float]) -> tuple[Audio, float]:
        """Plays (N,) at 44,100 Hz after a second of silence, the model alone.

        So it comes from its rest, as it does live, and its delay is taken out.
        params: values by id, in their units. Returns (N,) and the time of a sample in
        ns, the median period's. Raises Bank-, Engine- and UsageError.
        """
        with tempfile.TemporaryDirectory(prefix="pedal-") as name:
            dry, wet = Path(name) / "dry.wav", Path(name) / "wet.wav"
            audio.write_float(dry, np.pad(samples, (RUN_IN_SAMPLES, 0)))
            job = Job(dry, wet, self.effect, self.block, PERIOD, self.bank, raw=True)
            figures = render(Job(**{**vars(job), "params": params}))
            played, _ = soundfile.read(wet, dtype="float32")
        broke = [text for text in figures.alarms if str(text).startswith("nan")]
        if broke:  # from there on it was dry guitar
            what = f'effect "{self.effect}", block {self.block}'
            raise BankError(f"{what}: expected sound, found that it broke: {broke[0]}")
        late = RUN_IN_SAMPLES + figures.delay_samples
        return played[late : late + len(samples)], 1000.0 * figures.block_us / PERIOD
