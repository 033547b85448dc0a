// gui/colour.js and the hues of effects: who sees them apart, and that none looks like a fault.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { channels, readable } from "../../gui/colour.js";
import { HUES } from "../../gui/views.js";

const BANK = new URL("../../pedal/banks/factory/bank.json", import.meta.url);
const FACTORY = JSON.parse(readFileSync(BANK, "utf8")).effects.map((effect) => effect.colour);
const FAULT = "#ff5468"; // the dot of a bad chip, style.css
const CLEAN = "#dfe6ee";
const APART = 0.05; // in Oklab, where black and white are 1 apart

// Linear RGB as seen without long or middle cones: Viénot, Brettel and Mollon, 1999.
const EYES = {
  all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  deutan: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
};
// Oklab: Björn Ottosson, 2020.
const CONES = [[0.41222, 0.53633, 0.05145], [0.2119, 0.6807, 0.1074], [0.0883, 0.28172, 0.62998]];
const LAB = [[0.21045, 0.79362, -0.00407], [1.978, -2.42859, 0.45059], [0.0259, 0.78277, -0.80868]];
const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, value, i) => sum + value * vector[i], 0));
const linear = (value) => (value / 255 <= 0.04045 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const seen = (hex, eye) => times(LAB, times(CONES, times(EYES[eye], channels(hex).map(linear))).map(Math.cbrt));
const apart = (one, other, eye) => Math.hypot(...seen(one, eye).map((value, i) => value - seen(other, eye)[i]));

for (const [whose, hues] of Object.entries({ factory: FACTORY, none: HUES }))
  test(`effects are told apart by their hues, by the colour-blind too: ${whose}`, () => {
    const fills = [...hues, CLEAN].map((hue) => readable(hue).fill);
    for (const eye of Object.keys(EYES))
      fills.forEach((fill, i) => {
        for (const other of fills.slice(i + 1)) assert.ok(apart(fill, other, eye) >= APART, `${fill} ${other} ${eye}`);
      });
  });

test("no effect is lit in the red of a fault", () => {
  for (const hue of [...HUES, ...FACTORY]) assert.ok(apart(readable(hue).fill, FAULT, "all") >= 2 * APART, hue);
});
