// Wires the page: socket -> store -> drawing, and presses -> intents.
import { drawStage } from "./draw.js";
import { wireEdit } from "./edit.js";
import { DOWN, HELD, UP, foot, footOfKey, ofKey, select } from "./keys.js";
import { download, read, stayAwake, write } from "./local.js";
import { refusal } from "./page.js";
import { onFoot, onPress, onTap } from "./press.js";
import { FOOTSWITCHES, VERSION } from "./protocol.js";
import { Line, socketAddress } from "./socket.js";
import { ASK_MS, START, asks, reduce } from "./store.js";

const MOVE_MS = 33; // between two messages of a dragged slider: a screen may draw 120 times a second
const THEMES = ["dark", "dim", "sunlight"];
const $ = (id) => document.getElementById(id);

let state = START;
let dirty = true;
let askedMs = -Infinity;
let request = 1 + Math.floor(Math.random() * 1e9); // two pages seldom share numbers
const moved = new Map(); // parameters moved since they were last sent
let movedMs = -Infinity;

const keep = {
  get: () => read("token"),
  set: (token) => write("token", token),
};
const line = new Line({ address: socketAddress(location), tell, keep });

function tell(event) {
  const before = state;
  state = reduce(state, event);
  dirty = true;
  const unnamed = state.bankId === "" && state.bank !== before.bank;
  if (unnamed || ["bootId", "bankId", "loads"].some((what) => state[what] !== before[what])) fetchManifest();
  if (state.file !== before.file) download("pedal-presets.json", state.file.text);
  if (state.page.locked !== before.page.locked) write("locked", state.page.locked ? "yes" : "");
  if (state.bootId && state.version !== VERSION) reloadOnce();
}

// True if it went out.
function intend({ address, args, kind, target, forMs }) {
  const nowMs = performance.now();
  const refuse = (reason) => tell({ type: "refused", reason, nowMs });
  const reason = refusal(state, { kind });
  if (reason) refuse(reason);
  if (reason) return false;
  request += 1;
  try {
    if (!line.intend(address, ...args, request)) return false;
  } catch (error) {
    refuse(error.message);
    return false;
  }
  tell({ type: "intent", intent: { kind, target, request, sinceMs: nowMs, forMs } });
  return true;
}

// A footswitch is pressed, held and let go; what that does is told by the echo of what the foot map says.
function stand(name, word) {
  const { address, args } = foot(name, word);
  const down = word !== UP;
  if (state.page.held.includes(name) !== down) tell({ type: "foot", name, down });
  if (!refusal(state, { kind: "foot" })) line.intend(address, ...args);
}

// Names, colours and figures of the effects; the page works without. Of two that are under way the latter counts.
let fetched = 0;
async function fetchManifest() {
  const own = (fetched += 1);
  const named = state.bankId === "" ? [] : [`banks/${state.bankId}/bank.json`];
  try {
    for (const address of [...named, "bank.json"]) {
      const answer = await fetch(address);
      const manifest = answer.ok ? await answer.json() : null;
      if (manifest && own === fetched) tell({ type: "manifest", manifest });
      if (manifest) return;
    }
  } catch {
    return;
  }
}

function reloadOnce() {
  if (read("reloaded") === String(state.version)) return;
  write("reloaded", String(state.version));
  if (read("reloaded") !== "") location.reload(); // else it would never end
}

// A letter is itself with caps lock, too.
const plain = (key) => (key.length === 1 ? key.toLowerCase() : key);

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const focus = document.activeElement;
  if (focus?.matches("input, select")) return;
  if (event.key === " " && focus?.matches("button")) return; // presses that button
  const key = plain(event.key);
  const name = footOfKey(key);
  if (name) {
    event.preventDefault();
    return feet[name].begin();
  }
  const edits = document.body.dataset.layer === "edit";
  if (key === "e") return showLayer(edits ? "stage" : "edit");
  if (edits && ["ArrowUp", "ArrowDown"].includes(key)) return; // they scroll it
  const intent = ofKey(key, state);
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
  requestAnimationFrame(frame); // first: a page that failed to draw once must not stand still
  const nowMs = performance.now();
  if (nowMs - movedMs >= MOVE_MS) sendMoved(nowMs);
  if (dirty && !document.hidden) {
    dirty = false;
    const meter = state.meter;
    drawStage(state, nowMs, (node, id) => onPress(node, () => intend(select(id))));
    if (document.body.dataset.layer === "edit") drawEdit(nowMs);
    if (meter !== frame.drawn) line.acknowledge();
    frame.drawn = meter;
  }
}

function sendMoved(nowMs) {
  if (moved.size > 0) movedMs = nowMs;
  for (const [id, value] of moved) if (!refusal(state, { kind: "param" })) line.intend("/param/set", id, value);
  moved.clear();
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

const feet = {};
["bypass", "next"].forEach((id, i) => {
  const name = FOOTSWITCHES[i];
  const tells = (word) => () => stand(name, word);
  feet[name] = onFoot($(id), { down: tells(DOWN), held: tells(HELD), up: tells(UP) });
});
for (const theme of THEMES) onTap($(`theme-${theme}`), () => showTheme(theme));
onTap($("layer"), () => showLayer(document.body.dataset.layer === "edit" ? "stage" : "edit"));
$("pairing").addEventListener("submit", (event) => {
  event.preventDefault();
  line.pair($("pin").value.trim());
});
const drawEdit = wireEdit({ state: () => state, intend, tell, onParam: (id, value) => moved.set(id, value) });
document.addEventListener("keydown", onKey);
document.addEventListener("keyup", (event) => feet[footOfKey(plain(event.key))]?.end());
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
