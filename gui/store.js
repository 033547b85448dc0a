// The pedal as this page knows it: one frozen-by-habit state and the one pure reducer.
//
// The engine is the one truth. Each change of the sound raises its revision by one, so a gap means
// that an echo was lost: the state then wants a snapshot instead of guessing.
import { expressionOf } from "./expression.js";
import { rowsOf } from "./gestures.js";
import { PAGE, reducePage } from "./page.js";
import { MESSAGES, PARAMS } from "./protocol.js";

export const PENDING_MS = 1000; // how long a tile shows "pressed" when nothing comes back
export const CLIP_DBFS = { input: -0.1, output: -1.05 }; // the limiter holds the output below -1

export const ASK_MS = 200; // between two requests for the same report

// Each asks the engine for one report, until it comes.
const ASKED = {
  wantsSnapshot: "/state/get",
  wantsPresets: "/presets/get",
  wantsGestures: "/gestures/get",
  wantsExpression: "/expression/get",
  wantsBanks: "/banks/get",
};
export const WANTS_ALL = Object.fromEntries(Object.keys(ASKED).map((want) => [want, true]));

// What a gap may hide. The long reports are asked for at most three times a second: the engine answers to all pages,
// and one page on a bad line must not make the line of the others bad. Seldomer would leave a view wrong for a second.
const GAP = { wantsSnapshot: true, wantsPresets: true, wantsBanks: true, gap: true };
const SELDOM_MS = 300;

export const START = {
  ...WANTS_ALL,
  gap: false,
  caughtUpMs: -Infinity, // when the long reports were last asked for because of a gap
  linkUp: false,
  engineUp: true, // a board says nothing of it
  role: "player",
  heardMs: -Infinity, // when the last message of the engine came
  bootId: "",
  revision: 0,
  version: 0,
  bank: "", // as its bank.json calls it
  bankId: "", // the name that the pedal loads it by, "" for none
  banks: [], // all of these
  loading: "", // the one that is being loaded
  loads: 0, // how many have sounded
  bankProblem: "", // why one was refused
  effects: [],
  effect: "",
  bypass: false,
  block: 1,
  delay: 0,
  fault: "none", // of what sounds; the lamp shows it
  alarm: "",
  troubles: {}, // others: {text, untilMs} by code; the sound plays on
  dropped: 0,
  params: {},
  presets: [], // the setlist: {id, name, effect}
  preset: "", // the id of the one that sounds
  unsaved: false, // the sound has left it since
  kept: [], // ids of the parameters that no preset moves
  gestures: null, // rows of the foot map, see gestures.js
  expression: null, // {param, low, high, calibrating, position, swept}
  file: null, // {text, request}: the setlist as one text, when this page asked for it
  turnedMs: -Infinity, // when one of those that wait was last turned
  knobs: {}, // where a knob stands that waits for its parameter, by the parameter's id
  meter: null,
  clippedMs: { input: -Infinity, output: -Infinity },
  lastXrunMs: -Infinity,
  pending: [], // intents of this page that wait for their echo: {kind, target, request, sinceMs}
  rejected: null, // {text, sinceMs}
  manifest: null, // bank.json, where it could be fetched
  page: PAGE, // what only this page knows
};

// The intents that ask for all that this state lacks.
export function asks(state) {
  const wanted = Object.keys(ASKED).filter((want) => state[want]);
  return state.linkUp ? wanted.map((want) => ASKED[want]) : [];
}

// Returns the next state; never changes the old one.
export function reduce(state, event) {
  switch (event.type) {
    case "message":
      return heard(state, event);
    case "link":
      return { ...state, ...WANTS_ALL, linkUp: event.up, pending: [] };
    case "engine":
      return { ...state, engineUp: event.up, ...(event.up ? WANTS_ALL : {}) };
    case "role":
      return { ...state, role: event.role };
    case "refused":
      return { ...state, rejected: { text: event.reason, sinceMs: event.nowMs } };
    case "manifest":
      return { ...state, manifest: event.manifest };
    case "intent":
      return { ...state, pending: [...state.pending, event.intent] };
    case "wants":
      return { ...state, ...WANTS_ALL };
    default:
      return ofPage(event.type === "tick" ? catchUp(expire(state, event.nowMs), event.nowMs) : state, event);
  }
}

