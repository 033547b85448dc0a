// Draws the Edit layer: lock, parameters, model block, bank, details. Called once a frame at most.
import { flag, paint, put } from "./draw.js";
import { PARAMS } from "./protocol.js";
import { bankWords, loadChip, paramText, tiles, titled, underruns } from "./views.js";

const $ = (id) => document.getElementById(id);
const HAND_MS = 600; // a slider that was moved this recently is the player's, not the engine's

// Builds the sliders once. onParam(id, value); onKeep(node, id) makes a button keep a parameter.
export function buildParams(onParam, onKeep) {
  const rows = Object.values(PARAMS).map((param) => {
    const node = $("param").content.firstElementChild.cloneNode(true);
    const slider = node.querySelector("input");
    const reset = node.querySelector(".reset");
    const keep = node.querySelector(".keep");
    node.dataset.id = param.id;
    put(node.querySelector(".label"), titled(param.id));
    slider.id = `param-${param.id}`;
    node.querySelector("label").htmlFor = slider.id;
    node.querySelector("output").htmlFor = slider.id;
    Object.assign(slider, { min: param.min, max: param.max, step: 0.5, value: param.default });
    slider.addEventListener("input", () => {
      slider.dataset.movedMs = performance.now();
      onParam(param.id, slider.valueAsNumber);
    });
    reset.setAttribute("aria-label", `Reset ${param.id} to ${paramText(param.id, param.default)}`);
    reset.addEventListener("click", () => {
      slider.dataset.movedMs = -HAND_MS;
      onParam(param.id, param.default);
    });
    keep.setAttribute("aria-label", `Keep ${param.id} when a preset is recalled`);
    onKeep(keep, param.id);
    return node;
  });
  $("params").replaceChildren(...rows);
}

export function drawEdit(state, nowMs) {
  for (const node of $("params").children) drawParam(node, state, nowMs);
  for (const frames of [1, 16]) {
    const node = $(`block-${frames}`);
    flag(node, "aria-pressed", state.block === frames && state.bootId !== "");
    const waits = state.pending.some((intent) => intent.kind === "block" && intent.target === String(frames));
    flag(node, "data-look", waits ? "pressed" : "");
  }
  drawBank(state);
  drawChoice(state);
  drawDetails(state, nowMs);
  $("pairing").hidden = state.role !== "viewer";
  drawLock(state);
}

// A disabled fieldset takes its controls with it, for fingers, keys and screen readers alike.
function drawLock({ role, page: { locked, armed } }) {
  for (const node of document.querySelectorAll(".settings")) node.disabled = locked || role === "viewer";
  flag($("lock"), "aria-pressed", locked);
  put($("lock"), locked ? "Hold to unlock" : "Hold to lock");
  put($("lock-word"), locked ? "Locked: look, but nothing here changes. The Stage plays on." : "One second. Locked, a stray tap here changes nothing.");
  put($("notice"), armed ? armed.words : "");
}

// The thumb is under the player's finger; the figure is the engine's, always.
function drawParam(node, state, nowMs) {
  const value = state.params[node.dataset.id];
  const slider = node.querySelector("input");
  const text = paramText(node.dataset.id, value);
  put(node.querySelector("output"), text);
  flag(slider, "aria-valuetext", text);
  flag(node.querySelector(".keep"), "aria-pressed", state.kept.includes(node.dataset.id));
  const knob = state.knobs[node.dataset.id];
  const help = knob === undefined ? PARAMS[node.dataset.id].help : `The knob waits at ${paramText(node.dataset.id, knob)}: turn it past ${text}.`;
  put(node.querySelector(".help"), help);
  if (value === undefined || nowMs - Number(slider.dataset.movedMs ?? -HAND_MS) < HAND_MS) return;
  if (slider.valueAsNumber !== value) slider.value = value;
}

function drawBank(state) {
  const rows = tiles(state);
  const key = JSON.stringify([state.bank, rows.map((row) => [row.id, row.active, row.name, row.hue, facts(row)])]);
  if ($("bank").dataset.key === key) return;
  $("bank").dataset.key = key;
  put($("bank-name"), state.bank ? `Bank ${state.bank}` : "Bank");
  $("bank").replaceChildren(
    ...rows.map((row) => {
      const node = $("bank-row").content.firstElementChild.cloneNode(true);
      paint(node, row.hue);
      put(node.querySelector(".name"), row.name);
      put(node.querySelector(".facts"), facts(row));
      put(node.querySelector(".word"), row.active ? "selected" : "");
      return node;
    }),
  );
}

// What is picked stays picked while the list changes; else the bank that plays is.
function drawChoice(state) {
  const box = $("bank-choice");
  const key = JSON.stringify([state.banks, state.bankId]);
  if (box.dataset.key !== key) {
    const picked = state.banks.includes(box.value) && box.dataset.current === state.bankId ? box.value : state.bankId;
    box.replaceChildren(...state.banks.map((id) => new Option(id, id)));
    box.value = picked;
    Object.assign(box.dataset, { key, current: state.bankId });
  }
  const waits = state.loading !== "" || state.pending.some((intent) => intent.kind === "bank");
  $("bank-take").disabled = state.banks.length === 0;
  flag($("bank-take"), "data-look", waits ? "pressed" : "");
  put($("bank-word"), bankWords(state));
}

// Error on recordings that training never saw, and cost.
function facts(row) {
  if (row.id === "clean") return "the chain without a model";
  if (!row.effect) return "no description";
  if (!Array.isArray(row.effect.models)) return "no figures";
  return row.effect.models
    .map(({ block, quality, cost_mac_per_sample: cost }) => {
      const error = quality?.esr === undefined ? "" : `, error ${(100 * quality.esr).toPrecision(2)} %`;
      return `block ${block}${error}${cost ? `, ${Math.round(cost)} MAC a sample` : ""}`;
    })
    .join("; ");
}

function drawDetails(state, nowMs) {
  const load = loadChip(state, nowMs);
  const meter = state.meter;
  const delayMs = (state.delay / 44.1).toFixed(2);
  put($("detail-load"), load.detail ? `${load.text}, ${load.detail}` : load.text);
  put($("detail-blocks"), meter ? `${meter.blocks}, ${underruns(state, nowMs)}` : "–");
  put($("detail-delay"), `${state.delay} samples (${delayMs} ms)`);
  put($("detail-boot"), `${state.bootId || "–"}, revision ${state.revision}, ${state.dropped} messages dropped`);
}
