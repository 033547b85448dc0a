// Runs in the browser: how far two PNG pictures are apart, by cells. An expression, for page.evaluate.
async ([one, other]) => {
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
}