function catchUp(state, nowMs) {
  if (!state.gap || nowMs - state.caughtUpMs < SELDOM_MS) return state;
  return { ...state, ...WANTS_ALL, gap: false, caughtUpMs: nowMs };
}

function ofPage(state, event) {
  const page = reducePage(state.page, event);
  return page === state.page ? state : { ...state, page };
}

function heard(state, { address, args, nowMs }) {
  const names = MESSAGES[address].args.map((arg) => arg.name);
  const row = Object.fromEntries(names.map((name, i) => [name, args[i]]));
  const back = state.engineUp ? {} : { ...WANTS_ALL, engineUp: true }; // the word of it was lost
  const next = { ...state, ...back, heardMs: nowMs };
  if (address === "/state") return snapshot(next, row);
  if (row.boot_id !== state.bootId) return { ...next, wantsSnapshot: true }; // a restarted engine
  if (Object.hasOwn(ECHOES, address)) return echo(next, address, row);
  const told = REPORTS[address] ? REPORTS[address](next, row, nowMs) : next;
  if (NUMBERED.includes(address) && row.revision === state.revision + 1) return { ...told, revision: row.revision };
  return row.revision > state.revision ? { ...told, ...GAP } : told;
}

// Each of these has a revision of its own, like an echo, also where it answers or repeats.
const NUMBERED = ["/presets", "/presets/file", "/gestures", "/expression", "/takeover", "/banks"];

// Applies the next revision, ignores old ones, notices a gap.
function echo(state, address, row) {
  const [kind, change] = ECHOES[address];
  const next = { ...state, pending: state.pending.filter((intent) => !answers(row, intent, kind)) };
  const step = row.revision - state.revision;
  if (step <= 0) return next;
  if (step > 1) return { ...next, ...GAP };
  return { ...next, ...change(state, row), revision: row.revision };
}

// request 0: nobody asked, or several did.
function answers(row, intent, kind) {
  return intent.kind === kind && (row.request === 0 || row.request === intent.request);
}

// What another engine knows better.
const FORGOTTEN = { meter: null, lastXrunMs: -Infinity, pending: [], alarm: "", bankProblem: "", knobs: {}, gestures: null, expression: null };

function snapshot(state, row) {
  const same = row.boot_id === state.bootId;
  if (same && row.revision < state.revision) return state;
  const jumped = row.revision > state.revision;
  return {
    ...state,
    ...(jumped ? GAP : {}), // what else may have been missed
    knobs: jumped || state.wantsSnapshot ? {} : state.knobs, // those that wait are told again behind it
    pending: state.pending.filter((intent) => intent.kind !== "bank" || intent.request !== row.request), // it sounds
    ...(same ? {} : { ...WANTS_ALL, ...FORGOTTEN, gap: false }),
    bootId: row.boot_id,
    revision: row.revision,
    version: row.version,
    bank: row.bank,
    effects: row.effects.split(",").filter((id) => id !== ""),
    effect: row.effect,
    bypass: row.bypass === 1,
    block: row.block,
    delay: row.delay,
    fault: row.fault,
    alarm: row.fault === "none" || !same ? "" : state.alarm,
    troubles: same ? lapsing(state.troubles, state.heardMs) : {},
    dropped: row.dropped,
    params: Object.fromEntries(Object.keys(PARAMS).map((id) => [id, row[id]])),
    wantsSnapshot: false,
  };
}

// Of what sounds, as /state has them.
const FAULTS = MESSAGES["/state"].args.find((arg) => arg.name === "fault").choices;

const ECHOES = {
  "/echo/effect": ["effect", (state, row) => ({ effect: row.id })],
  "/echo/bypass": ["bypass", (state, row) => ({ bypass: row.on === 1 })],
  "/echo/block": ["block", (state, row) => ({ block: row.frames, delay: row.delay })],
  "/echo/param": ["param", (state, row) => ({ params: { ...state.params, [row.id]: row.value } })],
  "/echo/preset": ["preset", (state, row) => ({ preset: row.id, unsaved: row.unsaved === 1 })],
};

