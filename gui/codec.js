// Messages to JSON text and back, checked against the protocol's table; no sockets here.
import { INTENT_OPTIONS, MESSAGES, PARAMS } from "./protocol.js";

const LARGEST_FLOAT = 3.4028234663852886e38; // of 32 bits, what OSC carries
const ID = /^[a-z0-9-]{1,31}$/;
const NAME = /^[ -~]{0,31}$/;

class Refusal extends Error {}

// The JSON text of a message; args may end with an intent's options (request, at).
// Throws an Error that says why when the other side would drop it.
export function encode(address, args = []) {
  check(address, args);
  return JSON.stringify({ address, args });
}

// to: who reads it, "engine" or "clients". Never throws: {verdict: "taken" | "clamped", address, args, request, at} or
// {verdict: "dropped", reason}.
export function decode(text, to) {
  try {
    const message = parse(text);
    return check(message.address, message.args ?? [], to);
  } catch (error) {
    if (error instanceof Refusal) return { verdict: "dropped", reason: error.message };
    throw error;
  }
}

function parse(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    throw new Refusal("not JSON");
  }
  if (message === null || typeof message !== "object") throw new Refusal("no message");
  return message;
}

function check(address, args, to = "") {
  if (typeof address !== "string") throw new Refusal("a message without an address");
  if (!Object.hasOwn(MESSAGES, address)) throw new Refusal(`${address}: no such message`);
  if (!Array.isArray(args)) throw new Refusal(`${address}: expected a list of arguments`);
  const row = MESSAGES[address];
  if (to && row.to !== to) throw new Refusal(`${address}: is for the ${row.to}`);
  const own = row.args.length;
  const most = own + (row.to === "engine" ? INTENT_OPTIONS.length : 0);
  if (args.length < own || args.length > most)
    throw new Refusal(`${address}: expected ${own} arguments, found ${args.length}`);
  const values = row.args.map((arg, i) => checkValue(address, rangeOf(row, arg, args), args[i]));
  const [request = 0, at = null] = args
    .slice(own)
    .map((value, i) => checkValue(address, INTENT_OPTIONS[i], value).value);
  const clamped = values.some((checked) => checked.clamped);
  return {
    verdict: clamped ? "clamped" : "taken",
    address,
    args: values.map((checked) => checked.value),
    request,
    at,
  };
}

// The range of /param/set's value is that of its parameter.
function rangeOf(row, arg, args) {
  if (row !== MESSAGES["/param/set"] || arg.name !== "value") return arg;
  if (!Object.hasOwn(PARAMS, args[0])) throw new Refusal(`no parameter ${args[0]}`);
  return { ...arg, min: PARAMS[args[0]].min, max: PARAMS[args[0]].max };
}

function checkValue(address, arg, value) {
  const where = `${address}: ${arg.name}`;
  if (arg.type === "s") return { value: checkText(where, arg, value), clamped: false };
  if (typeof value !== "number" || !(Math.abs(value) <= LARGEST_FLOAT))
    throw new Refusal(`${where}: expected a finite number, found ${value}`);
  if (arg.type === "i" && !Number.isInteger(value))
    throw new Refusal(`${where}: expected a whole number, found ${value}`);
  checkChoice(where, arg, value);
  const inside = Math.min(Math.max(value, arg.min ?? value), arg.max ?? value);
  if (inside !== value && !arg.clamp)
    throw new Refusal(`${where}: expected ${arg.min} to ${arg.max}, found ${value}`);
  return { value: inside, clamped: inside !== value };
}

function checkText(where, arg, value) {
  if (typeof value !== "string" || value.includes("\0"))
    throw new Refusal(`${where}: expected text, found ${value}`);
  if (arg.name === "id" && !ID.test(value))
    throw new Refusal(`${where}: expected 1 to 31 of a-z, 0-9 and -, found ${value}`);
  if (arg.name === "name" && !NAME.test(value))
    throw new Refusal(`${where}: expected at most 31 plain ASCII signs, found ${value}`);
  if (arg.name === "param" && value !== "" && !Object.hasOwn(PARAMS, value))
    throw new Refusal(`${where}: no parameter ${value}`);
  checkChoice(where, arg, value);
  return value;
}

function checkChoice(where, arg, value) {
  if (arg.choices && !arg.choices.includes(value))
    throw new Refusal(`${where}: expected one of ${arg.choices.join(", ")}, found ${value}`);
}
