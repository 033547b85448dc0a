// gui/store.js: the page changes on the engine's word only, and notices what it missed.
import assert from "node:assert/strict";
import test from "node:test";

import { START, PENDING_MS, asks, reduce } from "../../gui/store.js";

const STATE = ["b1", 5, 0, 1, "night-set", "buzz,hum", "buzz", 0, 1, 0, "none", 0, 50, 0, -3, -90, 2];

function message(address, ...args) {
  return { type: "message", address, args, nowMs: 1000 };
}
function play(events, start = START) {
  return events.reduce(reduce, start);
}
const PLAYING = play([{ type: "link", up: true }, message("/state", ...STATE)]);

function freeze(value) {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

test("a snapshot is the whole state", () => {
  const { bootId, revision, effects, effect, bypass, block, params, wantsSnapshot } = PLAYING;
  assert.deepEqual([bootId, revision, effects, effect], ["b1", 5, ["buzz", "hum"], "buzz"]);
  assert.deepEqual([bypass, block, params.level, wantsSnapshot], [false, 1, -3, false]);
});

test("reducing never changes the old state", () => {
  freeze(PLAYING);
  play([message("/echo/effect", "b1", 6, 0, "hum"), message("/alarm", "b1", 6, 0, "nan", "x")], PLAYING);
});

test("an intent alone changes no sound", () => {
  const intent = { kind: "effect", target: "hum", request: 7, sinceMs: 0 };
  const state = reduce(PLAYING, { type: "intent", intent });
  assert.equal(state.effect, "buzz");
  assert.deepEqual(state.pending, [intent]);
});

test("the echo changes the sound and ends the waiting", () => {
  const intent = { kind: "effect", target: "hum", request: 7, sinceMs: 0 };
  const state = play([{ type: "intent", intent }, message("/echo/effect", "b1", 6, 7, "hum")], PLAYING);
  assert.deepEqual([state.effect, state.revision, state.pending], ["hum", 6, []]);
});

test("an intent without an echo is no longer shown after a second", () => {
  const intent = { kind: "effect", target: "hum", request: 7, sinceMs: 0 };
  const state = play([{ type: "intent", intent }, { type: "tick", nowMs: PENDING_MS + 1 }], PLAYING);
  assert.deepEqual(state.pending, []);
});

test("a missed revision asks for a snapshot instead of guessing", () => {
  const state = reduce(PLAYING, message("/echo/bypass", "b1", 7, 0, 1));
  assert.deepEqual([state.bypass, state.revision, state.wantsSnapshot], [false, 5, true]);
});

test("an old echo and an old snapshot change nothing", () => {
  const state = play([message("/echo/bypass", "b1", 5, 0, 1), message("/state", "b1", 4, ...STATE.slice(2))], PLAYING);
  assert.deepEqual([state.bypass, state.revision], [false, 5]);
});

test("a meter tells of a lost echo", () => {
  const state = reduce(PLAYING, message("/meter", "b1", 6, 0, -20, -20, 3, 9, 100, 0, 0));
  assert.equal(state.wantsSnapshot, true);
});

test("another boot id is another engine", () => {
  const state = reduce(PLAYING, message("/meter", "b2", 1, 0, -20, -20, 3, 9, 100, 0, 0));
  assert.equal(state.wantsSnapshot, true);
  const after = reduce(state, message("/state", "b2", 0, ...STATE.slice(2)));
  assert.deepEqual([after.bootId, after.revision, after.wantsSnapshot], ["b2", 0, false]);
});

test("the setlist comes whole, and an echo names the preset that sounds", () => {
  const list = message("/presets", "b1", 5, 0, "lead,rhythm", "Lead\nRhythm, clean", "buzz,hum", "level", "lead", 0);
  const state = play([list, message("/echo/preset", "b1", 6, 0, "rhythm", 1)], PLAYING);
  assert.deepEqual(state.presets[1], { id: "rhythm", name: "Rhythm, clean", effect: "hum" });
  assert.deepEqual([state.preset, state.unsaved, state.kept, state.wantsPresets], ["rhythm", true, ["level"], false]);
});

test("an empty setlist has no presets", () => {
  assert.deepEqual(reduce(PLAYING, message("/presets", "b1", 5, 0, "", "", "", "", "", 0)).presets, []);
});

test("a knob that waits is shown until it has its parameter again", () => {
  const state = reduce(PLAYING, message("/takeover", "b1", 5, 0, "drive", 1, 80));
  assert.deepEqual(state.knobs, { drive: 80 });
  assert.deepEqual(reduce(state, message("/takeover", "b1", 5, 0, "drive", 0, 50)).knobs, {});
});

test("a waiting knob is turned when its place changes, not when it is told again", () => {
  const told = (value, nowMs) => ({ ...message("/takeover", "b1", 5, 0, "drive", 1, value), nowMs });
  const rests = play([told(80, 1000), told(80, 2000)], PLAYING);
  assert.equal(rests.turnedMs, -Infinity);
  assert.equal(reduce(rests, told(79, 3000)).turnedMs, 3000);
});

test("a link that comes back wants a snapshot and forgets what was pressed", () => {
  const intent = { kind: "bypass", target: "", request: 7, sinceMs: 0 };
  const state = play([{ type: "intent", intent }, { type: "link", up: false }, { type: "link", up: true }], PLAYING);
  assert.deepEqual([state.wantsSnapshot, state.pending, state.effect], [true, [], "buzz"]);
});

test("clipping and underruns are remembered with their time", () => {
  const meter = (input, underruns) => message("/meter", "b1", 5, 0, input, -20, 3, 9, 100, 0, underruns);
  const state = play([meter(-3, 0), meter(0, 1), meter(-3, 1)], PLAYING);
  assert.deepEqual([state.clippedMs.input, state.lastXrunMs], [1000, 1000]);
});

test("a refusal is shown to the page that asked", () => {
  const refusal = message("/echo/rejected", "b1", 5, 7, "/effect/select", "unknown effect");
  assert.equal(reduce(PLAYING, refusal).rejected, null);
  const intent = { kind: "effect", target: "wah", request: 7, sinceMs: 0 };
  assert.equal(play([{ type: "intent", intent }, refusal], PLAYING).rejected.text, "unknown effect");
});

test("a foot's press that was refused is shown for five seconds, one that was superseded is not", () => {
  const refused = (reason) => reduce(PLAYING, message("/echo/rejected", "b1", 5, 0, "/preset/next", reason));
  assert.equal(refused("superseded by a later one").rejected, null);
  const state = refused("unknown preset");
  assert.equal(state.rejected.text, "Refused, /preset/next: unknown preset");
  const at = (nowMs) => reduce(state, { type: "tick", nowMs }).rejected;
  assert.deepEqual([at(6000), at(6001)], [state.rejected, null]);
});

test("an alarm holds until the engine has recovered", () => {
  const alarm = reduce(PLAYING, message("/alarm", "b1", 5, 0, "nan", "not a number"));
  assert.deepEqual([alarm.fault, alarm.alarm], ["nan", "not a number"]);
  assert.equal(reduce(alarm, message("/alarm", "b1", 5, 0, "recovered", "")).fault, "none");
});

test("what is no fault of the sound is told, lights no lamp, and holds until a snapshot leaves it out", () => {
  const lost = message("/alarm", "b1", 5, 0, "card-lost", "unplugged");
  const state = reduce(PLAYING, lost);
  assert.deepEqual([state.fault, state.troubles["card-lost"].text], ["none", "unplugged"]);
  const tick = (nowMs) => ({ type: "tick", nowMs });
  const again = play([message("/state", ...STATE), tick(1100), lost, tick(60_000)], state);
  assert.equal(again.troubles["card-lost"].text, "unplugged"); // told again behind the snapshot
  const over = reduce(again, message("/state", ...STATE));
  assert.deepEqual(Object.keys(reduce(over, tick(1100)).troubles), ["card-lost"]);
  assert.deepEqual(reduce(over, tick(1600)).troubles, {});
  assert.deepEqual(reduce(state, message("/state", "b2", ...STATE.slice(1))).troubles, {});
});

test("a snapshot that tells of a missed change asks for the setlist too, and forgets where knobs waited", () => {
  const known = { ...PLAYING, wantsPresets: false, knobs: { drive: 80 } };
  const same = reduce(known, message("/state", ...STATE));
  assert.deepEqual([same.wantsPresets, same.knobs], [false, { drive: 80 }]);
  const later = reduce(known, message("/state", "b1", 6, ...STATE.slice(2)));
  assert.deepEqual([later.wantsPresets, later.knobs], [true, {}]);
});

test("an engine that is back is asked for all", () => {
  const known = { ...PLAYING, wantsPresets: false };
  assert.deepEqual(asks(known), ["/gestures/get", "/expression/get", "/banks/get"]);
  const back = reduce(known, { type: "engine", up: true });
  assert.deepEqual(asks(back), ["/state/get", "/presets/get", "/gestures/get", "/expression/get", "/banks/get"]);
  assert.deepEqual(asks({ ...back, linkUp: false }), []);
});

test("an engine that is heard is there, also where the word of its return was lost", () => {
  const gone = play([{ type: "engine", up: false }], { ...PLAYING, wantsPresets: false });
  assert.equal(gone.engineUp, false);
  const heard = reduce(gone, message("/meter", "b1", 5, 0, -20, -20, 3, 9, 100, 0, 0));
  assert.deepEqual([heard.engineUp, heard.wantsPresets, heard.meter.load], [true, true, 3]);
});

test("the foot map and the expression pedal come whole, and end the waiting", () => {
  const waits = ["gesture", "expression"].map((kind, i) => ({ type: "intent", intent: { kind, target: "", request: i, sinceMs: 0 } }));
  const told = [
    message("/gestures", "b1", 5, 0, "\tpress\teffect\t/effect/next\t"),
    message("/expression", "b1", 5, 1, "drive", 0.1, 0.8, 0, 0.5),
  ];
  const state = play([...waits, ...told], PLAYING);
  assert.equal(state.gestures[0].message, "/effect/next");
  assert.equal(state.expression.high, 0.8);
  assert.deepEqual([state.pending, state.wantsGestures, state.wantsExpression], [[], false, false]);
});

test("banks come whole; a load is answered by the sound, a refusal stays until the next list", () => {
  const asked = { type: "intent", intent: { kind: "bank", target: "night", request: 7, sinceMs: 0, forMs: 10_000 } };
  const waits = play([asked, message("/banks", "b1", 5, 0, "factory,night", "factory", "night", 1)], PLAYING);
  assert.deepEqual([waits.banks, waits.bankId, waits.loading, waits.wantsBanks], [["factory", "night"], "factory", "night", false]);
  assert.equal(waits.pending.length, 1);
  assert.equal(waits.bank, PLAYING.bank); // nothing else changes before it sounds
  const other = play([message("/state", "b1", 6, 0, ...STATE.slice(3))], waits);
  assert.equal(other.pending.length, 1);
  const sounds = play([message("/state", "b1", 6, 7, ...STATE.slice(3))], waits);
  assert.deepEqual(sounds.pending, []);
  const refused = play([message("/alarm", "b1", 5, 0, "bank-refused", "bank \"night\": is empty")], waits);
  assert.deepEqual([refused.fault, refused.bankProblem], [waits.fault, 'bank "night": is empty']);
  const over = play([message("/banks", "b1", 6, 0, "factory,night", "night", "", 2)], refused);
  assert.deepEqual([over.bankProblem, over.loads, over.revision], ["", 2, 6]);
});

test("another engine's foot map is not this one's", () => {
  const state = play([message("/gestures", "b1", 5, 0, "\tpress\teffect\t/effect/next\t"), message("/state", "b2", 0, ...STATE.slice(2))], PLAYING);
  assert.deepEqual([state.gestures, state.wantsGestures], [null, true]);
});

test("the lock is this page's own and no engine's word touches it", () => {
  const state = play([{ type: "lock", on: true }, { type: "link", up: false }, message("/state", "b2", 0, ...STATE.slice(2))], PLAYING);
  assert.equal(state.page.locked, true);
});

test("a gap asks for the long reports three times a second at most", () => {
  const calm = { ...PLAYING, gap: false, caughtUpMs: 5000, wantsGestures: false, wantsExpression: false };
  const gap = reduce(calm, message("/echo/bypass", "b1", 9, 0, 1));
  assert.deepEqual([gap.wantsSnapshot, gap.wantsPresets, gap.wantsGestures], [true, true, false]);
  const soon = reduce(gap, { type: "tick", nowMs: 5200 });
  const later = reduce(soon, { type: "tick", nowMs: 5300 });
  assert.deepEqual([soon.wantsGestures, later.wantsGestures, later.wantsExpression, later.gap], [false, true, true, false]);
});

test("another page's echo does not end this one's waiting, and what was superseded is no alarm", () => {
  const intent = { kind: "effect", target: "hum", request: 7, sinceMs: 0 };
  const waiting = reduce(PLAYING, { type: "intent", intent });
  const theirs = reduce(waiting, message("/echo/effect", "b1", 6, 8, "buzz"));
  assert.deepEqual(theirs.pending, [intent]);
  const refusal = message("/echo/rejected", "b1", 6, 7, "/effect/select", "superseded by a later one");
  const state = reduce(theirs, refusal);
  assert.deepEqual([state.pending, state.rejected], [[], null]);
});

test("the next revision may be a list or a knob: that is no gap", () => {
  const list = message("/presets", "b1", 6, 0, "lead", "Lead", "buzz", "", "lead", 0);
  const state = play([list, message("/takeover", "b1", 7, 0, "drive", 1, 80)], PLAYING);
  assert.deepEqual([state.revision, state.wantsSnapshot, state.gap, state.preset], [7, false, false, "lead"]);
  const missed = reduce(PLAYING, message("/takeover", "b1", 7, 0, "drive", 1, 80));
  assert.deepEqual([missed.revision, missed.wantsSnapshot], [5, true]);
});
