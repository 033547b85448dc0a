// gui/gestures.js and expression.js: the foot map and the swept pedal in words, and what is asked of the engine.
import assert from "node:assert/strict";
import test from "node:test";

import { encode } from "../../gui/codec.js";
import { calibrate, expressionOf, expressionWords, moves, sweepBar } from "../../gui/expression.js";
import {
  NOTHING,
  actionOptions,
  clearGesture,
  effectiveRows,
  footLabel,
  kindOptions,
  messageText,
  messageWords,
  offRule,
  opposite,
  resetGestures,
  rowWords,
  rowsOf,
  setGesture,
  switchOptions,
  whatOptions,
} from "../../gui/gestures.js";
import { FOOTSWITCHES, FOOT_ADDRESSES, FOOT_STEPS, GESTURE_KINDS, PARAMS } from "../../gui/protocol.js";
import { START } from "../../gui/store.js";

const MAP = "\tlatch\tbypass\t/bypass 1\t/bypass 0\n\tpress\teffect\t/effect/next\t\nlead\tpress\teffect\t\t";
const PLAYING = { ...START, bootId: "b1", effects: ["buzz", "hum"], presets: [{ id: "lead", name: "Night lead", effect: "hum" }] };

test("the map is read row by row, an empty message and all", () => {
  const rows = rowsOf(MAP);
  assert.equal(rows.length, 3);
  assert.deepEqual(rows[2], { scope: "lead", kind: "press", switches: "effect", message: "", off: "" });
  assert.deepEqual(rowsOf(""), []);
});

test("rows are said in words", () => {
  const [bypass, effect, own] = rowsOf(MAP).map((row) => rowWords(row, PLAYING));
  assert.deepEqual(bypass, { when: "Latch, on and off: bypass", what: "Bypass; off: Effect on" });
  assert.deepEqual(effect, { when: "Press: effect", what: "Next effect" });
  assert.equal(own.what, "Nothing");
  assert.equal(messageWords("/preset/load lead", PLAYING), "Preset Night lead");
  assert.equal(messageWords("/param/set tone -2.5", PLAYING), "Tone −2.5 dB");
  assert.equal(messageWords("/effect/select hum", PLAYING), "Effect Hum");
  assert.equal(messageWords("/wah 3", PLAYING), "/wah 3"); // a newer pedal's
});

test("every kind, switch and action of the protocol is offered", () => {
  assert.deepEqual(kindOptions().map((option) => option.value), GESTURE_KINDS);
  assert.deepEqual(switchOptions("press").map((option) => option.value), FOOTSWITCHES);
  assert.deepEqual(switchOptions("chord").map((option) => option.value), ["bypass+effect"]);
  assert.deepEqual(actionOptions(false).map((option) => option.value), FOOT_ADDRESSES);
  assert.equal(actionOptions(true)[0].value, NOTHING);
});

test("what is never already so has no off: no latch on it, no press again", () => {
  const latched = actionOptions(false, true).map((option) => option.value);
  assert.deepEqual(latched, FOOT_ADDRESSES.filter((address) => !FOOT_STEPS.includes(address)));
  for (const step of FOOT_STEPS) {
    assert.ok(!latched.includes(step));
    assert.equal(offRule("press", step), "none");
    assert.equal(offRule("momentary", step), "needed");
  }
  assert.equal(offRule("press", "/bypass"), "may");
  for (const address of latched) assert.ok(latched.includes(opposite({ address, what: "1" }).address));
});

test("a preset's row hides the pedal's own, and the first switch is called after what it does", () => {
  const state = { ...PLAYING, preset: "lead", gestures: rowsOf(MAP) };
  assert.deepEqual(effectiveRows(state).map((row) => row.message), ["/bypass 1", ""]);
  assert.equal(effectiveRows({ ...state, preset: "" }).at(-1).message, "/effect/next");
  assert.equal(footLabel(state), "On / off");
  assert.equal(footLabel({ ...state, gestures: rowsOf("\tpress\tbypass\t/effect/next\t") }), "Bypass");
});

test("whatever can be picked is a message that the engine takes", () => {
  for (const address of FOOT_ADDRESSES) {
    const choices = whatOptions(address, PLAYING);
    for (const what of choices.length ? choices.map((choice) => choice.value) : [""]) {
      const text = messageText({ address, what, value: 1 });
      const [head, ...args] = text.split(" ");
      encode(head, args.map((arg) => (/^-?[\d.]+$/.test(arg) ? Number(arg) : arg))); // throws where it would be dropped
      assert.notEqual(messageWords(text, PLAYING), "Nothing");
    }
  }
});

test("a missing choice is no message, and a value stays in its range", () => {
  assert.equal(messageText({ address: "/preset/load", what: "" }), null);
  assert.equal(messageText({ address: "/param/set", what: "tone", value: NaN }), null);
  assert.equal(messageText({ address: "/param/set", what: "tone", value: 99 }), `/param/set tone ${PARAMS.tone.max}`);
  assert.equal(messageText({ address: NOTHING }), "");
});

test("a switch goes back to the opposite", () => {
  assert.deepEqual(GESTURE_KINDS.filter((kind) => offRule(kind) === "needed"), ["latch", "momentary"]);
  assert.equal(messageText(opposite({ address: "/bypass", what: "1" })), "/bypass 0");
  assert.equal(messageText(opposite({ address: "/effect/select", what: "hum" })), "/effect/clean");
  assert.equal(messageText(opposite({ address: "/param/set", what: "drive", value: 90 })), "/param/set drive 50");
});

test("rows become intents that the engine takes", () => {
  const row = rowsOf(MAP)[0];
  for (const { address, args, kind } of [setGesture(row), clearGesture(row), resetGestures(), moves("tone"), moves(""), calibrate(true)]) {
    encode(address, [...args, 7]);
    assert.match(kind, /gesture|expression/);
  }
  assert.deepEqual(clearGesture(row).args, ["", "latch", "bypass"]);
});

const told = (row) => ({ param: "drive", low: 0, high: 0, calibrating: 0, position: 0, ...row });

test("an expression pedal that was never swept says so", () => {
  const found = expressionOf(null, told({ position: 0.4 }));
  assert.match(expressionWords(found), /Not calibrated/);
  assert.equal(sweepBar(found).at, null);
});

test("heel and toe grow while it is swept, and start anew each time", () => {
  const sweep = [0.4, 0.1, 0.7].reduce((before, position) => expressionOf(before, told({ calibrating: 1, position })), null);
  assert.deepEqual(sweep.swept, { low: 0.1, high: 0.7 });
  assert.match(expressionWords(sweep), /10 % to 70 %/);
  assert.deepEqual(sweepBar(sweep), { from: 0.1, to: 0.7, at: 0.7 });
  const done = expressionOf(sweep, told({ low: 0.1, high: 0.7, position: 0.5 }));
  assert.match(expressionWords(done), /moves drive\. Heel at 10 %, toe at 70 %/);
  assert.equal(sweepBar(done).at.toFixed(3), "0.400");
  assert.equal(expressionOf(done, told({ calibrating: 1, position: 0.3 })).swept.high, 0.3);
});

test("a pedal whose heel reads higher than its toe is calibrated, too", () => {
  const found = expressionOf(null, told({ low: 0.7, high: 0.1, position: 0.25 }));
  assert.match(expressionWords(found), /Heel at 70 %, toe at 10 %/);
  const { from, to, at } = sweepBar(found);
  assert.deepEqual([from, to, at.toFixed(2)], [0.1, 0.7, "0.55"]);
});
