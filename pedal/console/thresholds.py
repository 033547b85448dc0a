"""The limits of the alarms, from thresholds.toml and a file that overrides it. Pure."""

import tomllib
from dataclasses import dataclass, fields, replace
from typing import Any

from pedal.errors import UsageError


@dataclass(frozen=True)
class Limits:
    """Each is explained in thresholds.toml, where the defaults are."""

    load_percent: float
    load_s: float
    flow_s: float
    lost_s: float
    underrun_hold_s: float
    clip_hold_s: float
    output_clip: bool
    temperature_c: float
    gap_s: float
    start_s: float
    hold_s: float


def limits_of(defaults: str, text: str = "", name: str = "thresholds") -> Limits:
    """defaults, text: TOML; text overrides. name: of text, for errors.

    Raises UsageError for what is no TOML, an unknown name or a value that cannot be.
    """
    limits = Limits(**tomllib.loads(defaults))
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise UsageError(f"{name}: expected TOML, found: {cause}") from cause
    kinds = {field.name: field.type for field in fields(Limits)}
    found: dict[str, Any] = {}
    for key, value in rows.items():
        if key not in kinds:
            known = ", ".join(kinds)
            raise UsageError(f'{name}: no threshold "{key}"; there are {known}')
        found[key] = _checked(f"{name}: {key}", kinds[key], value)
    return replace(limits, **found)


def _checked(where: str, kind: object, value: object) -> float | bool:
    """A limit of its kind; numbers are above 0."""
    if kind is bool:
        if not isinstance(value, bool):
            raise UsageError(f"{where}: expected true or false, found {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError(f"{where}: expected a number, found {value!r}")
    if not 0 < value < 1e6:
        raise UsageError(f"{where}: expected above 0, found {value}")
    return float(value)
