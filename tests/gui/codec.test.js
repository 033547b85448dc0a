// gui/codec.js against the golden vectors that all three languages share.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { decode, encode } from "../../gui/codec.js";

const file = new URL("../../pedal/protocol/examples/messages.json", import.meta.url);
const rows = JSON.parse(readFileSync(file, "utf8"));

for (const row of rows.filter((row) => row.args !== null)) {
  test(`encodes: ${row.name}`, () => {
    assert.equal(encode(row.address, row.args), row.gui);
  });
}

for (const row of rows.filter((row) => row.gui !== null)) {
  test(`decodes: ${row.name}`, () => {
    const found = decode(row.gui, row.to);
    if (row.verdict === "dropped") {
      assert.equal(found.verdict, "dropped");
      return;
    }
    const { verdict, address, expect: args, request, at } = row;
    assert.deepEqual(found, { verdict, address, args, request, at });
  });
}

test("a dropped message says why", () => {
  assert.match(decode('{"address":"/bypass","args":[2]}', "engine").reason, /found 2/);
});

test("encoding refuses what the engine would drop", () => {
  assert.throws(() => encode("/model/block", [7]), /expected one of 1, 16, found 7/);
});

test("an address that is no text is dropped, not thrown at the page", () => {
  for (const text of ['{"address":{"toString":1},"args":[]}', '{"address":7}', "[]", "null"])
    assert.equal(decode(text, "clients").verdict, "dropped", text);
});
