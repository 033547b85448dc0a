"""`pedal bank import`: files of other systems into one effect of a bank, measured."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pedal import bank_edit
from pedal.audio import RATE_HZ
from pedal.bank import MANIFEST
from pedal.bank_edit import New
from pedal.errors import BankError, UsageError
from pedal.imports import formats, rates
from pedal.imports.foreign import Foreign, Json
from pedal.imports.listener import Listener, as_bytes, blank_row
from pedal.imports.measure import Measured, Yardstick, measure
from pedal.protocol.protocol import PARAMS

KNOBS = ("drive",)  # what the first input beside the sound is, unless told


@dataclass(frozen=True)
class Imported:
    """One model that is in the bank now: where it came from, and its figures."""

    foreign: Foreign
    conditioning: tuple[str, ...]
    measured: Measured

    def notes(self) -> list[str]:
        """What the player should know, a line each."""
        told = []
        if self.foreign.rate_hz is None:
            told.append(f"tells no sample rate; taken for {RATE_HZ} Hz")
        if self.measured.rate_error_db is not None:
            told.append(
                f"is of {self.foreign.rate_hz:g} Hz; its state is moved to {RATE_HZ}, "
                f"with an error of {self.measured.rate_error_db:.0f} dB"
            )
        if self.measured.hum_dbfs > rates.IDLE_DBFS:
            told.append(f"sounds by itself at idle: {self.measured.hum_dbfs:.0f} dBFS")
        return [f"{self.foreign.path}: {line}" for line in told]


def import_files(
    files: Sequence[Path],
    name: str,
    folder: Path,
    yardstick: Yardstick,
    knobs: Sequence[str] = (),
) -> tuple[str, list[Imported]]:
    """Converts, measures and adds one or two files as one effect of a bank.

    knobs: the parameter of each input beside the sound. Returns the effect's id and
    what was imported, by block. Raises BankError or UsageError, and then the bank is as
    it was.
    """
    check_options(files, name, knobs)
    read = sorted((formats.read(path) for path in files), key=lambda one: one.frames)
    if len(read) == 2 and read[0].frames == read[1].frames:
        raise BankError(
            f"{read[1].path}: expected a model of another block than {read[0].path}, "
            f"found two of block {read[0].frames}; import them under two names"
        )
    if (folder / MANIFEST).exists():
        bank_edit.check_room(folder, name, [one.frames for one in read])
    listeners = [Listener(one, one.model, conditioning(one, knobs)) for one in read]
    for one in listeners:
        rates.check(one.foreign)
        _ = one.network  # raises for what cannot be played
    done = [measure(one, yardstick) for one in listeners]
    models = [New(row(one, figures), as_bytes(one.model)) for one, figures in done]
    made = bank_edit.add(folder, name, models, provenance(read))
    imported = [
        Imported(one.foreign, one.conditioning, figures) for one, figures in done
    ]
    return made, imported


def check_options(files: Sequence[Path], name: str, knobs: Sequence[str]) -> None:
    """Raises before anything is read or measured."""
    if not 1 <= len(files) <= 2:
        raise UsageError(
            f"expected one file, or two for block 1 and block 16, found {len(files)}"
        )
    bank_edit.checked_name(name)
    for knob in knobs:
        if knob not in PARAMS:
            raise UsageError(f'--knob: expected of {", ".join(PARAMS)}, found "{knob}"')
    if len(set(knobs)) != len(knobs):
        raise UsageError(f"--knob: expected each once, found {', '.join(knobs)}")


def conditioning(foreign: Foreign, knobs: Sequence[str]) -> tuple[str, ...]:
    """The parameters of a model's inputs beside the sound. Raises UsageError."""
    chosen = tuple(knobs) or KNOBS[: foreign.knobs]
    if len(chosen) < foreign.knobs:
        raise UsageError(
            f"{foreign.path}: expected --knob for each of {foreign.knobs} inputs "
            f"beside the sound, such as --knob drive --knob tone; found {len(chosen)}"
        )
    return chosen[: foreign.knobs]


def row(listener: Listener, figures: Measured) -> Json:
    """The model's row for bank.json."""
    blank = blank_row(listener.foreign.frames, listener.conditioning, listener.network)
    levels = ("gain_db", "loudness_lufs", "dry_loudness_lufs", "idle_dbfs")
    measured = {name: getattr(figures, name) for name in levels}
    quality = blank["quality"] | {"images_db": list(figures.images_db.values())}
    more = ("rate_error_db", "hum_dbfs", "rest_s", "rest_dbfs", "dc_dbfs", "peak_dbfs")
    return (
        blank
        | measured
        | {
            "quality": quality,
            "measured": {name: getattr(figures, name) for name in more},
            "origin": origin(listener.foreign),
        }
    )


def origin(foreign: Foreign) -> Json:
    """Where a model came from: its format, its file, and what that tells."""
    digest = hashlib.sha256(foreign.path.read_bytes()).hexdigest()
    head = {"format": foreign.kind, "file": foreign.path.name, "sha256": digest}
    rate = {"rate_hz": foreign.rate_hz} if foreign.rate_hz else {}
    return head | rate | {"tells": dict(foreign.origin)}


def provenance(read: Sequence[Foreign]) -> Json:
    """What is known of an imported effect: little, and that is said."""
    kinds = ", ".join(sorted({one.kind for one in read}))
    licences = [one.origin["license"] for one in read if "license" in one.origin]
    sources = [one.path.name for one in read if "license" in one.origin]
    recordings = [
        {"source": f"the model file {source}", "licence": licence}
        for source, licence in zip(sources, licences, strict=True)
    ]
    circuit = f"unknown; imported from {kinds}"
    return {"circuit": circuit, "recordings": recordings, "seed": 0}
