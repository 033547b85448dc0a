// The foot map as rows, words and intents: what each gesture of a switch asks for. Pure.
import { FOOTSWITCHES, FOOT_ADDRESSES, FOOT_STEPS, GESTURE_KINDS, MESSAGES, PARAMS } from "./protocol.js";
import { paramText, tiles, titled } from "./views.js";

export const NOTHING = "nothing"; // in a preset: this gesture does nothing
const KIND_WORDS = {
  press: "Press",
  latch: "Latch, on and off",
  momentary: "While held",
  long: "Long press",
  double: "Double press",
  chord: "Two together",
};
const THEN = { press: "again: ", latch: "off: ", momentary: "let go: " };
const ACTION_WORDS = {
  "/effect/select": "Effect",
  "/effect/next": "Next effect",
  "/effect/clean": "Clean",
  "/bypass": "On or off",
  "/model/block": "Model block",
  "/param/set": "Parameter",
  "/preset/load": "Preset",
  "/preset/next": "Next preset",
  "/preset/previous": "Previous preset",
};

// The text of /gestures as rows {scope, kind, switches, message, off}; scope "" is the pedal's own map.
export function rowsOf(map) {
  return map.split("\n").filter((line) => line !== "").map((line) => {
    const [scope = "", kind = "", switches = "", message = "", off = ""] = line.split("\t");
    return { scope, kind, switches, message, off };
  });
}

// "needed", "may" or "none": whether a gesture with this first message has a second one.
export function offRule(kind, address) {
  if (kind === "latch" || kind === "momentary") return "needed";
  return kind === "press" && !FOOT_STEPS.includes(address) ? "may" : "none";
}

export function presetName(state, id) {
  return state.presets.find((preset) => preset.id === id)?.name || titled(id);
}

// "/param/set drive 80" -> "Drive 80.0 %".
export function messageWords(text, state) {
  if (text === "") return "Nothing";
  const [address, ...args] = text.split(" ");
  const effect = tiles(state).find((tile) => tile.id === args[0])?.name;
  if (address === "/effect/select") return `Effect ${effect ?? args[0]}`;
  if (address === "/bypass") return args[0] === "1" ? "Bypass" : "Effect on";
  if (address === "/preset/load") return `Preset ${presetName(state, args[0])}`;
  if (address === "/param/set" && Object.hasOwn(PARAMS, args[0])) return `${titled(args[0])} ${paramText(args[0], Number(args[1]))}`;
  return [ACTION_WORDS[address] ?? address, ...args].join(" ");
}

// The rows that hold while a preset sounds: its own, and the pedal's where it has none of the same kind and switches.
export function effectiveRows(state) {
  const rows = state.gestures ?? [];
  const own = state.preset === "" ? [] : rows.filter((row) => row.scope === state.preset);
  const replaced = (row) => own.some((other) => other.kind === row.kind && other.switches === row.switches);
  return [...rows.filter((row) => row.scope === "" && !replaced(row)), ...own];
}

// What is printed on the first footswitch: what it does while it is on and off, else its name.
export function footLabel(state) {
  const rows = effectiveRows(state).filter((row) => row.switches === FOOTSWITCHES[0]);
  const plain = rows.some((row) => row.message.startsWith("/bypass") && row.off.startsWith("/bypass"));
  return plain || state.gestures === null ? "On / off" : titled(FOOTSWITCHES[0]);
}

// A row in words: when it happens, and what then does.
export function rowWords(row, state) {
  const when = `${KIND_WORDS[row.kind] ?? titled(row.kind)}: ${row.switches.replace("+", " and ")}`;
  const then = row.off === "" ? "" : `; ${THEN[row.kind] ?? ""}${messageWords(row.off, state)}`;
  return { when, what: messageWords(row.message, state) + then };
}

export const kindOptions = () => GESTURE_KINDS.map((kind) => ({ value: kind, label: KIND_WORDS[kind] ?? titled(kind) }));

// Each switch, or for a chord each two of them.
export function switchOptions(kind) {
  if (kind !== "chord") return FOOTSWITCHES.map((name) => ({ value: name, label: titled(name) }));
  return FOOTSWITCHES.flatMap((one, i) =>
    FOOTSWITCHES.slice(i + 1).map((other) => ({ value: `${one}+${other}`, label: `${titled(one)} and ${other}` })),
  );
}

// What a gesture may ask for; empty: may be nothing at all; latch: only what can be on, as "next" never is.
export function actionOptions(empty, latch = false) {
  const offered = FOOT_ADDRESSES.filter((address) => !latch || !FOOT_STEPS.includes(address));
  const rows = offered.map((address) => ({ value: address, label: ACTION_WORDS[address] ?? address }));
  return empty ? [{ value: NOTHING, label: "Nothing" }, ...rows] : rows;
}

// The choices of an action's argument; [] where it takes none.
export function whatOptions(address, state) {
  if (address === "/effect/select") return tiles(state).filter((tile) => tile.id !== "clean").map(({ id, name }) => ({ value: id, label: name }));
  if (address === "/preset/load") return state.presets.map(({ id, name }) => ({ value: id, label: name || titled(id) }));
  if (address === "/param/set") return Object.keys(PARAMS).map((id) => ({ value: id, label: titled(id) }));
  if (address === "/bypass") return [1, 0].map((on) => ({ value: String(on), label: messageWords(`/bypass ${on}`, state) }));
  const choices = MESSAGES[address]?.args[0]?.choices ?? [];
  return choices.map((choice) => ({ value: String(choice), label: String(choice) }));
}

// The text that crosses the wire, of what was picked; null where a choice is missing.
export function messageText({ address, what, value }) {
  if (address === NOTHING) return "";
  const count = MESSAGES[address].args.length;
  if (count > 0 && !what) return null;
  if (count < 2) return [address, what].slice(0, 1 + count).join(" ");
  const { min, max } = PARAMS[what];
  return Number.isFinite(value) ? `${address} ${what} ${Math.min(max, Math.max(min, value))}` : null;
}

// What a switch most likely goes back to, as picked: {address, what, value}.
export function opposite({ address, what, value }) {
  if (address === "/bypass") return { address, what: what === "1" ? "0" : "1", value };
  if (address === "/model/block") return { address, what: what === "1" ? "16" : "1", value };
  if (address === "/effect/select") return { address: "/effect/clean", what: "", value };
  if (address === "/preset/next") return { address: "/preset/previous", what: "", value };
  if (address === "/param/set") return { address, what, value: PARAMS[what]?.default ?? 0 };
  return { address, what, value };
}

const intent = (address, args, target) => ({ address, args, kind: "gesture", target });
export const gestureKey = ({ scope, kind, switches }) => `${scope} ${kind} ${switches}`;
export const setGesture = (row) =>
  intent("/gesture/set", [row.scope, row.kind, row.switches, row.message, row.off], gestureKey(row));
export const clearGesture = (row) => intent("/gesture/clear", [row.scope, row.kind, row.switches], gestureKey(row));
export const resetGestures = () => intent("/gestures/reset", [], "factory");
