"""What `pedal bank import` prints: the figures of each model, measured here. Pure."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from pedal.audio import RATE_HZ
from pedal.imports.importer import Imported


def as_rows(effect: str, imported: Sequence[Imported]) -> list[dict[str, Any]]:
    """One row a model, for JSON."""
    return [
        {
            "effect": effect,
            "format": one.foreign.kind,
            "file": str(one.foreign.path),
            "conditioning": list(one.conditioning),
            **one.measured.as_row(),
            "notes": one.notes(),
        }
        for one in imported
    ]


def as_table(effect: str, imported: Sequence[Imported]) -> Table:
    """The rows for people, a column a model."""
    table = Table(title=f'"{effect}", measured here', box=None, title_justify="left")
    table.add_column("")
    for one in imported:
        table.add_column(f"block {one.measured.block}", justify="right")
    for label, tell in LINES:
        table.add_row(label, *(tell(one) for one in imported))
    return table


def _images(one: Imported) -> str:
    """The images of all tones."""
    return " / ".join(f"{db:.0f}" for db in one.measured.images_db.values()) + " dB"


def _rest(one: Imported) -> str:
    """How soon it stands still."""
    seconds = one.measured.rest_s
    return "never" if seconds is None else f"{1000 * seconds:.1f} ms"


def _time(one: Imported) -> str:
    """What a sample takes, and how much of the time that is."""
    ns = one.measured.ns_per_sample
    return f"{ns:.0f} ns, {100.0 * ns * RATE_HZ / 1e9:.1f} % of a core"


def _idle(one: Imported) -> str:
    """The level of silence, with and without what the knob moves."""
    return f"{one.measured.idle_dbfs:.0f} dBFS; {one.measured.hum_dbfs:.0f} dBFS"


def _rate(one: Imported) -> str:
    """What moving the model to the pedal's rate costs, where it was moved."""
    error_db = one.measured.rate_error_db
    return "-" if error_db is None else f"{error_db:.0f} dB"


LINES = (
    ("from", lambda one: one.foreign.kind),
    ("knobs", lambda one: ", ".join(one.conditioning) or "-"),
    (
        "loudness; gain to match dry",
        lambda one: (
            f"{one.measured.loudness_lufs:.1f} LUFS; {one.measured.gain_db:+.1f} dB"
        ),
    ),
    ("error of another sample rate", _rate),
    ("rest after", _rest),
    ("rest taken off", lambda one: f"{one.measured.rest_dbfs:.0f} dBFS"),
    ("idle; less an offset by the knob", _idle),
    ("DC of a loud sine", lambda one: f"{one.measured.dc_dbfs:.0f} dBFS"),
    ("peak, with the gain", lambda one: f"{one.measured.peak_dbfs:+.1f} dBFS"),
    ("aliasing at 220 / 1244 / 4186 Hz", _images),
    ("multiplications a sample", lambda one: str(one.measured.cost_mac_per_sample)),
    ("time a sample, here", _time),
)
