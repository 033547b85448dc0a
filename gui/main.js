// Wires the page: socket -> store -> drawing, and presses -> intents.
import { drawStage } from "./draw.js";
import { wireEdit } from "./edit.js";
import { next, ofKey, select, toggle } from "./keys.js";
import { download, read, stayAwake, write } from "./local.js";
import { refusal } from "./page.js";
import { onPress } from "./press.js";
import { VERSION } from "./protocol.js";
import { Line, socketAddress } from "./socket.js";
import { ASK_MS, START, asks, reduce } from "./store.js";

const THEMES = ["dark", "dim", "sunlight"];
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

function tell(event) {
  const before = state;
  state = reduce(state, event);
  dirty = true;
  if (state.bank !== before.bank || state.bootId !== before.bootId) fetchManifest();
  if (state.file !== before.file) download("pedal-presets.json", state.file.text);
  if (state.page.locked !== before.page.locked) write("locked", state.page.locked ? "yes" : "");
  if (state.bootId && state.version !== VERSION) reloadOnce();
}

function intend({ address, args, kind, target, forMs }) {
  const nowMs = performance.now();
  const reason = refusal(state, { kind });
  if (reason) return tell({ type: "refused", reason, nowMs });
  request += 1;
  try {
    if (!line.intend(address, ...args, request)) return;
  } catch (error) {
    return tell({ type: "refused", reason: error.message, nowMs });
  }
  tell({ type: "intent", intent: { kind, target, request, sinceMs: nowMs, forMs } });
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

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const focus = document.activeElement;
  if (focus?.matches("input, select")) return;
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
  if (layer === "edit") tell({ type: "wants" });
  dirty = true;
}

function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  for (const name of THEMES) $(`theme-${name}`).setAttribute("aria-pressed", name === theme);
  write("theme", theme);
}

function frame() {
  const nowMs = performance.now();
  for (const [id, value] of moved) if (!refusal(state, { kind: "param" })) line.intend("/param/set", id, value);
  moved.clear();
  if (dirty && !document.hidden) {
    dirty = false;
    const meter = state.meter;
    drawStage(state, nowMs, (node, id) => onPress(node, () => intend(select(id))));
    if (document.body.dataset.layer === "edit") drawEdit(nowMs);
    if (meter !== frame.drawn) line.acknowledge();
    frame.drawn = meter;
  }
  requestAnimationFrame(frame);
}

function tick() {
  const nowMs = performance.now();
  line.watch();
  tell({ type: "tick", nowMs });
  const addresses = asks(state);
  if (addresses.length === 0 || nowMs - askedMs <= ASK_MS) return;
  askedMs = nowMs;
  for (const address of addresses) line.intend(address);
}

onPress($("bypass"), () => intend(toggle(state)));
onPress($("next"), () => intend(next()));
for (const theme of THEMES) onPress($(`theme-${theme}`), () => showTheme(theme));
onPress($("layer"), () => showLayer(document.body.dataset.layer === "edit" ? "stage" : "edit"));
$("pairing").addEventListener("submit", (event) => {
  event.preventDefault();
  line.pair($("pin").value.trim());
});
const drawEdit = wireEdit({ state: () => state, intend, tell, onParam: (id, value) => moved.set(id, value) });
document.addEventListener("keydown", onKey);
document.addEventListener("pointerdown", stayAwake);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  line.hurry();
  stayAwake();
});
addEventListener("online", () => line.hurry());
showTheme(THEMES.includes(read("theme")) ? read("theme") : "dark");
tell({ type: "lock", on: read("locked") === "yes" });
showLayer("stage");
setInterval(tick, 100);
requestAnimationFrame(frame);
line.open();
if (window.isSecureContext) navigator.serviceWorker?.register("sw.js").catch(() => {});
