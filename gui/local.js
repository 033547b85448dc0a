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
let film = null;

// A stage tablet must not sleep. Browsers have a lock for that on localhost and https only, and let go when the page is
// hidden. Elsewhere Chromium and Firefox keep awake for a stream that plays in sight, however small; Safari does not.
export async function stayAwake() {
  if (document.hidden || (awake && !awake.released)) return;
  if (!navigator.wakeLock) {
    film ??= emptyFilm();
    return film?.play().catch(() => {});
  }
  try {
    awake = await navigator.wakeLock.request("screen");
  } catch {
    awake = null;
  }
}

function emptyFilm() {
  const canvas = document.createElement("canvas");
  if (!canvas.captureStream) return null;
  const pen = canvas.getContext("2d");
  setInterval(() => pen.fillRect(0, 0, 1, 1), 1000); // a stream without pictures does not play
  const node = Object.assign(document.createElement("video"), { className: "film", muted: true, playsInline: true });
  node.ariaHidden = "true";
  node.srcObject = canvas.captureStream();
  document.body.append(node);
  return node;
}
