// Draws the setlist in the Edit layer. Called once a frame at most.
import { flag, put } from "./draw.js";
import { titled } from "./views.js";

const $ = (id) => document.getElementById(id);

// onLoad(node, id): makes a row's button load that preset.
export function drawPresets(state, onLoad) {
  const box = $("presets");
  const key = JSON.stringify(state.presets);
  if (box.dataset.key !== key) {
    box.dataset.key = key;
    box.replaceChildren(...state.presets.map((preset) => newRow(preset, onLoad)));
  }
  $("no-presets").hidden = state.presets.length > 0;
  $("preset-save").disabled = state.preset === "";
  for (const node of box.querySelectorAll("button")) {
    const current = node.dataset.id === state.preset;
    const waits = state.pending.some((intent) => intent.kind === "preset" && intent.target === node.dataset.id);
    flag(node, "aria-pressed", current);
    flag(node, "data-look", waits ? "pressed" : "");
    put(node.querySelector(".mark"), current && state.unsaved ? "unsaved" : "");
  }
}

function newRow(preset, onLoad) {
  const node = $("preset-row").content.firstElementChild.cloneNode(true);
  const button = node.querySelector("button");
  button.dataset.id = preset.id;
  put(node.querySelector(".name"), preset.name || titled(preset.id));
  put(node.querySelector(".of"), titled(preset.effect));
  onLoad(button, preset.id);
  return node;
}
