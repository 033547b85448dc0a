"""Pictures of the page, compared by cells: a missing control tells, a font does not.

Cells of 16 x 16 pixels are compared by their mean colour, after a blur over 3 x 3.
Chromium itself decodes the PNG files, so that no picture library is needed.
"""

import base64
from dataclasses import dataclass

from tests.system.browser import GUI_TESTS

# What differs from run to run and from machine to machine is not looked at: figures,
# the lamp of the load, and all words, as fonts differ. Words are read by other tests.
STEADY = """
  * { color: transparent !important; caret-color: transparent !important; }
  .fill, .clip, .card p, .mark, #load > * { display: none !important; }
  #load { flex: 0 1 160px !important; height: 40px; }
"""
MOST_PEAK, MOST_MEAN = 14.0, 1.0

DIFFERENCE = (GUI_TESTS / "difference.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Difference:
    """Of two pictures, in steps of 0..255. worst: pixel (x, y) where the peak is."""

    peak: float
    mean: float
    worst: tuple[int, int]

    @property
    def is_small(self) -> bool:
        """True for another font, False for a missing control (both are tested)."""
        return self.peak <= MOST_PEAK and self.mean <= MOST_MEAN


def difference(browser, one: bytes, other: bytes) -> Difference:
    """Compares two PNG files. Raises ValueError where their sizes differ."""
    page = browser.new_page()
    try:
        words = [base64.b64encode(png).decode() for png in (one, other)]
        found = page.evaluate(DIFFERENCE, words)
    finally:
        page.close()
    if "size" in found:
        raise ValueError(f"pictures of two sizes: {found['size']}")
    return Difference(found["peak"], found["mean"], tuple(found["worst"]))
