"""Reads the files of the alarms' limits: ours, and one that overrides it."""

from pathlib import Path

from pedal.console.thresholds import Limits, limits_of
from pedal.errors import UsageError

DEFAULTS = Path(__file__).with_name("thresholds.toml")


def limits_from(path: Path | None = None) -> Limits:
    """Our limits, path's over them. Raises UsageError for what cannot be meant."""
    if path is None:
        return limits_of(_text(DEFAULTS))
    return limits_of(_text(DEFAULTS), _text(path), str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        reason = getattr(cause, "strerror", None) or "it is no UTF-8 text"
        raise UsageError(f"thresholds {path}: cannot be read: {reason}") from cause
