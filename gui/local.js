// What belongs to this browser: its storage, files, wake lock and full copy. Touches the world.

export function read(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return ""; // storage may be forbidden
  }
}

export function write(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    return;
  }
}

// Hands a text to the player as a file.
export function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

let awake = null;

// A stage tablet must not sleep; browsers allow it on localhost and https only, and let go when the page is hidden.
export async function stayAwake() {
  if (document.hidden || (awake && !awake.released)) return;
  try {
    awake = (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    awake = null;
  }
}
