// Draws the setlist in the Edit layer. Called once a frame at most.
import { flag, put } from "./draw.js";
import { isArmed } from "./page.js";
import { titled } from "./views.js";

const $ = (id) => document.getElementById(id);

// onRow(node, id): wires the buttons of a new row. A preset keeps its row, and a button the focus, when the list moves.
export function drawPresets(state, onRow) {
  const box = $("presets");
  const key = JSON.stringify(state.presets.map((preset) => preset.id));
  if (box.dataset.key !== key) {
    box.dataset.key = key;
    arrange(box, state.presets, onRow);
  }
  $("no-presets").hidden = state.presets.length > 0;
  $("preset-save").disabled = state.preset === "";
  state.presets.forEach((preset, i) => drawRow(box.children[i], preset, state));
  drawChosen(state);
}

function arrange(box, presets, onRow) {
  const focus = document.activeElement;
  const old = new Map([...box.children].map((node) => [node.dataset.id, node]));
  box.replaceChildren(...presets.map(({ id }) => old.get(id) ?? newRow(id, onRow)));
  if (focus?.isConnected) focus.focus({ preventScroll: true });
  else if (focus?.closest("#presets, li")) (box.querySelector("button") ?? $("preset-name")).focus();
}

function newRow(id, onRow) {
  const node = $("preset-row").content.firstElementChild.cloneNode(true);
  node.dataset.id = id;
  onRow(node, id);
  return node;
}

function drawRow(node, preset, state) {
  const current = preset.id === state.preset;
  const name = preset.name || titled(preset.id);
  const [play, more, tools] = node.children;
  put(play.querySelector(".name"), name);
  const playable = preset.effect === "clean" || state.effects.includes(preset.effect);
  put(play.querySelector(".of"), playable ? titled(preset.effect) : `${titled(preset.effect)}, not in this bank`);
  flag(play, "aria-disabled", !playable);
  put(play.querySelector(".mark"), current && state.unsaved ? "unsaved" : "");
  flag(play, "aria-pressed", current);
  const waits = state.pending.some((intent) => intent.kind === "preset" && intent.target === preset.id);
  flag(play, "data-look", waits ? "pressed" : "");
  const open = state.page.open === preset.id;
  flag(more, "aria-expanded", open);
  flag(more, "aria-label", `Move or delete ${name}`);
  tools.hidden = !open;
  const at = state.presets.indexOf(preset);
  flag(tools.querySelector(".up"), "aria-disabled", at === 0);
  flag(tools.querySelector(".down"), "aria-disabled", at === state.presets.length - 1);
  const sure = isArmed(state, `delete ${preset.id}`);
  put(tools.querySelector(".delete"), sure ? "Sure?" : "Delete");
  flag(tools.querySelector(".delete"), "data-look", sure ? "armed" : "");
}

// A file that was chosen, and what taking it would do.
function drawChosen({ page, presets }) {
  $("chosen").hidden = page.chosen === null;
  if (page.chosen === null) return;
  put($("chosen-word"), `Replace the ${presets.length} presets of the pedal by the ${page.chosen.count} of the file?`);
}
