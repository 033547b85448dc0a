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
    in_pairs(pairs)
    if bool(effect_folder) != (egfx is not None):
        raise UsageError("--egfx and --effect-folder: expected both, found one")
    return chosen[0] if len(chosen) == 1 else None


def in_pairs(files: list[Any] | None) -> list[tuple[Any, Any]]:
    """Files two by two. Raises UsageError for an odd one."""
    files = files or []
    if len(files) % 2:
        raise UsageError(
            f"recordings: expected pairs DRY.wav WET.wav, found {len(files)} files"
        )
    return list(zip(files[::2], files[1::2], strict=True))


def positions(**knobs: list[str] | None) -> dict[str, list[float]]:
    """Where each knob stood, 0 to 100 %, one a recording. Raises UsageError."""
    return {
        name: [_percent(name, text) for text in texts]
        for name, texts in knobs.items()
        if texts
    }


def turned(**knobs: list[str] | None) -> dict[str, float | str]:
    """Of a simulated pedal's knobs: `knob`, `fixed`, or a value in %.

    Raises UsageError.
    """
    found: dict[str, float | str] = {}
    for name, texts in knobs.items():
        if texts and len(texts) > 1:
            raise UsageError(f"--{name}: expected one with --virtual, found {texts}")
        for text in texts or ():
            found[name] = text if text in WORDS else _percent(name, text, *WORDS)
    return found


def _percent(name: str, text: str, *words: str) -> float:
    """0 to 100; words: what else would have been right."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 100.0:
        expected = ", ".join([*words, "0 to 100"])
        raise UsageError(f'--{name}: expected {expected}, found "{text}"')
    return round(value, 3)  # as banks keep it


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
