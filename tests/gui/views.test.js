// gui/views.js, keys.js and colour.js: what is read, and what a press means.
import assert from "node:assert/strict";
import test from "node:test";

import { NIGHT, contrast, readable } from "../../gui/colour.js";
import { DOWN, foot, footOfKey, ofKey } from "../../gui/keys.js";
import { cleanName, idOf } from "../../gui/presets.js";
import { VERSION } from "../../gui/protocol.js";
import { START } from "../../gui/store.js";
import { age, alarmLamp, announcement, banner, bannerAge, effectLamp, linkState, loadChip, paramText, tiles, underruns } from "../../gui/views.js";

const PLAYING = {
  ...START,
  linkUp: true,
  heardMs: 0,
  bootId: "b1",
  version: VERSION,
  bank: "night-set",
  effects: ["buzz", "hum"],
  effect: "buzz",
};

test("tiles stand in the order of the hardware, clean last", () => {
  assert.deepEqual(tiles(PLAYING).map((tile) => tile.id), ["buzz", "hum", "clean"]);
  assert.deepEqual(tiles(PLAYING).map((tile) => tile.word), ["On", "", ""]);
});

test("a pressed tile says pressed, and not on", () => {
  const pending = [{ kind: "effect", target: "hum", request: 1, sinceMs: 0 }];
  assert.deepEqual(tiles({ ...PLAYING, pending }).map((tile) => tile.word), ["On", "Pressed", ""]);
});

test("names and colours come from the bank that plays, not from another", () => {
  const manifest = { name: "night-set", effects: [{ id: "hum", name: "Big Hum", colour: "#ff0000" }] };
  assert.equal(tiles({ ...PLAYING, manifest })[1].name, "Big Hum");
  assert.equal(tiles({ ...PLAYING, manifest: { ...manifest, name: "other" } })[1].name, "Hum");
});

