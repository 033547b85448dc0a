// From the state to what a person reads: tiles, chips, announcements. Pure; times in ms.
import { PARAMS, VERSION } from "./protocol.js";

export const STALE_MS = 1500; // meters come every 50; without any this long the view is old
export const CLIP_HOLD_MS = 2000;
const FLOOR_DBFS = -60;
// Of effects that bring none: told apart by the colour-blind too, and none is red, for red is a fault.
export const HUES = ["#e69f00", "#2f6fb5", "#f0e442", "#9fd4ff", "#cc79a7", "#009e73"];

// "live", "stale" (nothing heard for a while), "no-engine" or "no-link".
export function linkState(state, nowMs) {
  if (!state.linkUp) return "no-link";
  if (!state.engineUp) return "no-engine";
  return nowMs - state.heardMs > STALE_MS || state.bootId === "" ? "stale" : "live";
}

export function age(ms) {
  if (!Number.isFinite(ms)) return "";
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)} min` : `${Math.floor(ms / 3_600_000)} h`;
}

export function linkChip(state, nowMs) {
  const kind = linkState(state, nowMs);
  const old = age(nowMs - state.heardMs);
  const words = { live: "Live", stale: "Stale", "no-engine": "No engine", "no-link": "No link" };
  const whole = `${Math.floor(Math.max(0, nowMs - state.heardMs) / 1000)} s`; // calm while all is well
  return { kind, text: `${words[kind]} ${kind === "live" ? whole : old}`.trim() };
}

// How old a view is that may be wrong, "" for one that is not. Apart from the banner: it counts, and no screen reader
// should be told ten times a second.
export function bannerAge(state, nowMs) {
  if (linkState(state, nowMs) === "live" || state.bootId === "") return "";
  return ` (${age(nowMs - state.heardMs)})`;
}

// What the banner says, "" for nothing; a view that may be wrong says so.
export function banner(state, nowMs) {
  const kind = linkState(state, nowMs);
  if (kind !== "live") {
    if (state.bootId === "") return "Looking for the pedal";
    const cause = { stale: "Nothing heard", "no-engine": "Engine gone", "no-link": "No link" }[kind];
    return `${cause}: this view is old`;
  }
  if (state.version !== VERSION) return `The pedal speaks protocol ${state.version}, this page ${VERSION}; reload`;
  if (state.fault === "no-bank" && state.alarm === "") return "Loading the bank; dry guitar plays";
  if (state.fault !== "none") return `Alarm, ${state.fault}: ${state.alarm || "playing dry or a spare model"}`;
  if (state.rejected) return state.rejected.text;
  const trouble = Object.entries(state.troubles)[0];
  if (trouble) return `Alarm, ${trouble[0]}: ${trouble[1].text}`;
  return state.role === "viewer" ? "Read-only: enter the PIN in Edit" : "";
}

// Load as a traffic light: the worst block since the last report decides.
export function loadChip(state, nowMs) {
  const meter = state.meter;
  if (!meter) return { kind: "unknown", text: "Load –" };
  const peak = Math.round(meter.peak);
  const since = nowMs - state.lastXrunMs;
  const xrun = meter.underruns === 0 ? "" : `, xruns ${meter.underruns}${Number.isFinite(since) ? `, last ${age(since)} ago` : ""}`;
  const kind = since < 15_000 || peak >= 100 ? "bad" : peak >= 80 ? "warn" : "good";
  return { kind, text: `Load ${Math.round(meter.load)} %${xrun}`, detail: `peak ${peak} %, late blocks ${meter.late}` };
}

// How many underruns, and how long ago the last one was.
export function underruns({ meter, lastXrunMs }, nowMs) {
  if (meter.underruns === 0) return "no underruns";
  const since = nowMs - lastXrunMs;
  return `underruns ${meter.underruns}, the last ${Number.isFinite(since) ? `${age(since)} ago` : "before this page opened"}`;
}

// The effects in the order of the hardware: the bank's, then clean.
export function tiles(state) {
  const named = state.manifest !== null && state.manifest?.name === state.bank;
  const described = named && Array.isArray(state.manifest.effects) ? state.manifest.effects : [];
  const ids = [...state.effects, "clean"];
  return ids.map((id, i) => {
    const effect = described.find((row) => row?.id === id);
    const clean = id === "clean";
    const active = state.effect === id && state.bootId !== "";
    const pressed = state.pending.some((intent) => intent.kind === "effect" && intent.target === id);
    return {
      id,
      key: clean ? "0" : String(i + 1),
      name: String(effect?.name ?? (clean ? "Clean" : titled(id))),
      hue: clean ? "#dfe6ee" : (effect?.colour ?? HUES[i % HUES.length]),
      effect,
      active,
      pressed,
      word: pressed ? "Pressed" : active ? (state.bypass ? "Bypass" : "On") : "",
    };
  });
}

// What is to be said of banks: one that comes, or why one does not.
export function bankWords({ bank, loading, bankProblem }) {
  if (loading !== "") return `Loading ${loading}; ${bank || "dry guitar"} plays on.`;
  return bankProblem === "" ? "" : `Refused, ${bank || "dry guitar"} plays on. ${bankProblem}.`;
}

export function titled(id) {
  return id.charAt(0).toUpperCase() + id.slice(1).replaceAll("-", " ");
}

export function activeName(state) {
  return tiles(state).find((tile) => tile.active)?.name ?? (state.bootId ? "Dry" : "Pedal");
}

// What a screen reader says when the sound changes.
export function announcement(state, nowMs) {
  const kind = linkState(state, nowMs);
  if (kind !== "live") return { stale: "View is stale", "no-engine": "Engine gone", "no-link": "No link" }[kind];
  const fault = state.fault === "none" ? "" : `, alarm ${state.fault}`;
  return `${activeName(state)}, ${state.bypass ? "bypass" : "on"}, block ${state.block}${fault}`;
}

// The pedal's lamp "on" in an alarm (bela/controls/leds.h): 5 Hz, two flashes a second, 1 Hz without a bank.
export function alarmLamp(fault, nowMs) {
  const tenth = Math.floor(nowMs / 100) % 10;
  if (fault === "nan") return tenth % 2 === 0;
  return fault === "overload" ? tenth === 0 || tenth === 2 : tenth < 5;
}

// The pedal's effect lamp (the same): n flashes and a pause; steady for clean; 10 Hz while a knob that waits is turned.
export function effectLamp(state, nowMs) {
  if (Object.keys(state.knobs).length > 0 && nowMs - state.turnedMs < 500) return Math.floor(nowMs / 50) % 2 === 0;
  const number = state.effects.indexOf(state.effect) + 1;
  if (number === 0) return state.bootId !== "";
  const phase = Math.floor(nowMs / 150) % (2 * number + 4);
  return phase < 2 * number && phase % 2 === 0;
}

// 0..1 along a bar of 60 dB.
export function barPart(dbfs) {
  return Math.min(1, Math.max(0, 1 - dbfs / FLOOR_DBFS));
}

export function paramText(id, value) {
  if (value === undefined) return "–";
  if (id === "gate" && value <= PARAMS.gate.min) return "off";
  const figure = value.toFixed(1).replace(/^-(?!0\.0$)/, "−").replace("-", ""); // nothing is -0.0
  const sign = PARAMS[id].min < 0 && Number(value.toFixed(1)) > 0 ? "+" : "";
  return `${sign}${figure} ${PARAMS[id].unit}`;
}
