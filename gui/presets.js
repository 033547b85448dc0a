// The setlist as intents and ids. Pure.
const MOST = 31; // characters of an id or a name

// An id of a name that no other preset has: "Solo 2!" -> "solo-2".
export function idOf(name, taken) {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, MOST - 3) || "preset";
  let id = plain;
  for (let number = 2; taken.includes(id); number += 1) id = `${plain}-${number}`;
  return id;
}

// What the pedal takes as a name: printable ASCII.
export function cleanName(text) {
  return text.replace(/[^ -~]/g, "").trim().slice(0, MOST);
}

export const load = (id) => ({ address: "/preset/load", args: [id], kind: "preset", target: id });
export const save = (id, name) => ({ address: "/preset/save", args: [id, name], kind: "preset", target: id });
export const step = (way) => ({ address: `/preset/${way}`, args: [], kind: "preset", target: way });
export const hold = (id, on) => ({ address: "/param/keep", args: [id, on ? 1 : 0], kind: "keep", target: id });
