// What this one page knows beside the pedal: its lock, and what waits for a second tap. Pure.
export const LOCK_MS = 1000; // a hold this long locks and unlocks
export const SURE_MS = { from: 400, to: 4000 }; // a second tap in this time is meant; sooner is a bounce
const PLAYING = ["effect", "bypass", "foot"]; // kinds of intents of the Stage: no lock stops them

export const PAGE = {
  locked: false,
  open: "", // the preset whose tools are shown
  armed: null, // {what, words, sinceMs}: a tap that waits for a second one
  chosen: null, // {text, count}: a file of presets that waits to be taken
  held: [], // names of the footswitches that this page holds down
};

export function reducePage(page, event) {
  switch (event.type) {
    case "lock":
      return { ...page, locked: event.on, armed: null, chosen: null };
    case "open":
      return { ...page, open: page.open === event.id ? "" : event.id, armed: null };
    case "arm":
      return { ...page, armed: { what: event.what, words: event.words, sinceMs: event.nowMs } };
    case "done":
      return { ...page, armed: null, chosen: null };
    case "foot":
      return { ...page, held: [...page.held.filter((name) => name !== event.name), ...(event.down ? [event.name] : [])] };
    case "chosen":
      return { ...page, chosen: event.chosen };
    case "tick":
      return page.armed && event.nowMs - page.armed.sinceMs > SURE_MS.to ? { ...page, armed: null } : page;
    default:
      return page;
  }
}

// Why this page must not send an intent, "" where it may.
export function refusal({ role, page }, { kind }) {
  if (role === "viewer") return "Read-only: enter the PIN in Edit";
  if (page.locked && !PLAYING.includes(kind)) return "Locked: hold Unlock in Edit for a second";
  return "";
}

export const isArmed = ({ page }, what) => page.armed?.what === what;

// True for a second tap on the same thing, neither bounced nor forgotten.
export function isSure({ page }, what, nowMs) {
  const since = page.armed?.what === what ? nowMs - page.armed.sinceMs : -1;
  return since >= SURE_MS.from && since <= SURE_MS.to;
}