test("a description of the bank that lacks everything breaks no tile", () => {
  for (const manifest of [{ name: "night-set" }, { name: "night-set", effects: [null, { id: "hum", name: 3, colour: 7 }] }])
    assert.equal(tiles({ ...PLAYING, manifest }).length, 3);
  assert.match(readable(7).fill, /^#/);
});

test("a view is stale within two seconds of silence", () => {
  assert.equal(linkState(PLAYING, 1000), "live");
  assert.equal(linkState(PLAYING, 1900), "stale");
  assert.equal(banner(PLAYING, 3000), banner(PLAYING, 3100)); // no alert ten times a second
  assert.match(banner(PLAYING, 3000), /this view is old/);
  assert.equal(bannerAge(PLAYING, 3000), " (3.0 s)");
  assert.equal(bannerAge(PLAYING, 1000), "");
  assert.equal(linkState({ ...PLAYING, linkUp: false }, 0), "no-link");
});

test("a fault and a foreign protocol are said in words", () => {
  assert.match(banner({ ...PLAYING, fault: "nan", alarm: "no number" }, 0), /Alarm, nan: no number/);
  assert.match(banner({ ...PLAYING, fault: "no-bank" }, 0), /^Loading the bank/); // no cause was told: a start
  assert.match(banner({ ...PLAYING, fault: "no-bank", alarm: "hum-1.json" }, 0), /^Alarm, no-bank: hum-1.json/);
  assert.match(banner({ ...PLAYING, version: VERSION + 1 }, 0), /speaks protocol/);
  assert.match(announcement({ ...PLAYING, bypass: true }, 0), /Buzz, bypass/);
});

test("the load is a traffic light that remembers the last underrun", () => {
  const meter = { load: 20, peak: 40, underruns: 0, late: 0 };
  assert.equal(loadChip({ ...PLAYING, meter }, 0).kind, "good");
  assert.equal(loadChip({ ...PLAYING, meter: { ...meter, peak: 85 } }, 0).kind, "warn");
  const chip = loadChip({ ...PLAYING, meter: { ...meter, underruns: 2 }, lastXrunMs: 0 }, 180_000);
  assert.equal(chip.text, "Load 20 %, xruns 2, last 3 min ago");
});

test("the details tell how old the last underrun is", () => {
  assert.equal(underruns({ meter: { underruns: 0 }, lastXrunMs: -Infinity }, 0), "no underruns");
  assert.equal(underruns({ meter: { underruns: 3 }, lastXrunMs: 0 }, 65_000), "underruns 3, the last 1 min ago");
  assert.match(underruns({ meter: { underruns: 3 }, lastXrunMs: -Infinity }, 0), /before this page opened/);
});

test("the effect lamp flashes the number of the effect, as on the pedal", () => {
  const flashes = (state) => {
    let count = 0;
    for (let ms = 0, last = false; ms < 150 * 8; ms += 10) {
      const lit = effectLamp(state, ms);
      count += lit && !last;
      last = lit;
    }
    return count;
  };
  assert.equal(flashes({ ...PLAYING, effect: "hum" }), 2);
  assert.equal(effectLamp({ ...PLAYING, effect: "clean" }, 777), true);
});

// The levels of a lamp in the tenths of a second.
const tenths = (lamp) => Array.from({ length: 10 }, (_, i) => (lamp(100 * i + 50) ? "#" : ".")).join("");

test("an alarm lights the lamp as on the pedal", () => {
  assert.equal(tenths((ms) => alarmLamp("nan", ms)), "#.#.#.#.#.");
  assert.equal(tenths((ms) => alarmLamp("overload", ms)), "#.#.......");
  assert.equal(tenths((ms) => alarmLamp("no-bank", ms)), "#####.....");
});

test("the effect lamp flickers while a knob that waits is turned, as on the pedal", () => {
  const state = { ...PLAYING, effect: "clean", knobs: { drive: 80 }, turnedMs: 0 };
  assert.deepEqual([0, 50, 100, 150, 600, 650].map((ms) => effectLamp(state, ms)), [true, false, true, false, true, true]);
});

test("what is no fault is said in words after all else", () => {
  const troubles = { "not-saved": { text: "disk full", untilMs: Infinity } };
  assert.equal(banner({ ...PLAYING, troubles }, 0), "Alarm, not-saved: disk full");
  assert.match(banner({ ...PLAYING, troubles, fault: "nan" }, 0), /nan/);
});

test("keys mean what the README says", () => {
  const address = (key, state = PLAYING) => ofKey(key, state)?.address;
  assert.deepEqual(ofKey("2", PLAYING).args, ["hum"]);
  assert.equal(address("0"), "/effect/clean");
  assert.deepEqual([footOfKey(" "), footOfKey("n"), footOfKey("b")], ["bypass", "effect", ""]);
  assert.deepEqual(foot("effect", DOWN).args, ["effect", 1]);
  assert.deepEqual(ofKey("b", PLAYING).args, [16]);
  assert.deepEqual(ofKey("ArrowRight", PLAYING).args, ["hum"]);
  assert.equal(address("ArrowLeft"), "/effect/clean");
  assert.equal(address("3"), undefined);
  assert.equal(address("x"), undefined);
});

test("every hue becomes a fill that dark ink is read on at 7 to 1", () => {
  for (let i = 0; i < 4096; i += 7) {
    const hue = `#${i.toString(16).padStart(3, "0").replace(/./g, "$&$&")}`;
    assert.ok(contrast(readable(hue).fill, NIGHT) >= 7, hue);
  }
  assert.ok(contrast(readable("nonsense").fill, NIGHT) >= 7);
});

test("figures carry units", () => {
  assert.equal(paramText("level", -3), "−3.0 dB");
  assert.equal(paramText("tone", 2.5), "+2.5 dB");
  assert.equal(paramText("gate", -90), "off");
  assert.deepEqual([paramText("tone", -0.01), paramText("tone", 0.01), paramText("tone", -10)], ["0.0 dB", "0.0 dB", "−10.0 dB"]);
  assert.deepEqual([age(900), age(12_000), age(125_000)], ["0.9 s", "12 s", "2 min"]);
});

test("a preset's name becomes an id that no other has", () => {
  assert.equal(idOf("Solo 2!", []), "solo-2");
  assert.equal(idOf("Solo", ["solo", "solo-2"]), "solo-3");
  assert.match(idOf("x".repeat(60), []), /^[a-z0-9-]{1,31}$/);
  assert.equal(idOf("", []), "preset");
});

test("a name keeps its letters without their signs, and is refused where none is left", () => {
  const names = ["  Grün \n", "Böse Soli", "Straße", "Bob’s – 2", "夜 2", "x".repeat(40), " "];
  assert.deepEqual(names.map(cleanName), ["Grun", "Bose Soli", "Strasse", "Bob's - 2", "2", "x".repeat(31), ""]);
  assert.throws(() => cleanName("夜"), /cannot write 夜/);
});