const REPORTS = {
  "/echo/rejected"(state, row, nowMs) {
    const over = row.reason.startsWith("superseded"); // by what was wished after it
    const foot = row.request === 0 && !over; // nobody's request: a foot asked, and looks here for an answer
    if (foot) return { ...state, rejected: { text: `Refused, ${row.address}: ${row.reason}`, sinceMs: nowMs } };
    const mine = state.pending.some((intent) => intent.request === row.request);
    if (!mine) return state;
    const pending = state.pending.filter((intent) => intent.request !== row.request);
    if (over) return { ...state, pending };
    return { ...state, pending, rejected: { text: row.reason, sinceMs: nowMs } };
  },
  "/alarm"(state, row) {
    if (row.code === "recovered") return { ...state, fault: "none", alarm: "" };
    if (row.code === "bank-refused") return { ...state, bankProblem: row.text };
    if (!FAULTS.includes(row.code)) return { ...state, troubles: { ...state.troubles, [row.code]: { text: row.text, untilMs: Infinity } } };
    return { ...state, fault: row.code, alarm: row.text };
  },
  "/presets"(state, row) {
    const [ids, effects, kept] = [row.ids, row.effects, row.kept].map((text) => (text ? text.split(",") : []));
    const names = row.names.split("\n");
    const presets = ids.map((id, i) => ({ id, name: names[i] ?? "", effect: effects[i] ?? "" }));
    const pending = without(state, "keep", "setlist");
    const now = { preset: row.current, unsaved: row.unsaved === 1 };
    return { ...state, ...now, presets, kept, pending, wantsPresets: false };
  },
  "/presets/file"(state, row) {
    const mine = state.pending.some((intent) => intent.kind === "backup" && intent.request === row.request);
    if (!mine) return state;
    return { ...state, pending: without(state, "backup"), file: { text: row.text, request: row.request } };
  },
  "/gestures": (state, row) => ({
    ...state,
    gestures: rowsOf(row.map),
    pending: without(state, "gesture"),
    wantsGestures: false,
  }),
  "/expression": (state, row) => ({
    ...state,
    expression: expressionOf(state.expression, row),
    pending: without(state, "expression"),
    wantsExpression: false,
  }),
  "/banks": (state, row) => ({
    ...state,
    banks: row.ids.split(",").filter((id) => id !== ""),
    bankId: row.current,
    loading: row.loading,
    loads: row.loads,
    bankProblem: "", // what still holds is told again behind it
    wantsBanks: false,
  }),
  "/takeover"(state, row, nowMs) {
    const { [row.id]: before, ...others } = state.knobs;
    if (row.pending !== 1) return { ...state, knobs: others };
    const turned = before !== undefined && before !== row.knob;
    return { ...state, knobs: { ...others, [row.id]: row.knob }, turnedMs: turned ? nowMs : state.turnedMs };
  },
  "/meter"(state, row, nowMs) {
    const clippedMs = { ...state.clippedMs };
    for (const side of ["input", "output"])
      if (row[side] >= CLIP_DBFS[side]) clippedMs[side] = nowMs;
    const more = state.meter !== null && row.underruns > state.meter.underruns;
    return { ...state, meter: row, clippedMs, lastXrunMs: more ? nowMs : state.lastXrunMs };
  },
};

// What holds of these is told again behind the snapshot that ends them.
const LAPSE_MS = 500;
const lapsing = (troubles, nowMs) =>
  Object.fromEntries(Object.entries(troubles).map(([code, { text }]) => [code, { text, untilMs: nowMs + LAPSE_MS }]));

const without = (state, ...kinds) => state.pending.filter((intent) => !kinds.includes(intent.kind));

// What waited too long is no longer shown.
function expire(state, nowMs) {
  const pending = state.pending.filter((intent) => nowMs - intent.sinceMs < (intent.forMs ?? PENDING_MS));
  const old = state.rejected && nowMs - state.rejected.sinceMs > 5000;
  const troubles = Object.entries(state.troubles).filter(([, { untilMs }]) => nowMs < untilMs);
  const lapsed = troubles.length < Object.keys(state.troubles).length;
  if (pending.length === state.pending.length && !old && !lapsed) return state;
  return { ...state, pending, rejected: old ? null : state.rejected, troubles: lapsed ? Object.fromEntries(troubles) : state.troubles };
}
