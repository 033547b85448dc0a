// One page without a screen, for tests/system: the page's own socket.js and store.js, edits drawn from a seed.
//
// node client.js ADDRESS SEED. Reads "storm", "calm" and "end", a line each; writes what it sent, what answered it and
// each view that it would draw, one JSON object a line, each with the milliseconds of the system's monotonic clock.
import { createInterface } from "node:readline";
import WebSocket from "ws";

import { DOWN, HELD, UP, block, foot, select } from "../../gui/keys.js";
import { hold, load, save, step } from "../../gui/presets.js";
import { FOOTSWITCHES, PARAMS } from "../../gui/protocol.js";
import { Line } from "../../gui/socket.js";
import { ASK_MS, START, asks, reduce } from "../../gui/store.js";

const FRAME_MS = 16;
const PRESETS = ["verse", "chorus", "solo"];
const [address, seed] = [process.argv[2], Number(process.argv[3])];

// A browser hears of a failed connection by onclose alone.
class Socket extends WebSocket {
  constructor(url) {
    super(url);
    this.on("error", () => {});
  }
}

let state = START;
let askedMs = -Infinity;
let drawnMeter = null;
let request = 1_000_000 * (seed + 1);
let shown = "";
const mine = new Set();
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const write = (row) => process.stdout.write(`${JSON.stringify({ ms: nowMs(), ...row })}\n`);
const line = new Line({ address, tell, keep: { get: () => "", set: () => {} }, Socket, now: nowMs });

// Mulberry32: the same edits from the same seed.
let random = seed;
function draw() {
  random = (random + 0x6d2b79f5) | 0;
  let t = Math.imul(random ^ (random >>> 15), 1 | random);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const among = (list) => list[Math.floor(draw() * list.length)];

function tell(event) {
  state = reduce(state, event);
  if (event.type === "message" && mine.delete(event.args[2]))
    write({ answer: { address: event.address, args: event.args } });
  show();
}

// What the page would show of the pedal, whenever it differs.
function show() {
  const { linkUp, bootId, revision, effect, bypass, block, delay, fault, params, knobs } = state;
  const { preset, unsaved, presets, kept, gestures } = state;
  const sound = { bootId, revision, effect, bypass, block, delay, fault, params, knobs };
  const view = JSON.stringify({ ...sound, preset, unsaved, presets, kept, gestures, linkUp, asks: asks(state).length + (state.gap ? 1 : 0) });
  if (view !== shown) write({ view: JSON.parse((shown = view)) });
}

// As gui/main.js does.
function tick() {
  line.watch();
  tell({ type: "tick", nowMs: nowMs() });
  const addresses = asks(state);
  if (addresses.length === 0 || nowMs() - askedMs <= ASK_MS) return;
  askedMs = nowMs();
  for (const address of addresses) line.intend(address);
}

function frame() {
  if (state.meter !== drawnMeter) line.acknowledge();
  drawnMeter = state.meter;
}

function intent() {
  const param = among(Object.keys(PARAMS));
  const { min, max } = PARAMS[param];
  const value = Math.fround(min + Math.round(draw() * 100) * 0.01 * (max - min));
  const raw = (address, ...args) => ({ address, args, kind: "", target: "" });
  return among([
    () => select(among([...state.effects, "clean"])),
    () => select(among([...state.effects, "clean"])),
    () => raw("/effect/next"),
    () => raw("/bypass", state.bypass ? 0 : 1),
    () => block(among([1, 16])),
    () => foot(among(FOOTSWITCHES), among([DOWN, HELD, UP])),
    () => foot(among(FOOTSWITCHES), among([DOWN, UP])),
    () => raw("/param/set", param, value),
    () => raw("/param/set", param, value),
    () => load(among(PRESETS)),
    () => step(among(["next", "previous"])),
    () => save(among(PRESETS), among(["", "Loud", "Soft"])),
    () => hold(param, draw() < 0.5),
    () => raw("/preset/move", among(PRESETS), Math.floor(draw() * 3)),
    () => raw("/preset/delete", among(PRESETS)),
    () => raw("/gesture/set", among(["", "verse"]), "double", "effect", among(["/effect/next", "/preset/next"]), ""),
    () => raw("/gesture/clear", among(["", "verse"]), "double", "effect"),
  ])();
}

function edit() {
  if (!storming) return;
  setTimeout(edit, 20 + draw() * 160);
  const { address, args, kind, target } = intent();
  request += 1;
  if (!line.intend(address, ...args, request)) return;
  mine.add(request);
  write({ sent: { address, args, request } });
  tell({ type: "intent", intent: { kind, target, request, sinceMs: nowMs() } });
}

let storming = false;
createInterface({ input: process.stdin }).on("line", (word) => {
  storming = word === "storm";
  if (storming) edit();
  if (word === "end") process.exit(0);
});
setInterval(tick, 100);
setInterval(frame, FRAME_MS);
line.open();
