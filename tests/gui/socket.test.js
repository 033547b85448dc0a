// gui/socket.js with a toy socket: Bela's handshake, and coming back for ever.
import assert from "node:assert/strict";
import test from "node:test";

import { Line, socketAddress } from "../../gui/socket.js";

class Toy {
  static all = [];
  readyState = 0;
  sent = [];
  constructor() {
    Toy.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  opens() {
    this.readyState = 1;
    this.onopen();
  }
  says(found) {
    this.onmessage({ data: typeof found === "string" ? found : JSON.stringify(found) });
  }
}

function rig(t, token = "") {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  Toy.all = [];
  const rig = { told: [], nowMs: 0, token };
  const keep = { get: () => rig.token, set: (value) => (rig.token = value) };
  rig.line = new Line({ address: "ws://x", tell: (event) => rig.told.push(event), keep, Socket: Toy, now: () => rig.nowMs });
  rig.line.open();
  return rig;
}

test("the bridge has one port, Bela another, and no link names a third", () => {
  const at = (url) => socketAddress(new URL(url));
  assert.equal(at("http://localhost:8080/"), "ws://localhost:8080/gui_control");
  assert.equal(at("http://bela.local/projects/pedal/gui/"), "ws://bela.local:5555/gui_control");
  assert.equal(at("http://localhost:8080/?ws=192.168.7.2:5555"), "ws://localhost:8080/gui_control");
});

test("it answers Bela's greeting", (t) => {
  rig(t);
  Toy.all[0].opens();
  Toy.all[0].says({ event: "connection", projectName: "pedal" });
  assert.deepEqual(Toy.all[0].sent, [{ event: "connection-reply" }]);
});

test("a message of the protocol reaches the store, another does not", (t) => {
  const { told } = rig(t);
  Toy.all[0].opens();
  Toy.all[0].says({ address: "/echo/bypass", args: ["b", 1, 0, 1] });
  Toy.all[0].says({ address: "/echo/bypass", args: ["b", 1, 0, 7] });
  Toy.all[0].says("nonsense");
  assert.deepEqual(told.map((event) => event.type), ["link", "message"]);
});

test("it comes back for ever, at most 1.5 s apart", (t) => {
  const { line } = rig(t);
  for (let tries = 1; tries < 200; tries += 1) {
    Toy.all.at(-1).onclose();
    t.mock.timers.tick(1500);
    assert.equal(Toy.all.length, tries + 1);
  }
  Toy.all.at(-1).opens();
  assert.ok(line.intend("/effect/next"));
});

test("a try that never opens is given up", (t) => {
  rig(t);
  t.mock.timers.tick(3000);
  t.mock.timers.tick(200);
  assert.equal(Toy.all.length, 2);
});

test("an open socket that falls silent is dead", (t) => {
  const found = rig(t);
  Toy.all[0].opens();
  found.nowMs = 5001;
  found.line.watch();
  assert.equal(Toy.all[0].readyState, 3);
  assert.equal(found.told.at(-1).up, false);
});

test("without a link an intent is refused, not kept for later", (t) => {
  const { line } = rig(t);
  assert.equal(line.intend("/effect/next"), false);
  Toy.all[0].opens();
  assert.deepEqual(Toy.all[0].sent, []);
});

test("a token from an earlier pairing is shown at once", (t) => {
  rig(t, "abc");
  Toy.all[0].opens();
  assert.deepEqual(Toy.all[0].sent, [{ event: "pair", pin: "abc" }]);
});

test("meters are acknowledged to a bridge, not to a board", (t) => {
  const { line } = rig(t);
  Toy.all[0].opens();
  line.acknowledge();
  assert.deepEqual(Toy.all[0].sent, []);
  Toy.all[0].says({ event: "role", role: "player" });
  line.acknowledge();
  assert.equal(Toy.all[0].sent.length, 2);
});

test("a wrong PIN is told, and for how long the door is shut", (t) => {
  const { told } = rig(t);
  Toy.all[0].opens();
  for (const wait_s of [0, 60]) Toy.all[0].says({ event: "pair-refused", wait_s });
  const reasons = told.filter(({ type }) => type === "refused").map(({ reason }) => reason);
  assert.deepEqual(reasons, ["Another PIN, please", "Too many wrong PINs: wait 60 s"]);
});

test("a token of an earlier run is forgotten, not offered for ever", (t) => {
  const { line } = rig(t, "abc");
  Toy.all[0].opens();
  Toy.all[0].says({ event: "token-refused" });
  line.open();
  Toy.all[1].opens();
  assert.deepEqual(Toy.all[1].sent, []);
});
