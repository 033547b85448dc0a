// Draws the foot map and the expression pedal in the Edit layer. Called once a frame at most.
import { flag, put } from "./draw.js";
import { expressionOptions, expressionWords, isCalibrated, sweepBar } from "./expression.js";
import { NOTHING, actionOptions, gestureKey, kindOptions, offRule, opposite, presetName, rowWords, switchOptions, whatOptions } from "./gestures.js";
import { isArmed } from "./page.js";
import { PARAMS } from "./protocol.js";

const $ = (id) => document.getElementById(id);

// Builds the two pickers of an action once.
export function buildFeet() {
  for (const [id, label] of [["gesture-message", "Does"], ["gesture-off", "Then"]]) {
    $(id).append($("action").content.cloneNode(true));
    put($(id).querySelector(".label"), label);
  }
}

// onTake(node, row): makes a row's button take it out of the map.
export function drawFeet(state, onTake) {
  const rows = state.gestures ?? [];
  drawRows($("gestures"), rows.filter((row) => row.scope === ""), state, onTake);
  const own = state.preset === "" ? [] : rows.filter((row) => row.scope === state.preset);
  drawRows($("overrides"), own, state, onTake);
  put($("override-title"), state.preset === "" ? "In a preset" : `In ${presetName(state, state.preset)}`);
  put($("no-overrides"), state.preset === "" ? "Recall one to give it gestures of its own." : "As on the pedal.");
  $("no-overrides").hidden = own.length > 0;
  drawForm(state);
  const sure = isArmed(state, "factory");
  put($("gesture-reset"), sure ? "Sure?" : "Factory map");
  flag($("gesture-reset"), "data-look", sure ? "armed" : "");
  drawExpression(state);
}

function drawRows(box, rows, state, onTake) {
  const words = rows.map((row) => rowWords(row, state));
  const key = JSON.stringify([rows, words]);
  if (box.dataset.key !== key) rebuild(box, rows, words, onTake, key);
  rows.forEach((row, i) => {
    const sure = isArmed(state, gestureKey(row));
    const button = box.children[i].querySelector("button");
    put(button, sure ? "Sure?" : "Take out");
    flag(button, "data-look", sure ? "armed" : "");
  });
}

function rebuild(box, rows, words, onTake, key) {
  box.dataset.key = key;
  const focused = box.contains(document.activeElement);
  box.replaceChildren(
    ...rows.map((row, i) => {
      const node = $("gesture-row").content.firstElementChild.cloneNode(true);
      const button = node.querySelector("button");
      put(node.querySelector(".when"), words[i].when);
      put(node.querySelector(".what"), words[i].what);
      button.setAttribute("aria-label", `Take out ${words[i].when}`);
      onTake(button, row, words[i].when);
      return node;
    }),
  );
  if (focused) (box.querySelector("button") ?? $("gesture-scope")).focus({ preventScroll: true });
}

function drawForm(state) {
  const scopes = [{ value: "", label: "On the pedal" }];
  if (state.preset !== "") scopes.push({ value: state.preset, label: `In ${presetName(state, state.preset)}` });
  fill($("gesture-scope"), scopes);
  fill($("gesture-kind"), kindOptions());
  const kind = $("gesture-kind").value;
  fill($("gesture-switches"), switchOptions(kind));
  drawAction($("gesture-message"), actionOptions($("gesture-scope").value !== "", kind === "latch"), state);
  drawOff(kind, state);
}

// The second message: offered as the opposite of the first, until the player picks another.
function drawOff(kind, state) {
  const [first, box] = [$("gesture-message"), $("gesture-off")];
  const main = picked(first);
  const rule = offRule(kind, main.address);
  box.hidden = rule === "none" || main.address === NOTHING;
  if (box.hidden) return;
  const key = JSON.stringify([rule, main]);
  const fresh = box.dataset.key !== key;
  box.dataset.key = key;
  const back = rule === "needed" ? opposite(main) : { address: NOTHING, what: "", value: NaN };
  drawAction(box, actionOptions(rule === "may"), state, fresh ? back : null);
}

function drawAction(box, options, state, wanted = null) {
  const [address, what, value] = [".address", ".what", ".value"].map((name) => box.querySelector(name));
  fill(address, options, wanted?.address);
  const choices = address.value === NOTHING ? [] : whatOptions(address.value, state);
  fill(what, choices, wanted?.what);
  box.querySelector(".which").hidden = choices.length === 0;
  const param = address.value === "/param/set" ? PARAMS[what.value] : undefined;
  box.querySelector(".amount").hidden = param === undefined;
  if (param === undefined || (value.dataset.param === param.id && !wanted)) return;
  value.dataset.param = param.id;
  Object.assign(value, { min: param.min, max: param.max });
  value.value = Number.isFinite(wanted?.value) ? wanted.value : param.default;
}

// What a picker says: {address, what, value}.
export function picked(box) {
  const [address, what, value] = [".address", ".what", ".value"].map((name) => box.querySelector(name));
  return { address: address.value, what: what.value, value: value.valueAsNumber };
}

// Keeps what is selected while it is still offered; wanted: selected instead.
function fill(select, options, wanted) {
  const key = JSON.stringify(options);
  if (select.dataset.key !== key) {
    const before = select.value;
    select.dataset.key = key;
    select.replaceChildren(...options.map(({ value, label }) => new Option(label, value)));
    if (options.some((option) => option.value === before)) select.value = before;
  }
  if (wanted !== undefined && options.some((option) => option.value === wanted)) select.value = wanted;
}

function drawExpression(state) {
  const found = state.expression;
  const select = $("expression-param");
  const waits = state.pending.some((intent) => intent.kind === "expression");
  fill(select, expressionOptions(), waits || document.activeElement === select ? undefined : (found?.param ?? ""));
  put($("expression-word"), expressionWords(found));
  const busy = found?.calibrating === true;
  put($("expression-calibrate"), busy ? "Finish" : isCalibrated(found ?? { low: 0, high: 0 }) ? "Calibrate anew" : "Calibrate");
  flag($("expression-calibrate"), "aria-pressed", busy);
  const { from, to, at } = sweepBar(found);
  const [span, mark] = $("sweep").children;
  span.style.insetInlineStart = `${100 * from}%`;
  span.style.width = `${100 * (to - from)}%`;
  mark.hidden = at === null;
  if (at !== null) mark.style.insetInlineStart = `${100 * at}%`;
  flag($("sweep"), "aria-valuenow", Math.round(100 * (at ?? 0)));
  flag($("sweep"), "aria-valuetext", at === null ? "not calibrated" : `${Math.round(100 * at)} percent`);
}
