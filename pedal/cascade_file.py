"""Checks the layers of a time-invariant block-16 network, which are not RTNeural's.

In this order, with K knobs, J hints, T taps, P poles, I inputs and H units of a layer,
N features of all; what they compute is described in training/aa_file.py:
  hints    weights [(K, J), (J)]; only where there are knobs; J is 1..16
  taps     taps T, weights [poles (P)] and with hints [stretch (J, P)]; T and P are
           1..16, shape T + P
  cascade  1 to 8 of them, activation "algebraic", weights [(I, H), bias (H), pole (H),
           slew (H)] and with hints [lift (J, H), shift (J, H), stretch (J, H),
           reweight (J I, H)]; H is 1..32, shape 2 H
  mix      weights [(N), pole (Q), depth (Q)] and with hints [(J, N)]; Q is 1..16, shape
           16
Poles are in [0, 1), slews 0 or above.
"""

from pathlib import Path
from typing import Any

import numpy as np

from pedal.model_fields import array_of, last_size, wrong

KINDS = ("hints", "taps", "cascade", "mix")
BLOCK = 16
MOST_TAPS = MOST_HINTS = 16
MOST_UNITS, MOST_CASCADES = 32, 8
BOUNDS = {"taps": {0: 1.0}, "cascade": {2: 1.0, 3: np.inf}, "mix": {1: 1.0}}


def is_cascade(rows: list) -> bool:
    """True where a layer is of a type that only such a network has."""
    return any(isinstance(row, dict) and row.get("type") in KINDS for row in rows)


def check(path: Path, rows: list, knobs: int) -> list[tuple[np.ndarray, ...]]:
    """The weights of each layer, float64.

    Raises BankError naming file, layer, found and expected.
    """
    _check_order(path, rows, knobs)
    weights, hints, width, features = [], 0, 0, 0
    for number, row in enumerate(rows):
        field, kind = f"layers[{number}]", row["type"]
        size = last_size(path, f"{field}.shape", row.get("shape"))
        if kind == "hints":
            hints = _at_most(path, f"{field}.shape", size, MOST_HINTS)
            shapes = [(knobs, hints), (hints,)]
        elif kind == "taps":
            poles = size - _taps(path, field, row, size)
            shapes = [(poles,), (hints, poles)] if hints else [(poles,)]
        elif kind == "cascade":
            shapes = _of_cascade(path, field, row, size, width, hints)
        else:
            if size != BLOCK:
                raise wrong(path, f"{field}.shape", "[null, null, 16]", size)
            couplers = (_couplers(path, field, row),)
            hinted = [(hints, features)] if hints else []
            shapes = [(features,), couplers, couplers, *hinted]
        weights.append(_arrays(path, field, row, shapes))
        _check_ranges(path, field, kind, weights[-1])
        if kind in ("taps", "cascade"):
            width, features = size, features + size
    return weights


def _check_order(path: Path, rows: list, knobs: int) -> None:
    """Raises BankError for another order than hints, taps, cascades, mix."""
    head = ["hints", "taps"] if knobs else ["taps"]
    cascades = len(rows) - len(head) - 1
    if not 1 <= cascades <= MOST_CASCADES:
        expected = f"{', '.join(head)}, 1 to {MOST_CASCADES} cascades and a mix"
        raise wrong(path, "layers", expected, f"{len(rows)} layers")
    for number, kind in enumerate([*head, *["cascade"] * cascades, "mix"]):
        row = rows[number]
        found = row.get("type") if isinstance(row, dict) else row
        if found != kind:
            raise wrong(path, f"layers[{number}].type", kind, found)


def _at_most(path: Path, field: str, size: int, most: int) -> int:
    """The size, if it is at most that."""
    if size > most:
        raise wrong(path, field, f"at most {most}", size)
    return size


def _taps(path: Path, field: str, row: dict[str, Any], size: int) -> int:
    """The number of taps; what is left of the size are poles."""
    taps = row.get("taps")
    if type(taps) is not int or not 1 <= taps <= MOST_TAPS:
        raise wrong(path, f"{field}.taps", f"1..{MOST_TAPS}", taps)
    if not 1 <= size - taps <= MOST_TAPS:
        expected = f"{taps} taps and 1..{MOST_TAPS} poles"
        raise wrong(path, f"{field}.shape", expected, size)
    return taps


def _couplers(path: Path, field: str, row: dict[str, Any]) -> int:
    """The number of one-poles of the output."""
    values = row.get("weights")
    poles = values[1] if isinstance(values, list) and len(values) > 1 else None
    if not isinstance(poles, list) or not 1 <= len(poles) <= MOST_TAPS:
        count = len(poles) if isinstance(poles, list) else poles
        raise wrong(path, f"{field}.weights[1]", f"1..{MOST_TAPS} poles", count)
    return len(poles)


def _of_cascade(
    path: Path, field: str, row: dict[str, Any], size: int, width: int, hints: int
) -> list[tuple[int, ...]]:
    """The shapes of a cascade's weights; width: what the layer before gives."""
    if row.get("activation") != "algebraic":
        found = row.get("activation")
        raise wrong(path, f"{field}.activation", "algebraic", found)
    units = size // 2
    if size % 2 or units > MOST_UNITS:
        raise wrong(path, f"{field}.shape", f"twice 1..{MOST_UNITS}", size)
    hinted = [*[(hints, units)] * 3, (hints * width, units)] if hints else []
    return [(width, units), (units,), (units,), (units,), *hinted]


def _arrays(
    path: Path, field: str, row: dict[str, Any], shapes: list[tuple[int, ...]]
) -> tuple[np.ndarray, ...]:
    """The layer's arrays, each of its shape."""
    values = row.get("weights")
    if not isinstance(values, list) or len(values) != len(shapes):
        count = len(values) if isinstance(values, list) else values
        raise wrong(path, f"{field}.weights", f"{len(shapes)} arrays", count)
    return tuple(
        array_of(path, f"{field}.weights[{number}]", value, shape)
        for number, (value, shape) in enumerate(zip(values, shapes, strict=True))
    )


def _check_ranges(
    path: Path, field: str, kind: str, weights: tuple[np.ndarray, ...]
) -> None:
    """Raises BankError for a pole outside [0, 1) or a slew below 0, as float32."""
    bounds = BOUNDS.get(kind, {})
    for number, most in bounds.items():
        values = weights[number].astype(np.float32)
        bad = ~((values >= 0.0) & (values < most))
        if bad.any():
            place = int(bad.argmax())
            expected = "0 or above, below 1" if most == 1.0 else "0 or above"
            name = f"{field}.weights[{number}][{place}]"
            raise wrong(path, name, expected, float(weights[number][place]))
