// Wires the page: socket -> store -> drawing, and presses -> intents.
import { drawStage } from "./draw.js";
import { buildParams, drawEdit } from "./draw_edit.js";
import { drawPresets } from "./draw_presets.js";
import { block, next, ofKey, select, toggle } from "./keys.js";
import { cleanName, hold, idOf, load, save, step } from "./presets.js";
import { VERSION } from "./protocol.js";
import { Line, socketAddress } from "./socket.js";
import { START, reduce } from "./store.js";

const TWICE_MS = 150; // a second touch this soon is a bouncing finger
const ASK_MS = 200; // between two requests for a snapshot
const $ = (id) => document.getElementById(id);

let state = START;
let dirty = true;
let askedMs = -Infinity;
let request = 1 + Math.floor(Math.random() * 1e9); // two pages seldom share numbers
const moved = new Map(); // parameters moved since the last frame

const keep = {
  get: () => read("token"),
  set: (token) => write("token", token),
};
const line = new Line({ address: socketAddress(location), tell, keep });

function read(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return ""; // storage may be forbidden
  }
}
function write(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    return;
  }
}

function tell(event) {
  const before = state;
  state = reduce(state, event);
  dirty = true;
  if (state.bank !== before.bank || state.bootId !== before.bootId) fetchManifest();
  if (state.bootId && state.version !== VERSION) reloadOnce();
}

function intend({ address, args, kind, target }) {
  request += 1;
  if (!line.intend(address, ...args, request)) return;
  tell({ type: "intent", intent: { kind, target, request, sinceMs: performance.now() } });
}

// Names, colours and figures of the effects; the page works without.
async function fetchManifest() {
  try {
    const answer = await fetch("bank.json");
    if (answer.ok) tell({ type: "manifest", manifest: await answer.json() });
  } catch {
    return;
  }
}

function reloadOnce() {
  if (sessionStorage.getItem("reloaded") === String(state.version)) return;
  sessionStorage.setItem("reloaded", String(state.version));
  location.reload();
}

// Acts on the touch, not on its end; keys and screen readers come as clicks.
function onPress(node, act) {
  let lastMs = -Infinity;
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the focus stays where the keyboard put it
    const nowMs = performance.now();
    if (event.button !== 0 || nowMs - lastMs < TWICE_MS) return;
    lastMs = nowMs;
    act();
  });
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("click", (event) => {
    if (event.detail === 0) act();
  });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const focus = document.activeElement;
  if (focus?.matches("input")) return;
  if (event.key === " " && focus?.matches("button")) return; // presses that button
  if (event.key.toLowerCase() === "e") return showLayer(document.body.dataset.layer === "edit" ? "stage" : "edit");
  const intent = ofKey(event.key, state);
  if (!intent) return;
  event.preventDefault();
  intend(intent);
}

function showLayer(layer) {
  document.body.dataset.layer = layer;
  $("stage").hidden = layer !== "stage";
  $("switches").hidden = layer !== "stage";
  $("edit").hidden = layer !== "edit";
  $("layer").textContent = layer === "edit" ? "Stage" : "Edit";
  dirty = true;
}

function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  for (const name of ["dark", "sunlight"]) $(`theme-${name}`).setAttribute("aria-pressed", name === theme);
  write("theme", theme);
}

function frame() {
  const nowMs = performance.now();
  for (const [id, value] of moved) line.intend("/param/set", id, value);
  moved.clear();
  if (dirty && !document.hidden) {
    dirty = false;
    const meter = state.meter;
    drawStage(state, nowMs, (node, id) => onPress(node, () => intend(select(id))));
    if (document.body.dataset.layer === "edit") {
      drawEdit(state, nowMs);
      drawPresets(state, (node, id) => onPress(node, () => intend(load(id))));
    }
    if (meter !== frame.drawn) line.acknowledge();
    frame.drawn = meter;
  }
  requestAnimationFrame(frame);
}

function tick() {
  const nowMs = performance.now();
  line.watch();
  tell({ type: "tick", nowMs });
  if (state.linkUp && state.wantsSnapshot && nowMs - askedMs > ASK_MS) {
    askedMs = nowMs;
    line.intend("/state/get");
  } else if (state.linkUp && state.wantsPresets && nowMs - askedMs > ASK_MS) {
    askedMs = nowMs;
    line.intend("/presets/get");
  }
}

// A stage tablet must not sleep; browsers allow it on localhost and https only.
async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    return;
  }
}

onPress($("bypass"), () => intend(toggle(state)));
onPress($("next"), () => intend(next()));
for (const frames of [1, 16]) onPress($(`block-${frames}`), () => intend(block(frames)));
for (const theme of ["dark", "sunlight"]) onPress($(`theme-${theme}`), () => showTheme(theme));
onPress($("layer"), () => showLayer(document.body.dataset.layer === "edit" ? "stage" : "edit"));
$("pairing").addEventListener("submit", (event) => {
  event.preventDefault();
  line.pair($("pin").value.trim());
});
buildParams(
  (id, value) => moved.set(id, value),
  (node, id) => onPress(node, () => intend(hold(id, !state.kept.includes(id)))),
);
for (const way of ["previous", "next"]) onPress($(`preset-${way}`), () => intend(step(way)));
onPress($("preset-save"), () => state.preset && intend(save(state.preset, "")));
$("preset-new").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = cleanName($("preset-name").value);
  intend(save(idOf(name, state.presets.map((preset) => preset.id)), name));
  $("preset-name").value = "";
});
document.addEventListener("keydown", onKey);
document.addEventListener("pointerdown", stayAwake, { once: true });
document.addEventListener("visibilitychange", () => document.hidden || line.hurry());
addEventListener("online", () => line.hurry());
showTheme(read("theme") === "sunlight" ? "sunlight" : "dark");
showLayer("stage");
setInterval(tick, 100);
requestAnimationFrame(frame);
line.open();
if (window.isSecureContext) navigator.serviceWorker?.register("sw.js").catch(() => {});
