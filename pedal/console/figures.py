"""Bars, sparklines, big words and times as text; each figure has words too. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

FLOOR_DBFS = -60.0  # the left end of a level bar
STEPS = " ▁▂▃▄▅▆▇█"
HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}

# Five rows of pixels a letter, so that a word is read at arm's length.
FONT = {
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": ".## #.. #.. #.. .##",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".## #.. #.# #.# .##",
    "H": "#.# #.# ### #.# #.#",
    "I": "# # # # #",
    "J": "..# ..# ..# #.# .#.",
    "K": "#.# #.# ##. #.# #.#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#..# ##.# #.## #..# #..#",
    "O": "### #.# #.# #.# ###",
    "P": "##. #.# ##. #.. #..",
    "Q": "### #.# #.# ### ..#",
    "R": "##. #.# ##. #.# #.#",
    "S": ".## #.. .#. ..# ##.",
    "T": "### .#. .#. .#. .#.",
    "U": "#.# #.# #.# #.# ###",
    "V": "#.# #.# #.# #.# .#.",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "### ..# .#. #.. ###",
    "0": ".#. #.# #.# #.# .#.",
    "1": ".#. ##. .#. .#. ###",
    "2": "##. ..# .#. #.. ###",
    "3": "##. ..# .#. ..# ##.",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ##. ..# ##.",
    "6": ".## #.. ##. #.# .#.",
    "7": "### ..# .#. .#. .#.",
    "8": ".#. #.# .#. #.# .#.",
    "9": ".#. #.# .## ..# ##.",
    "%": "#.# ..# .#. #.. #.#",
    "-": "... ... ### ... ...",
    "?": "##. ..# .#. ... .#.",
    " ": ". . . . .",
}


def big(word: str, width: int) -> list[str]:
    """A word in three lines of half blocks; letters that do not fit are left out."""
    pixels = ["", "", "", "", "", ""]
    for letter in word.upper():
        rows = FONT.get(letter, FONT["?"]).split()
        if len(pixels[0]) + len(rows[0]) > width:
            break
        for row in range(6):
            drawn = rows[row] if row < 5 else "." * len(rows[0])
            pixels[row] += drawn + "."
    pairs = zip(pixels[0::2], pixels[1::2], strict=True)
    return [_halves(upper, lower)[:width].ljust(width) for upper, lower in pairs]


def _halves(upper: str, lower: str) -> str:
    """Two rows of pixels as one of signs."""
    return "".join(
        HALVES[int(a == "#"), int(b == "#")] for a, b in zip(upper, lower, strict=True)
    )


def bar(part: float, width: int, mark: float | None = None) -> str:
    """part of a bar is full, 0 to 1; mark: where a limit is, drawn as a line."""
    full = round(min(max(part, 0.0), 1.0) * width)
    drawn = "█" * full + "░" * (width - full)
    if mark is None:
        return drawn
    at = min(round(mark * width), width - 1)
    return drawn[:at] + ("┃" if at < full else "│") + drawn[at + 1 :]


def level_bar(level_dbfs: float, width: int) -> str:
    """A level from FLOOR_DBFS to 0 dBFS."""
    return bar(1.0 - level_dbfs / FLOOR_DBFS, width)


def sparkline(values: Sequence[float | None], rows: int = 1) -> list[str]:
    """values in %, 0 to 100, None for no figure; lines from the top."""
    heights = [
        None if v is None else ceil(min(v, 100.0) / 100 * 8 * rows) for v in values
    ]
    return [
        "".join(_step(height, rows - 1 - row) for height in heights)
        for row in range(rows)
    ]


def _step(height: int | None, row: int) -> str:
    """A column's sign in a row, counted from the bottom."""
    if height is None:
        return "·" if row == 0 else " "
    return STEPS[min(max(height - 8 * row, 1 if row == 0 else 0), 8)]


def printable(text: str) -> str:
    """What a pedal or a stranger wrote, its signs of control as "?"."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def age(seconds: float) -> str:
    """How long ago, as people say it."""
    if seconds < 10:
        return f"{max(seconds, 0.0):.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"


def clock(at_s: float, now_s: float, wall: datetime) -> str:
    """The time of day of a moment; wall: what now_s is on the wall."""
    return f"{wall - timedelta(seconds=now_s - at_s):%H:%M:%S}"
