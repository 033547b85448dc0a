// Runs Bela's own GUI client, BelaControl.js, in node: gives it what only a browser has.
//
// node bela_client.mjs FOLDER PORT: FOLDER holds the js files of Bela's IDE/public/gui.
// Prints every object that the client hands to its callbacks, one a line; sends what it
// reads, one object a line.
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, port] = process.argv.slice(2);
const print = console.log;
console.log = () => {}; // the client's own chatter

// As much of a browser's WebSocket as the client uses; text frames under 64 KB.
class TinySocket {
  readyState = 0;
  #unread = Buffer.alloc(0);

  constructor(url) {
    this.url = url;
    const key = randomBytes(16).toString("base64");
    const headers = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": 13 };
    const asked = request(url.replace("ws:", "http:"), { headers });
    asked.on("upgrade", (answer, plug, head) => this.#open(answer, plug, head, key));
    asked.on("response", () => this.#close());
    asked.on("error", () => this.#close());
    asked.end();
  }

  send(text) {
    const body = Buffer.from(text);
    const mask = randomBytes(4);
    const long = body.length > 125;
    const head = long ? [0x81, 0xfe, body.length >> 8, body.length & 255] : [0x81, 0x80 | body.length];
    this.plug.write(Buffer.concat([Buffer.from(head), mask, body.map((byte, i) => byte ^ mask[i % 4])]));
  }

  #open(answer, plug, head, key) {
    const hash = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    if (answer.headers["sec-websocket-accept"] !== hash.digest("base64")) throw new Error("another handshake");
    this.plug = plug;
    this.readyState = 1;
    plug.on("data", (bytes) => this.#read(bytes));
    plug.on("close", () => this.#close());
    plug.on("error", () => {});
    this.onopen?.({});
    this.#read(head);
  }

  #read(bytes) {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    while (this.#unread.length >= 2) {
      const short = this.#unread[1] & 0x7f;
      const start = short === 126 ? 4 : 2;
      if (short === 127 || this.#unread.length < start) return;
      const size = start === 4 ? this.#unread.readUInt16BE(2) : short;
      if (this.#unread.length < start + size) return;
      const text = this.#unread.subarray(start, start + size).toString();
      const isText = this.#unread[0] === 0x81;
      this.#unread = this.#unread.subarray(start + size);
      if (isText) this.onmessage?.({ data: text });
    }
  }

  #close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code: 1006 });
  }
}

const nothing = () => {};
globalThis.WebSocket ??= TinySocket;
globalThis.CustomEvent ??= class extends Event {
  constructor(name, { detail } = {}) {
    super(name);
    this.detail = detail;
  }
};
globalThis.window = { location: { search: "", hash: "" }, addEventListener: nothing };
globalThis.location = window.location;
globalThis.history = { replaceState: nothing };
globalThis.document = { getElementById: () => ({ innerHTML: "", style: {} }) };
globalThis.XMLHttpRequest = class {
  open() {}
  send() {} // never answered: the sketch of the project is no matter here
};

const { default: BelaControl } = await import(pathToFileURL(`${folder}/BelaControl.js`));
const control = new BelaControl(Number(port), "gui_control", "127.0.0.1");
control.registerCallback("test", (heard) => print(JSON.stringify(heard)));
createInterface({ input: process.stdin })
  .on("line", (line) => control.send(JSON.parse(line)))
  .on("close", () => process.exit(0));
