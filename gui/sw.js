// Keeps the page openable when its server is away: the network first, then the last copy.
const KEPT = "pedal-1";
const PAGE = ["./", "style.css", "edit.css", "icon.svg", "manifest.webmanifest"];
const DRAWN = ["main.js", "draw.js", "draw_edit.js", "draw_feet.js", "draw_presets.js", "edit.js", "local.js", "press.js", "socket.js"];
const PURE = ["codec.js", "colour.js", "expression.js", "gestures.js", "keys.js", "page.js", "presets.js", "protocol.js", "store.js", "views.js"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([...PAGE, ...DRAWN, ...PURE])));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const own = new URL(event.request.url).origin === self.location.origin;
  if (event.request.method === "GET" && own) event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await cache.put(request, fresh.clone());
    return fresh;
  } catch {
    return (await cache.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}
