"""Pictures of the page, compared cell by cell: a moved or missing control tells, a font does not.

Cells of 16 x 16 pixels are compared by their mean colour, after a blur over 3 x 3 cells.
Chromium itself decodes the PNG files, so that no picture library is needed.
"""

import base64
from dataclasses import dataclass

# What differs from run to run and machine to machine is not looked at.
STEADY = """
  .fill, .clip { visibility: hidden !important; }
  #link-text, #load-text, dd { visibility: hidden !important; }
  *, ::before, ::after { caret-color: transparent !important; }
"""

MOST_PEAK, MOST_MEAN = 24.0, 2.0

DIFFERENCE = """async ([one, other]) => {
    const CELL = 16;
    const cells = async (data) => {
        const image = new Image();
        image.src = `data:image/png;base64,${data}`;
        await image.decode();
        const [w, h] = [image.naturalWidth, image.naturalHeight];
        const canvas = new OffscreenCanvas(w, h);
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        const { data: pixels } = context.getImageData(0, 0, w, h);
        const [columns, rows] = [Math.floor(w / CELL), Math.floor(h / CELL)];
        const sums = new Float64Array(columns * rows * 3);
        for (let y = 0; y < rows * CELL; y++)
            for (let x = 0; x < columns * CELL; x++)
                for (let c = 0; c < 3; c++) {
                    const at = (Math.floor(y / CELL) * columns + Math.floor(x / CELL));
                    sums[at * 3 + c] += pixels[(y * w + x) * 4 + c] / CELL ** 2;
                }
        return { w, h, columns, rows, sums };
    };
    const [a, b] = [await cells(one), await cells(other)];
    if (a.w !== b.w || a.h !== b.h) return { size: [a.w, a.h, b.w, b.h] };
    const { columns, rows } = a;
    let [peak, mean, worst] = [0, 0, [0, 0]];
    for (let y = 0; y < rows; y++)
        for (let x = 0; x < columns; x++) {
            let [most, count] = [0, 0];
            const mean3 = [0, 0, 0];
            for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++)
                for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
                    count++;
                    for (let c = 0; c < 3; c++) {
                        const at = (v * columns + u) * 3 + c;
                        mean3[c] += a.sums[at] - b.sums[at];
                    }
                }
            for (const sum of mean3) most = Math.max(most, Math.abs(sum / count));
            mean += most / (rows * columns);
            if (most > peak) [peak, worst] = [most, [x * CELL, y * CELL]];
        }
    return { peak, mean, worst };
}"""


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
