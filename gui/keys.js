// Keyboard and buttons as intents: what a press means in this state. Pure.
import { FOOTSWITCHES } from "./protocol.js";
import { tiles } from "./views.js";

export const select = (id) => ({
  address: id === "clean" ? "/effect/clean" : "/effect/select",
  args: id === "clean" ? [] : [id],
  kind: "effect",
  target: id,
});
// Loading takes the pedal a moment; what becomes of it is told by /banks, too.
export const loadBank = (id) => ({ address: "/bank/load", args: [id], kind: "bank", target: id, forMs: 10_000 });
export const block = (frames) => ({ address: "/model/block", args: [frames], kind: "block", target: String(frames) });

// A footswitch as a foot meets it: what it does is the foot map's matter. Told again while it lasts as HELD, which
// presses nothing: behind a line that stalled a second DOWN would be a second press.
export const [UP, DOWN, HELD] = [0, 1, 2];
export const foot = (name, word) => ({ address: "/footswitch", args: [name, word], kind: "foot", target: name });

// The footswitch that a key is, "" for none: space and n.
export const footOfKey = (key) => ({ " ": FOOTSWITCHES[0], n: FOOTSWITCHES[1] })[key] ?? "";

// The intent of a key, null for none. 1-9 effects, 0 clean, b, arrows.
export function ofKey(key, state) {
  const row = tiles(state);
  const at = row.findIndex((tile) => tile.active);
  switch (key) {
    case "b":
      return block(state.block === 16 ? 1 : 16);
    case "ArrowRight":
    case "ArrowDown":
      return select(row[(at + 1) % row.length].id);
    case "ArrowLeft":
    case "ArrowUp":
      return select(row[(at + row.length - 1) % row.length].id);
  }
  const tile = row.find((tile) => tile.key === key);
  return tile ? select(tile.id) : null;
}
