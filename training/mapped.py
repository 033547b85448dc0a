"""Material in files that several processes map, instead of each having its own.

Three minutes at five settings of a knob are 190 MB.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.material import SHARES, Audio, Material, Part


@dataclass(frozen=True)
class Mapped:
    """Where the audio lies, and what is no audio."""

    folder: Path
    settings: Audio
    conditioning: list[str]

    def material(self) -> Material:
        """The same to the bit; what one process writes into it no other sees."""
        parts = {
            name: Part(
                np.load(self.folder / f"{name}-audio.npy", mmap_mode="c"),
                np.load(self.folder / f"{name}-targets.npy", mmap_mode="c"),
            )
            for name in SHARES
        }
        return Material(**parts, settings=self.settings, conditioning=self.conditioning)


def lay_out(material: Material, folder: Path) -> Mapped:
    """Writes the audio into a folder.

    From then on this process maps it too, all but what is tested on, which it may need
    when the folder is gone.
    """
    for name in SHARES:
        part: Part = getattr(material, name)
        np.save(folder / f"{name}-audio.npy", part.audio)
        np.save(folder / f"{name}-targets.npy", part.targets)
    laid = Mapped(folder, material.settings, material.conditioning)
    mapped = laid.material()
    material.train, material.validate = mapped.train, mapped.validate
    return laid
