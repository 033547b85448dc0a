"""What nobody should send: seeded mutations of the golden vectors, on three wires.

Each is wrong by construction, not by our own reader's verdict: cut short, of a wrong
type, beyond what a number can be, for the other side, or no message at all.
"""

import json
import random
import struct
from collections.abc import Callable, Iterator
from typing import Any

Row = dict[str, Any]
Frame = str | bytes
FAR = (float("nan"), float("inf"), -float("inf"), 1e39, -1e300, 10**400)
NO_UTF8 = b"\xc3\x28\xff\xfe\xed\xa0\x80"
HOST = b"Host: localhost\r\n"
UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def frames(rows: list[Row], draw: random.Random) -> Iterator[Frame]:
    """Frames of the control channel that are to be dropped, for ever."""
    texts = [row["gui"] for row in rows if len(row["gui"] or "") > 1]
    good = [row for row in rows if row["args"] is not None and row["to"] == "engine"]
    outgoing = [row["gui"] for row in rows if row["to"] == "clients" and row["gui"]]
    kinds: list[Callable[[], Frame]] = [
        lambda: _cut(draw.choice(texts), draw),
        lambda: draw.choice(texts).encode(),  # binary
        lambda: draw.randbytes(draw.randrange(300)),
        lambda: _other_arguments(draw.choice(good), draw),
        lambda: _other_address(draw.choice(good), draw),
        lambda: draw.choice(outgoing),
        lambda: "[" * draw.randrange(1, 16000),
        lambda: '{"address":"/bypass","args":' + "[" * 5000 + "]" * 5000 + "}",
        lambda: json.dumps({"event": draw.choice(["bridge", 7, None, ["ack"], {}])}),
        lambda: json.dumps(draw.choice([None, 1, "x", [], {}, {"args": [1]}])),
        lambda: json.dumps({"address": "/" + "x" * draw.randrange(1, 15000)}),
        lambda: json.dumps({"address": draw.choice([1, None, [], {"toString": 1}])}),
    ]
    while True:
        yield draw.choice(kinds)()


def last_frames(draw: random.Random) -> Iterator[bytes]:
    """Raw bytes after a good handshake that end the connection, for ever."""
    kinds = [
        _raw(0x81, NO_UTF8),
        _raw(0x81, b"x" * 16385),
        _raw(0x81, b"{}", masked=False),
        _raw(0xF1, b"{}"),  # reserved bits
        _raw(0x83, b"{}"),  # a reserved kind
        _raw(0x80, b"{}"),  # goes on with nothing
        _raw(0x89, b"x" * 126),  # too long a ping
        _raw(0x88, b"\x03"),  # half a reason to close
        b"\x81\xff" + struct.pack(">Q", 2**63 - 1),  # eight exabytes are to come
    ]
    while True:
        yield draw.choice(kinds)


def datagrams(rows: list[Row], draw: random.Random) -> Iterator[bytes]:
    """OSC that is to be dropped, for ever."""
    good = [
        bytes.fromhex(row["osc_hex"])
        for row in rows
        if row["args"] is not None and row["to"] == "engine"
    ]
    outgoing = [bytes.fromhex(r["osc_hex"]) for r in rows if r["to"] == "clients"]
    floats = [found for found in good if b",sf\0" in found]
    kinds: list[Callable[[], bytes]] = [
        lambda: _cut(draw.choice(good), draw),
        lambda: draw.choice(good) + draw.randbytes(draw.choice([1, 2, 3, 4, 400])),
        lambda: b"/~" + draw.choice(good)[2:],
        lambda: _padded(b"/bypass") + draw.choice([b",x\0\0", b",b\0\0", b"ii\0\0"]),
        lambda: _padded(b"/bypass") + b",[[[[[[[[[[[" + bytes(4),
        lambda: draw.choice(floats)[:-4] + struct.pack(">f", draw.choice(FAR[:3])),
        lambda: b"/bypass/" + b",i\0\0" + bytes(4),  # no zero between the two
        lambda: _padded(b"/bypass") + b",i\0x" + bytes(4),  # padded with a letter
        lambda: _padded(b"/effect/select") + b",s\0\0" + _padded(NO_UTF8),
        lambda: _padded(b"/effect/select") + b",b\0\0" + b"\xff\xff\xff\xf0",
        lambda: draw.choice(outgoing),
        lambda: draw.randbytes(draw.randrange(1, 2000)),
        lambda: bytes(4 * draw.randrange(1, 500)),
        lambda: bytes(draw.choice([65504, 65507])) if draw.random() < 0.01 else b"\0",
        lambda: _bundle(draw.choice(good), 12),
        lambda: _bundle(draw.choice(good), 1)[: -draw.randrange(1, 12)],
        lambda: b"#bundle\0" + bytes(8) + struct.pack(">i", draw.choice([-4, 2**30])),
    ]
    while True:
        yield draw.choice(kinds)()


