// The setlist as intents and ids. Pure.
const MOST = 31; // characters of an id or a name
const MOST_FRAME = 16000; // of the 16384 bytes that the pedal takes at once
const MOST_BYTES = 12288; // of a setlist as one text (/presets/restore)

// An id of a name that no other preset has: "Solo 2!" -> "solo-2".
export function idOf(name, taken) {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, MOST - 3) || "preset";
  let id = plain;
  for (let number = 2; taken.includes(id); number += 1) id = `${plain}-${number}`;
  return id;
}

// What does not fall apart into a plain letter and its sign, and what phones make of quotes and dashes.
const PLAIN = { ß: "ss", æ: "ae", Æ: "AE", œ: "oe", Œ: "OE", ø: "o", Ø: "O", ł: "l", Ł: "L", "’": "'", "–": "-" };

// What the pedal takes as a name: printable ASCII. "Böse Soli" -> "Bose Soli". Throws an Error that says so where
// nothing is left of a name.
export function cleanName(text) {
  const plain = [...text].map((sign) => PLAIN[sign] ?? sign).join("");
  const name = plain.normalize("NFKD").replace(/[^ -~]/g, "").trim().slice(0, MOST);
  if (name === "" && text.trim() !== "") throw new Error(`The pedal cannot write ${text.trim()}: expected letters A to Z, digits or signs`);
  return name;
}

export const load = (id) => ({ address: "/preset/load", args: [id], kind: "preset", target: id });
export const save = (id, name) => ({ address: "/preset/save", args: [id, name], kind: "preset", target: id });
export const step = (way) => ({ address: `/preset/${way}`, args: [], kind: "preset", target: way });
export const remove = (id) => ({ address: "/preset/delete", args: [id], kind: "setlist", target: id });
export const move = (id, place) => ({ address: "/preset/move", args: [id, place], kind: "setlist", target: id });
// The whole setlist as a file and back; a file may take the pedal's disk a while.
export const backup = () => ({ address: "/presets/backup", args: [], kind: "backup", target: "", forMs: 10_000 });
export const restore = (text) => ({ address: "/presets/restore", args: [text], kind: "setlist", target: "", forMs: 10_000 });

// What a chosen file holds: {text, count}, text made compact. Throws an Error that says why it is none; the pedal
// checks all else.
export function readFile(text) {
  let table;
  try {
    table = JSON.parse(text);
  } catch {
    throw new Error("That file is no JSON: expected one that Export gave");
  }
  if (!Array.isArray(table?.presets)) throw new Error("That file holds no presets: expected one that Export gave");
  const compact = JSON.stringify(table);
  const bytes = (text) => new TextEncoder().encode(text).length;
  if (bytes(compact) > MOST_BYTES) throw new Error(`That file has ${bytes(compact)} bytes: expected at most ${MOST_BYTES}`);
  const frame = bytes(JSON.stringify(compact)); // each quote in it takes two
  if (frame > MOST_FRAME) throw new Error(`That file takes ${frame} bytes on the line: expected at most ${MOST_FRAME}`);
  return { text: compact, count: table.presets.length };
}

export const hold = (id, on) => ({ address: "/param/keep", args: [id, on ? 1 : 0], kind: "keep", target: id });
