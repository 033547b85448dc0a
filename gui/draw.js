// Draws the Stage: tiles, display, lamps, meters, chips. Called once a frame at most.
import { readable } from "./colour.js";
import { footLabel } from "./gestures.js";
import { FOOTSWITCHES } from "./protocol.js";
import { CLIP_HOLD_MS, activeName, alarmLamp, announcement, banner, bannerAge, barPart, effectLamp, linkChip, linkState, loadChip, tiles } from "./views.js";

const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)"); // then no lamp flashes

// Sets only what differs: an untouched node costs nothing and says nothing.
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
export function flag(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}
export function paint(node, hue) {
  if (node.dataset.hue === hue) return;
  const { fill, ink } = readable(hue);
  node.dataset.hue = hue;
  node.style.setProperty("--hue", fill);
  node.style.setProperty("--ink", ink);
}

// onTile(id): a tile was pressed.
export function drawStage(state, nowMs, onTile) {
  const kind = linkState(state, nowMs);
  const fresh = kind === "live";
  flag(document.body, "data-link", kind);
  flag(document.body, "data-role", state.role);
  drawTiles(tiles(state), state, fresh, onTile);
  drawDisplay(state, fresh);
  drawSwitches(state, nowMs, fresh);
  drawChips(state, nowMs);
  drawMeters(state, nowMs, fresh);
  put($("announcement"), announcement(state, nowMs));
  const text = banner(state, nowMs);
  put($("banner-text"), text);
  put($("banner-age"), bannerAge(state, nowMs));
  $("banner").hidden = text === "";
}

function drawTiles(row, state, fresh, onTile) {
  const box = $("tiles");
  const ids = row.map((tile) => tile.id).join();
  if (box.dataset.ids !== ids) {
    box.dataset.ids = ids;
    box.style.setProperty("--count", row.length);
    box.replaceChildren(...row.map((tile) => newTile(tile, onTile)));
  }
  row.forEach((tile, i) => {
    const node = box.children[i];
    paint(node, tile.hue);
    put(node.querySelector(".name"), tile.name);
    node.style.setProperty("--chars", Math.max(tile.name.length, 5));
    put(node.querySelector(".word"), fresh ? tile.word : tile.active ? "Was on" : "");
    flag(node, "aria-pressed", tile.active);
    node.disabled = state.role === "viewer";
    flag(node, "data-look", look(tile, state, fresh));
  });
}

function look(tile, state, fresh) {
  if (!fresh) return "stale";
  if (tile.pressed) return "pressed";
  if (!tile.active) return "off";
  return state.bypass ? "bypass" : "on";
}

function newTile(tile, onTile) {
  const node = $("tile").content.firstElementChild.cloneNode(true);
  put(node.querySelector(".number"), tile.key);
  node.dataset.id = tile.id;
  onTile(node, tile.id);
  return node;
}

function drawDisplay(state, fresh) {
  const name = activeName(state);
  const active = tiles(state).find((tile) => tile.active);
  put($("effect-name"), name);
  $("display").style.setProperty("--chars", Math.max(name.length, 5));
  if (active) paint($("display"), active.hue);
  const known = state.bootId !== "";
  const word = !known ? "Waiting" : !fresh ? "Was playing" : state.bypass ? "Bypass" : "On";
  const preset = state.presets.find((row) => row.id === state.preset);
  const [said, mark] = $("effect-word").children;
  put(said, preset ? `${word} · ${preset.name || preset.id}` : word);
  put(mark, preset && state.unsaved ? " *" : "");
  flag($("display"), "data-look", fresh && known ? (state.bypass ? "bypass" : "on") : "stale");
}

function drawSwitches(state, nowMs, fresh) {
  const on = fresh && !state.bypass;
  for (const id of ["bypass", "next"]) $(id).disabled = state.role === "viewer";
  const held = (name) => state.page.held.includes(name);
  flag($("bypass"), "aria-pressed", state.bootId !== "" && !state.bypass);
  flag($("bypass"), "data-look", held(FOOTSWITCHES[0]) ? "pressed" : on ? "on" : "off");
  const lit = fresh && (calm.matches || effectLamp(state, nowMs));
  flag($("next"), "data-look", held(FOOTSWITCHES[1]) ? "pressed" : lit ? "on" : "off");
  put($("bypass").querySelector("span"), footLabel(state));
  const alarm = fresh && state.fault !== "none";
  flag($("bypass"), "data-fault", !alarm ? "none" : calm.matches || alarmLamp(state.fault, nowMs) ? "lit" : "dark");
}

function drawChips(state, nowMs) {
  const link = linkChip(state, nowMs);
  put($("link-text"), link.text);
  flag($("link"), "data-kind", link.kind);
  const load = loadChip(state, nowMs);
  put($("load-text"), load.text);
  flag($("load"), "data-kind", load.kind);
}

function drawMeters(state, nowMs, fresh) {
  for (const side of ["input", "output"]) {
    const level = fresh && state.meter ? state.meter[side] : -200;
    const node = $(side);
    node.querySelector(".fill").style.transform = `scaleX(${barPart(level).toFixed(3)})`;
    const held = nowMs - state.clippedMs[side] < CLIP_HOLD_MS;
    flag(node, "data-clip", held);
    const second = Math.floor(nowMs / 1000);
    if (node.dataset.second === String(second)) continue; // a reader needs no 20 a second
    node.dataset.second = second;
    flag(node, "aria-valuenow", Math.round(Math.max(level, -60)));
    flag(node, "aria-valuetext", `${Math.round(Math.max(level, -60))} decibel${held ? ", clipped" : ""}`);
  }
}
