// Keeps the page openable when its server is away: the network first, then the last copy.
const KEPT = "pedal-2";
const PAGE = ["./", "style.css", "edit.css", "icon.svg", "manifest.webmanifest"];
const DRAWN = ["main.js", "draw.js", "draw_edit.js", "draw_feet.js", "draw_presets.js", "edit.js", "local.js", "press.js", "socket.js"];
const PURE = ["codec.js", "colour.js", "expression.js", "gestures.js", "keys.js", "page.js", "presets.js", "protocol.js", "store.js", "views.js"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([...PAGE, ...DRAWN, ...PURE])));
});

self.addEventListener("activate", (event) => event.waitUntil(tidy()));

async function tidy() {
  const old = (await caches.keys()).filter((name) => name.startsWith("pedal-") && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// Only the page's own files and the bank's description: all else (/health) is the network's alone.
const OWN = new Set([...PAGE, ...DRAWN, ...PURE, "bank.json"].map((name) => new URL(name, self.location).pathname));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const own = url.origin === self.location.origin && OWN.has(url.pathname);
  if (event.request.method === "GET" && own) event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) cache.put(request, fresh.clone()).catch(() => {}); // a full disk must not hide what has come
    return fresh;
  } catch {
    return (await cache.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}
