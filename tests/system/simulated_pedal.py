"""A simulated pedal on the loopback: leases, 20 reports a second, a few intents."""

import socket
import threading
import time
from typing import Any

from pedal.errors import ProtocolError
from pedal.osc import decode, encode
from tests.pedal.simulated import REPORT, STATE, TOKEN

EFFECTS = ("screamer", "blues", "rodent", "clean")
PRESETS = ("verse,solo", "Verse\nSolo", "screamer,rodent", "", "verse", 0)


class SimulatedPedal:
    """Runs inside `with`; answers from another port than it listens on, as Bela does.

    changes: what its reports say otherwise than the example. taken: intents that came.
    """

    def __init__(self, control: int = 1, **changes: Any) -> None:
        self.changes, self.control = changes, control
        self.taken: list[tuple[str, tuple]] = []
        self.consoles: dict[tuple[str, int], list[int]] = {}  # key, sequence
        self.is_mute = False
        self._listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.settimeout(0.01)
        self.speaking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = self._listening.getsockname()[1]
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._now = REPORT | {"blocks": 0} | changes

    def __enter__(self) -> "SimulatedPedal":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._listening.close()
        self.speaking.close()

    def say(self, **changes: Any) -> None:
        """The reports say otherwise from now on."""
        self._now |= changes

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._is_over.is_set():
            try:
                datagram, sender = self._listening.recvfrom(65536)
                self._answer(datagram, sender)
            except (TimeoutError, ProtocolError):
                pass
            while time.monotonic() >= due_s:
                due_s += 0.05
                self._report()

    def _report(self) -> None:
        self._now["blocks"] += 17
        if "signal" not in self.changes:
            self._now["signal"] = 128 * self._now["blocks"]
        self._now["up_s"] += 0.05
        for place, console in self.consoles.items():
            console[1] += 1
            row = self._now | {"key": console[0], "sequence": console[1]}
            self._send(place, "/telemetry", *row.values())

    def _send(self, place: tuple[str, int], address: str, *args: Any) -> None:
        if not self.is_mute:
            self.speaking.sendto(encode(address, args), place)

    def _answer(self, datagram: bytes, sender: tuple[str, int]) -> None:
        reading = decode(datagram, to="engine")
        address, args = reading.address, reading.args
        head = (self._now["boot_id"], self._now["revision"], reading.request)
        if address == "/monitor/subscribe":
            lease_s = args[1] if args[2] == TOKEN else 0
            if lease_s and self.consoles.get(sender, [0])[0] != args[0]:
                self.consoles[sender] = [args[0], 0]
            lease = (args[0], lease_s, len(self.consoles), self.control, TOKEN)
            return self._send(sender, "/monitor/lease", *head, *lease)
        if address == "/monitor/leave":
            return self.consoles.pop(sender, None)
        if address == "/state/get":
            known = {name: self._now[name] for name in STATE if name in self._now}
            return self._send(sender, "/state", *(STATE | known).values())
        if address == "/presets/get":
            return self._send(sender, "/presets", *head, *PRESETS)
        self.taken.append((address, args))
        if not self.control:
            reason = (address, f"control is not allowed from {sender[0]}")
            return self._send(sender, "/echo/rejected", *head, *reason)
        self._now["revision"] += 1
        head = (self._now["boot_id"], self._now["revision"], reading.request)
        if address == "/bypass/toggle":
            self._now["bypass"] = 1 - self._now["bypass"]
            self._send(sender, "/echo/bypass", *head, self._now["bypass"])
        elif address in ("/effect/next", "/effect/select"):
            after = EFFECTS.index(self._now["effect"]) + 1
            self._now["effect"] = args[0] if args else EFFECTS[after % len(EFFECTS)]
            self._send(sender, "/echo/effect", *head, self._now["effect"])
        return None
