"""The UDP link to one engine: sends intents, hands out what comes back."""

import socket
import time
from collections.abc import Sequence
from typing import Self

from pedal.errors import LinkError, ProtocolError, RejectedError
from pedal.messages import Reading, Value
from pedal.osc import decode, encode
from pedal.protocol.protocol import MESSAGES, OSC_PORT

LAST_REQUEST = 2**31 - 1


class Link:
    """One engine at host:port. Not thread-safe; close it or use it in `with`.

    The engine answers from another port than it listens on, so the socket stays unbound
    to any peer and only the sender's host is checked.

    dropped: datagrams that were no message of the protocol.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = OSC_PORT) -> None:
        self.name = f"{host}:{port}"
        self.dropped = 0
        self._request = (
            time.monotonic_ns() % LAST_REQUEST
        )  # two links seldom share numbers
        try:
            places = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)
            self._place = places[0][4]
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as cause:
            why = getattr(cause, "strerror", None) or "no name of a host"
            raise LinkError(f"engine at {self.name}: {why}") from cause

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the link; the engine forgets it after 10 s."""
        self._socket.close()

    def fileno(self) -> int:
        """For select()."""
        return self._socket.fileno()

    def send(self, address: str, *args: Value, request: int = 0) -> None:
        """Sends one intent. Raises ProtocolError when the engine would drop it."""
        self.send_bytes(encode(address, [*args, request] if request else args))

    def send_bytes(self, datagram: bytes) -> None:
        """Sends one datagram as it is. That nobody listens shows as silence only."""
        try:
            self._socket.sendto(datagram, self._place)
        except OSError:
            return

    def receive(self, timeout_s: float = 0.0) -> Reading | None:
        """The next message within timeout_s, or None."""
        deadline = time.monotonic() + timeout_s
        while True:
            self._socket.settimeout(max(deadline - time.monotonic(), 1e-6))
            try:
                datagram, sender = self._socket.recvfrom(65536)
                if sender[0] == self._place[0]:
                    return decode(datagram, to="clients")
            except OSError:  # the time is up
                return None
            except ProtocolError:
                self.dropped += 1
            if time.monotonic() >= deadline:
                return None

    def ask(
        self, address: str, args: Sequence[Value] = (), timeout_s: float = 1.0
    ) -> Reading:
        """Sends an intent and waits for the echo that carries its request number.

        Raises ProtocolError when it would be dropped, RejectedError when the engine
        says no, LinkError after timeout_s of silence.
        """
        self._request = self._request % LAST_REQUEST + 1
        self.send(address, *args, request=self._request)
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            reading = self.receive(left)
            if reading is None or reading.named().get("request") != self._request:
                continue
            if reading.address == "/echo/rejected":
                raise RejectedError(f"{address}: {reading.named()['reason']}")
            return reading
        if address in MESSAGES and MESSAGES[address].to != "engine":
            raise LinkError(
                f"{address} goes from the engine to its clients; it has no answer"
            )
        raise LinkError(
            f"engine at {self.name}: no answer to {address} within {timeout_s:g} s; "
            "start it with `make run`, or name its --host and --port"
        )
