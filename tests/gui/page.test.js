// gui/page.js: the lock holds what it says, and no single tap destroys.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { PAGE, SURE_MS, isArmed, isSure, reducePage, refusal } from "../../gui/page.js";

const GUI = new URL("../../gui/", import.meta.url);
const state = (page, role = "player") => ({ role, page: { ...PAGE, ...page } });
const arm = (nowMs) => reducePage(PAGE, { type: "arm", what: "delete lead", words: "again", nowMs });

test("a locked page still plays the Stage and changes nothing else", () => {
  const locked = state({ locked: true });
  for (const kind of ["effect", "bypass", "foot"]) assert.equal(refusal(locked, { kind }), "");
  for (const kind of ["block", "param", "preset", "setlist", "keep", "gesture", "expression", "backup"])
    assert.match(refusal(locked, { kind }), /Locked/, kind);
});

test("a read-only page sends nothing, an open one everything", () => {
  assert.match(refusal(state({}, "viewer"), { kind: "effect" }), /PIN/);
  assert.equal(refusal(state({}), { kind: "gesture" }), "");
});

test("a second tap is meant when it neither bounced nor came too late", () => {
  const page = arm(1000);
  const sure = (nowMs, what = "delete lead") => isSure({ page }, what, nowMs);
  assert.deepEqual([sure(1100), sure(1000 + SURE_MS.from), sure(1000 + SURE_MS.to + 1)], [false, true, false]);
  assert.equal(sure(2000, "delete rhythm"), false);
  assert.equal(isSure({ page: PAGE }, "delete lead", 2000), false);
});

test("a tap that asked is forgotten after a while, and by the lock", () => {
  const page = arm(0);
  assert.ok(isArmed({ page: reducePage(page, { type: "tick", nowMs: SURE_MS.to }) }, "delete lead"));
  assert.equal(reducePage(page, { type: "tick", nowMs: SURE_MS.to + 1 }).armed, null);
  assert.equal(reducePage(page, { type: "lock", on: true }).armed, null);
});

test("the tools of one preset at a time are open", () => {
  const open = reducePage(PAGE, { type: "open", id: "lead" });
  assert.equal(open.open, "lead");
  assert.equal(reducePage(open, { type: "open", id: "rhythm" }).open, "rhythm");
  assert.equal(reducePage(open, { type: "open", id: "lead" }).open, "");
});

test("a footswitch is held once, and until it is let go", () => {
  const held = ["bypass", "bypass", "effect"].reduce((page, name) => reducePage(page, { type: "foot", name, down: true }), PAGE);
  assert.deepEqual(held.held, ["bypass", "effect"]);
  assert.deepEqual(reducePage(held, { type: "foot", name: "bypass", down: false }).held, ["effect"]);
});

test("the copy for no network holds every file of the page", () => {
  const worker = readFileSync(new URL("sw.js", GUI), "utf8");
  const files = readdirSync(GUI).filter((name) => /\.(js|css)$/.test(name) && name !== "sw.js");
  assert.ok(files.length > 15);
  assert.deepEqual(files.filter((name) => !worker.includes(`"${name}"`)), []);
});
