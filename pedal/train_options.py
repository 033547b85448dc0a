"""The options of `pedal train`, checked before anything long starts. Pure."""

import re
from typing import Any

from pedal.errors import UsageError

MAX_UNITS = 128
WORDS = ("knob", "fixed")
NAME = re.compile(r"[a-z0-9-]{1,31}")


def check_name(name: str) -> str:
    """The id of a new effect. Raises UsageError."""
    if not NAME.fullmatch(name) or name == "clean":
        expected = "1 to 31 of a-z, 0-9 and -, not clean"
        raise UsageError(f'--name: expected {expected}, found "{name}"')
    return name


def source(
    pairs: list[Any] | None, virtual: str, fragments: Any, egfx: Any, effect_folder: str
) -> str | None:
    """Where training gets its audio: pairs, virtual, fragments, egfx; None unless one.

    Raises UsageError for a pair of one, or EGFxSet without a folder.
    """
    given = {
        "pairs": bool(pairs),
        "virtual": bool(virtual),
        "fragments": fragments is not None,
        "egfx": egfx is not None,
    }
    chosen = [kind for kind, there in given.items() if there]
    if pairs and len(pairs) % 2:
        raise UsageError(
            f"recordings: expected pairs DRY.wav WET.wav, found {len(pairs)} files"
        )
    if bool(effect_folder) != (egfx is not None):
        raise UsageError("--egfx and --effect-folder: expected both, found one")
    return chosen[0] if len(chosen) == 1 else None


def drive_value(text: str) -> float | str:
    """`knob`, `fixed`, or a drive in %. Raises UsageError."""
    if text in WORDS:
        return text
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 100.0:
        raise UsageError(f'--drive: expected knob, fixed or 0 to 100, found "{text}"')
    return value


def common(
    model_block: int | None, hidden: int | None, seconds: float | None, seed: int
) -> dict[str, Any]:
    """The options that both ways of training share. Raises UsageError."""
    if model_block not in (None, 1, 16):
        raise UsageError(f"--model-block: expected 1 or 16, found {model_block}")
    if hidden is not None and not 1 <= hidden <= MAX_UNITS:
        raise UsageError(f"--hidden: expected 1 to {MAX_UNITS}, found {hidden}")
    if seconds is not None and not 0.0 < seconds < 1e7:
        raise UsageError(f"--seconds: expected above 0, found {seconds:g}")
    if not 0 <= seed < 2**31:
        raise UsageError(f"--seed: expected 0 to {2**31 - 1}, found {seed}")
    return {
        "model_block": model_block,
        "hidden": hidden,
        "seconds": seconds,
        "seed": seed,
    }
