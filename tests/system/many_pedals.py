"""Simulated pedals in one process, each with a lease, 20 honest reports a second.

`python -m tests.system.many_pedals COUNT` prints their ports as JSON and serves until
its standard input ends; then it prints, a pedal, the reports that it has sent.
"""

import json
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

from pedal.errors import ProtocolError
from pedal.osc import decode, encode
from tests.pedal.simulated import RATE_HZ, REPORT, STATE, TOKEN

PRESETS = ("verse,solo", "Verse\nSolo", "screamer,rodent", "", "verse", 0)


@dataclass
class One:
    """One pedal. place, key: of its console, none yet. sent: reports of this lease."""

    number: int
    listening: socket.socket
    place: tuple[str, int] | None = None
    key: int = 0
    sent: int = 0
    blocks: int = 0
    row: dict = field(default_factory=dict)

    def answer(self) -> None:
        """One message of a console."""
        try:
            datagram, sender = self.listening.recvfrom(65536)
            reading = decode(datagram, to="engine")
        except (OSError, ProtocolError):
            return
        head = (self.row["boot_id"], self.row["revision"], reading.request)
        if reading.address == "/monitor/subscribe":
            key, lease_s, token = reading.args
            if token != TOKEN:
                lease_s = 0
            elif key != self.key:
                self.sent = 0
            if lease_s:
                self.place, self.key = sender, int(key)
            lease = encode("/monitor/lease", [*head, key, lease_s, 1, 1, TOKEN])
            self.listening.sendto(lease, sender)
        elif reading.address == "/monitor/leave":
            self.place = None
        elif reading.address == "/state/get":
            state = STATE | {"boot_id": head[0]}
            self.listening.sendto(encode("/state", list(state.values())), sender)
        elif reading.address == "/presets/get":
            self.listening.sendto(encode("/presets", [*head, *PRESETS]), sender)

    def report(self) -> None:
        """The next report, where somebody listens."""
        self.blocks += 17
        if self.place is None:
            return
        self.sent += 1
        changes = {
            "key": self.key,
            "sequence": self.sent,
            "blocks": self.blocks,
            "signal": 128 * self.blocks,
            "up_s": self.blocks / 340,
            "load": 12.0 + self.sent % 7,
        }
        datagram = encode_fast(self.row | changes)
        self.listening.sendto(datagram, self.place)


def encode_fast(row: dict) -> bytes:
    """A /telemetry datagram; `encode` is the reference, but fifty pedals need less."""
    parts = [b"/telemetry\0\0", TAGS]
    for tag, value in zip(TYPES, row.values(), strict=True):
        if tag == "s":
            text = value.encode()
            parts.append(text + b"\0" * (4 - len(text) % 4))
        else:
            parts.append(struct.pack(">" + tag, value))
    return b"".join(parts)


TYPES = "siiiifiiffffffiiffffiiissiisifisfsii"
TAGS = f",{TYPES}".encode() + b"\0" * (4 - (len(TYPES) + 1) % 4)


def main(count: int) -> None:
    """Serves; the reports of the pedals are spread evenly over each 50 ms."""
    assert encode_fast(REPORT) == encode("/telemetry", list(REPORT.values()))
    pedals = []
    for number in range(count):
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        row = REPORT | {"boot_id": f"boot-{number}"}
        pedals.append(One(number, listening, row=row))
    print(json.dumps([p.listening.getsockname()[1] for p in pedals]), flush=True)
    sockets = {pedal.listening.fileno(): pedal for pedal in pedals}
    due_s, turn = time.monotonic(), 0
    poll = select.poll()
    for handle in [*sockets, sys.stdin.fileno()]:
        poll.register(handle, select.POLLIN)
    while True:
        for handle, _ in poll.poll(2):
            if handle == sys.stdin.fileno():
                print(json.dumps([pedal.sent for pedal in pedals]), flush=True)
                return
            sockets[handle].answer()
        while time.monotonic() >= due_s:
            due_s += 1 / (RATE_HZ * count)
            pedals[turn % count].report()
            turn += 1


if __name__ == "__main__":
    main(int(sys.argv[1]))
