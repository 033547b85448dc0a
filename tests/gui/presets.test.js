// gui/presets.js: the setlist as a file and back.
import assert from "node:assert/strict";
import test from "node:test";

import { encode } from "../../gui/codec.js";
import { backup, move, readFile, remove, restore } from "../../gui/presets.js";
import { START, reduce } from "../../gui/store.js";

test("a file comes back compact, with its count", () => {
  const text = JSON.stringify({ format: 1, kept: [], presets: [{ id: "lead" }, { id: "rhythm" }] }, null, 2);
  const found = readFile(text);
  assert.equal(found.count, 2);
  assert.equal(found.text, JSON.stringify(JSON.parse(text)));
});

test("a file that is none says why", () => {
  assert.throws(() => readFile("{"), /no JSON/);
  assert.throws(() => readFile('{"effects": []}'), /no presets/);
  assert.throws(() => readFile("null"), /no presets/);
  const long = JSON.stringify({ presets: Array.from({ length: 2000 }, () => ({ id: "lead" })) });
  assert.throws(() => readFile(long), /expected at most 12288/);
});

test("a file that fits as text but not as a frame is refused before the line breaks", () => {
  const text = JSON.stringify({ presets: [], x: '"'.repeat(6000) });
  assert.ok(text.length < 12288);
  assert.throws(() => readFile(text), /on the line/);
});

test("edits of the setlist are intents that the engine takes", () => {
  for (const { address, args } of [remove("lead"), move("lead", 0), backup(), restore("{}")]) encode(address, [...args, 7]);
});

test("only the page that asked gets the file, and it may take a while", () => {
  const playing = { ...START, bootId: "b1", revision: 5 };
  const asked = reduce(playing, { type: "intent", intent: { ...backup(), request: 7, sinceMs: 0 } });
  const waiting = reduce(asked, { type: "tick", nowMs: 3000 });
  const file = (request) => ({ type: "message", address: "/presets/file", args: ["b1", 5, request, "{}"], nowMs: 3000 });
  assert.equal(reduce(waiting, file(8)).file, null);
  const got = reduce(waiting, file(7));
  assert.deepEqual([got.file, got.pending], [{ text: "{}", request: 7 }, []]);
});