def requests(draw: random.Random) -> Iterator[bytes]:
    """HTTP that no file and no WebSocket is the answer to, for ever."""
    good = b"GET /gui_control HTTP/1.1\r\n" + HOST + UPGRADE + b"\r\n"
    lines = [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"get /\r\n\r\n"]
    paths = [b"/../../etc/passwd", b"/%2e%2e/x", b"//", b"//[", b"/\\..\\x", b"/\xff"]
    kinds: list[Callable[[], bytes]] = [
        lambda: _cut(good, draw),
        lambda: draw.choice(lines),
        lambda: b"GET " + draw.choice(paths) + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        lambda: b"POST /gui_control HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n",
        lambda: b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300 + b"\r\n",
        lambda: b"GET / HTTP/1.1\r\nx: " + b"y" * 9000 + b"\r\n\r\n",
        lambda: b"GET /" + b"z" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        lambda: b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        lambda: b"GET / HTTP/1.1\r\n" + HOST + HOST + b"no colon\r\n\r\n",
        lambda: good.replace(HOST, HOST + b"Origin: http://evil.example\r\n"),
        lambda: good.replace(b"Version: 13", b"Version: 7"),
        lambda: good.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"short"),
        lambda: good.replace(b"Upgrade: websocket\r\n", b""),
        lambda: b"\x16\x03\x01" + draw.randbytes(200) + b"\r\n\r\n",  # as TLS begins
        lambda: draw.randbytes(draw.randrange(1, 3000)) + b"\r\n\r\n",
    ]
    while True:
        yield draw.choice(kinds)()


def _cut(whole: Any, draw: random.Random) -> Any:
    """All but the end of it."""
    return whole[: draw.randrange(1, len(whole))]


def _other_arguments(row: Row, draw: random.Random) -> str:
    """One argument of a kind that it cannot be, or too many of them."""
    args = list(row["args"])
    place = draw.randrange(len(args) + 1)
    if place == len(args):
        args += [1] * 9
    elif isinstance(args[place], str):
        args[place] = draw.choice([7.5, None, True, [], {}, ["a"], "nul\0"])
    else:
        args[place] = draw.choice([None, True, [1], {}, "1", "NaN", *FAR])
    return json.dumps({"address": row["address"], "args": args})


def _other_address(row: Row, draw: random.Random) -> str:
    """An address that there is not."""
    whole = row["address"]
    place = draw.randrange(len(whole) + 1)
    address = whole[:place] + draw.choice("~\0\n%\u2028\U0001f3b8") + whole[place:]
    return json.dumps({"address": address, "args": row["args"]})


def _raw(first: int, body: bytes, masked: bool = True) -> bytes:
    """A WebSocket frame with any first byte; the mask is of zeros."""
    bit = 0x80 if masked else 0
    short = len(body) < 126
    size = bytes([bit | (len(body) if short else 126)])
    size += b"" if short else struct.pack(">H", len(body))
    return bytes([first]) + size + (bytes(4) if masked else b"") + body


def _padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def _bundle(datagram: bytes, depth: int) -> bytes:
    """A good message in bundles in bundles."""
    for _ in range(depth):
        size = struct.pack(">i", len(datagram))
        datagram = b"#bundle\0" + bytes(7) + b"\1" + size + datagram
    return datagram
