// The expression pedal in words and intents. Pure; positions are fractions of the plug's full scale.
import { PARAMS } from "./protocol.js";
import { titled } from "./views.js";

const percent = (part) => `${Math.round(100 * part)} %`;

// The state after one /expression: the span swept so far is this page's own sum of what it saw.
export function expressionOf(before, { param, low, high, calibrating, position }) {
  const now = { param, low, high, calibrating: calibrating === 1, position };
  if (!now.calibrating) return { ...now, swept: null };
  const old = before?.swept ?? { low: position, high: position };
  return { ...now, swept: { low: Math.min(old.low, position), high: Math.max(old.high, position) } };
}

// A pedal may be wired the other way round: then its heel reads higher than its toe.
export const isCalibrated = (found) => found !== null && found.high !== found.low;

export function expressionWords(found) {
  if (found === null) return "Nothing heard of it yet.";
  if (found.calibrating)
    return `Sweep it to the toe, then Finish. Swept ${percent(found.swept.low)} to ${percent(found.swept.high)}.`;
  if (!isCalibrated(found)) return "Not calibrated: it moves nothing. Put it at the heel, then Calibrate.";
  const moves = found.param === "" ? "It moves nothing" : `It moves ${found.param}`;
  return `${moves}. Heel at ${percent(found.low)}, toe at ${percent(found.high)} of the plug.`;
}

export const expressionOptions = () => [
  { value: "", label: "Nothing" },
  ...Object.keys(PARAMS).map((id) => ({ value: id, label: titled(id) })),
];

// The bar: {from, to} of heel and toe, {at} of the pedal where it is known, all 0..1 of full scale.
export function sweepBar(found) {
  if (found === null) return { from: 0, to: 0, at: null };
  if (found.calibrating) return { from: found.swept.low, to: found.swept.high, at: found.position };
  if (!isCalibrated(found)) return { from: 0, to: 0, at: null };
  const at = found.low + found.position * (found.high - found.low);
  return { from: Math.min(found.low, found.high), to: Math.max(found.low, found.high), at };
}

const intent = (address, args) => ({ address, args, kind: "expression", target: address });
export const moves = (param) => intent("/expression/param", [param]);
export const calibrate = (on) => intent("/expression/calibrate", [on ? 1 : 0]);
