// Wires the Edit layer: its buttons, fields and files -> intents, or events of this page.
import { buildParams, drawEdit } from "./draw_edit.js";
import { buildFeet, drawFeet, picked } from "./draw_feet.js";
import { drawPresets } from "./draw_presets.js";
import { calibrate, moves } from "./expression.js";
import { clearGesture, gestureKey, messageText, offRule, resetGestures, setGesture } from "./gestures.js";
import { block, loadBank } from "./keys.js";
import { LOCK_MS, isSure } from "./page.js";
import { backup, cleanName, hold, idOf, load, move, readFile, remove, restore, save, step } from "./presets.js";
import { onHold, onTap } from "./press.js";
import { titled } from "./views.js";

const $ = (id) => document.getElementById(id);

// state(): the newest. intend(intent): true if it went out. tell(event): to the store. onParam(id, value): a slider moved.
export function wireEdit({ state, intend, tell, onParam }) {
  const refuse = (reason) => tell({ type: "refused", reason, nowMs: performance.now() });
  // The first tap asks, a second one acts.
  const twice = (what, words, act) => {
    const nowMs = performance.now();
    if (!isSure(state(), what, nowMs)) return tell({ type: "arm", what, words, nowMs });
    tell({ type: "done" });
    act();
  };
  buildParams(onParam, (node, id) => onTap(node, () => intend(hold(id, !state().kept.includes(id)))));
  buildFeet();
  for (const frames of [1, 16]) onTap($(`block-${frames}`), () => intend(block(frames)));
  $("bank-load").addEventListener("submit", (event) => {
    event.preventDefault();
    if ($("bank-choice").value !== "") intend(loadBank($("bank-choice").value));
  });
  onHold($("lock"), LOCK_MS, () => tell({ type: "lock", on: !state().page.locked }));
  wirePresets({ state, intend, tell, refuse });

  const onRow = (node, id) => {
    const place = () => state().presets.findIndex((preset) => preset.id === id);
    const to = (there) => there >= 0 && there < state().presets.length && intend(move(id, there));
    onTap(node.querySelector(".play"), () => intend(load(id)));
    onTap(node.querySelector(".more"), () => tell({ type: "open", id }));
    onTap(node.querySelector(".up"), () => to(place() - 1));
    onTap(node.querySelector(".down"), () => to(place() + 1));
    const name = state().presets[place()]?.name || titled(id);
    onTap(node.querySelector(".delete"), () =>
      twice(`delete ${id}`, `Press again to delete ${name}`, () => intend(remove(id))),
    );
  };
  const onTake = (node, row, when) => {
    const act = () => intend(clearGesture(row));
    onTap(node, () => twice(gestureKey(row), `Press again to take out ${when}`, act));
  };
  const draw = () => drawFeet(state(), onTake);
  wireFeet({ state, intend, refuse, twice, draw });
  return (nowMs) => {
    drawEdit(state(), nowMs);
    drawPresets(state(), onRow);
    draw();
  };
}

function wirePresets({ state, intend, tell, refuse }) {
  for (const way of ["previous", "next"]) onTap($(`preset-${way}`), () => intend(step(way)));
  onTap($("preset-save"), () => state().preset && intend(save(state().preset, "")));
  $("preset-new").addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      const name = cleanName($("preset-name").value);
      const sent = intend(save(idOf(name, state().presets.map((preset) => preset.id)), name));
      if (sent) $("preset-name").value = "";
    } catch (error) {
      refuse(error.message);
    }
  });
  onTap($("preset-export"), () => intend(backup()));
  onTap($("preset-choose"), () => $("preset-file").click());
  $("preset-file").addEventListener("change", async () => {
    const file = $("preset-file").files[0];
    $("preset-file").value = ""; // the same file may be chosen again
    try {
      if (file) tell({ type: "chosen", chosen: readFile(await file.text()) });
    } catch (error) {
      refuse(error.message);
    }
    if (state().page.chosen) $("chosen-take").focus();
  });
  onTap($("chosen-take"), () => {
    if (state().page.chosen && intend(restore(state().page.chosen.text))) tell({ type: "done" });
  });
  onTap($("chosen-leave"), () => tell({ type: "done" }));
}

function wireFeet({ state, intend, refuse, twice, draw }) {
  // What is offered depends on what is picked. At once: a frame later it would replace what was typed meanwhile.
  $("gesture-new").addEventListener("input", draw);
  $("gesture-new").addEventListener("submit", (event) => {
    event.preventDefault();
    const kind = $("gesture-kind").value;
    const main = picked($("gesture-message"));
    const message = messageText(main);
    const second = message !== "" && offRule(kind, main.address) !== "none";
    const off = second ? messageText(picked($("gesture-off"))) : "";
    if (message === null || off === null) return refuse("Pick what it does first: there is nothing to choose yet, or no value");
    intend(setGesture({ scope: $("gesture-scope").value, kind, switches: $("gesture-switches").value, message, off }));
  });
  onTap($("gesture-reset"), () =>
    twice("factory", "Press again for the factory's foot map", () => intend(resetGestures())),
  );
  $("expression-param").addEventListener("change", () => intend(moves($("expression-param").value)));
  onTap($("expression-calibrate"), () => intend(calibrate(!state().expression?.calibrating)));
}
