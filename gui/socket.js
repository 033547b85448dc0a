// The only place that meets the network: Bela's control channel, reconnected for ever.
import { decode, encode } from "./codec.js";

const WAITS_MS = [100, 250, 500, 1000, 1500]; // between two tries; the last stays
const SILENT_MS = 5000; // an open socket that says nothing this long is dead
const OPENING_MS = 3000; // patience with a socket that opens; longer after tries that failed: the machine may be slow
const BELA_PORT = 5555;

// Bela serves its pages on port 80 and its socket on another; the bridge has one port for both.
export function socketAddress({ host, hostname, port }) {
  const own = port ? host : `${hostname || "localhost"}:${BELA_PORT}`;
  return `ws://${own}/gui_control`;
}

export class Line {
  #socket = null;
  #tries = 0;
  #timer = 0;
  #lastMs = 0;
  #token = "";
  #acknowledges = false;

  // tell: takes events for the store. keep: {get, set} of the pairing token.
  constructor({ address, tell, keep, Socket = WebSocket, now = () => performance.now() }) {
    Object.assign(this, { address, tell, keep, Socket, now });
    this.#token = keep.get();
  }

  open() {
    clearTimeout(this.#timer);
    this.#drop();
    const socket = new this.Socket(this.address);
    this.#socket = socket;
    this.#lastMs = this.now();
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => this.#heard(socket, data);
    socket.onclose = () => this.#closed(socket);
    this.#timer = setTimeout(() => this.#closed(socket), OPENING_MS * Math.min(1 + this.#tries, 4));
  }

  // True if it went out; nothing is kept for later: an old intent must not surprise.
  intend(address, ...args) {
    return this.#send(encode(address, args));
  }

  pair(pin) {
    this.#send(JSON.stringify({ event: "pair", pin }));
  }

  // The last meter has been drawn; the bridge may send the next.
  acknowledge() {
    if (this.#acknowledges) this.#send('{"event":"ack"}');
  }

  // Call now and then: finds sockets that died without a word.
  watch() {
    const open = this.#socket?.readyState === 1;
    if (open && this.now() - this.#lastMs > SILENT_MS) this.#closed(this.#socket);
  }

  // The tab is seen again, or the network is back: no more waiting.
  hurry() {
    if (this.#socket?.readyState === 1) return;
    this.#tries = 0;
    this.open();
  }

  #opened(socket) {
    if (socket !== this.#socket) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.tell({ type: "link", up: true });
    if (this.#token) this.pair(this.#token);
  }

  #heard(socket, data) {
    if (socket !== this.#socket) return;
    this.#lastMs = this.now();
    const event = ownEvent(data);
    if (event) return this.#event(event);
    const found = decode(data, "clients");
    if (found.verdict === "dropped") return;
    this.tell({ type: "message", address: found.address, args: found.args, nowMs: this.now() });
  }

  #event(event) {
    if (event.event === "connection") this.#send('{"event":"connection-reply"}');
    if (event.event === "engine") this.tell({ type: "engine", up: event.up });
    if (event.event === "pair-refused") this.tell({ type: "refused", reason: shut(event.wait_s) || "Another PIN, please", nowMs: this.now() });
    if (event.event === "token-refused") this.keep.set((this.#token = "")); // of an earlier run of the pedal
    if (event.event === "refused") this.tell({ type: "refused", reason: event.reason, nowMs: this.now() });
    if (event.event !== "role") return;
    this.#acknowledges = true;
    this.#send('{"event":"ack"}');
    if (event.token) this.keep.set((this.#token = event.token));
    this.tell({ type: "role", role: event.role });
  }

  #closed(socket) {
    if (socket !== this.#socket) return;
    clearTimeout(this.#timer);
    this.#drop();
    this.#acknowledges = false;
    this.tell({ type: "link", up: false });
    const wait = WAITS_MS[Math.min(this.#tries++, WAITS_MS.length - 1)];
    this.#timer = setTimeout(() => this.open(), wait);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #send(text) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(text);
    return true;
  }
}

// After too many wrong PINs also the right one is refused for a while; "" where it is not.
const shut = (waitS) => (waitS > 0 ? `Too many wrong PINs: wait ${Math.ceil(waitS)} s` : "");

function ownEvent(data) {
  try {
    const found = JSON.parse(data);
    return typeof found?.event === "string" ? found : null;
  } catch {
    return null;
  }
}
