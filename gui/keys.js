// Keyboard and buttons as intents: what a press means in this state. Pure.
import { tiles } from "./views.js";

export const select = (id) => ({
  address: id === "clean" ? "/effect/clean" : "/effect/select",
  args: id === "clean" ? [] : [id],
  kind: "effect",
  target: id,
});
export const next = () => ({ address: "/effect/next", args: [], kind: "effect", target: "next" });
// A toggle inverts the engine's state, never the page's idea of it.
export const toggle = (state) => ({ address: "/bypass", args: [state.bypass ? 0 : 1], kind: "bypass", target: "" });
export const block = (frames) => ({ address: "/model/block", args: [frames], kind: "block", target: String(frames) });

// The intent of a key, null for none. 1-9 effects, 0 clean, space, n, b, arrows.
export function ofKey(key, state) {
  const row = tiles(state);
  const at = row.findIndex((tile) => tile.active);
  switch (key) {
    case " ":
      return toggle(state);
    case "n":
      return next();
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
