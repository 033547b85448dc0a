// gui/press.js: a footswitch of the page as a foot has it.
import assert from "node:assert/strict";
import test, { mock } from "node:test";

import { onFoot } from "../../gui/press.js";

mock.timers.enable({ apis: ["setInterval"] });
globalThis.addEventListener = () => {}; // the window's

// A button that a finger, a key and a screen reader may press: {told, does(name, fields)}.
function button() {
  const told = [];
  const node = Object.assign(new EventTarget(), { disabled: false, setPointerCapture() {} });
  const tells = (word) => () => told.push(word);
  onFoot(node, { down: tells("down"), held: tells("held"), up: tells("up") });
  const does = (name, fields = {}) => node.dispatchEvent(Object.assign(new Event(name), { button: 0 }, fields));
  return { told, does, node };
}

test("a foot presses once, however long it stands, and is let go once", () => {
  const { told, does } = button();
  does("pointerdown");
  mock.timers.tick(350);
  does("pointerup");
  does("lostpointercapture");
  mock.timers.tick(1000);
  assert.deepEqual(told, ["down", "held", "held", "held", "up"]);
});

test("a held key is a held foot, whatever the keyboard repeats", () => {
  const { told, does } = button();
  does("keydown", { key: " " });
  for (let i = 0; i < 5; i += 1) does("keydown", { key: " ", repeat: true });
  mock.timers.tick(100);
  does("keyup", { key: " " });
  assert.deepEqual(told, ["down", "held", "up"]);
});

test("a screen reader's click is a press and a release; a foot that is not there is neither", () => {
  const { told, does, node } = button();
  does("click", { detail: 0 });
  assert.deepEqual(told, ["down", "up"]);
  node.disabled = true;
  does("pointerdown");
  assert.deepEqual(told, ["down", "up"]);
});

test("a finger that slips and comes back at once is one press", () => {
  const { told, does } = button();
  for (const name of ["pointerdown", "pointerup", "pointerdown", "pointerup"]) does(name);
  assert.deepEqual(told, ["down", "up"]);
});
