"""Reads single fields of a model file, each refused in one line.

Every function takes the file's path and the field's name for that line, and raises
BankError naming file, field, found and expected.
"""

from pathlib import Path

import numpy as np

from pedal.errors import BankError

MAX_UNITS = 128
MAX_WEIGHT = 1e30  # far above any trained weight, and safe in float32


def wrong(path: Path, field: str, expected: object, found: object) -> BankError:
    """The one line that all checks use."""
    text = found if isinstance(found, str) else repr(found)
    return BankError(f"{path}: {field}: expected {expected}, found {text[:60]}")


def last_size(path: Path, field: str, shape: object) -> int:
    """N of a shape [null, null, N]."""
    if isinstance(shape, list) and len(shape) == 3:
        size = shape[2]
        if (
            isinstance(size, int)
            and not isinstance(size, bool)
            and 1 <= size <= MAX_UNITS
        ):
            return size
    raise wrong(path, field, f"[null, null, 1..{MAX_UNITS}]", shape)


def array_of(
    path: Path, field: str, values: object, shape: tuple[int, ...]
) -> np.ndarray:
    """An array of finite numbers of exactly this shape."""
    expected = "shape " + " x ".join(map(str, shape))
    try:
        array = np.asarray(values)
    except ValueError as cause:
        raise wrong(path, field, expected, "rows of unequal length") from cause
    if array.shape != shape:
        found = "shape " + " x ".join(map(str, array.shape))
        raise wrong(path, field, expected, found)
    if array.dtype.kind not in "if":
        raise wrong(path, field, "numbers", f"values of type {array.dtype}")
    array = array.astype(np.float64)
    if not np.all(np.abs(array) < MAX_WEIGHT):
        place = tuple(int(n) for n in np.argwhere(~(np.abs(array) < MAX_WEIGHT))[0])
        raise wrong(
            path, f"{field}{list(place)}", "a finite number", float(array[place])
        )
    return array
