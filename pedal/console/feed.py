"""The UDP side of the console: one socket a pedal, its lease, what comes in.

A pedal answers from another port than it listens on, so no socket is bound to a peer;
the sender's address is checked here, key and order in the session.
"""

import secrets
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pedal.console.fast import telemetry
from pedal.console.session import Drop
from pedal.errors import LinkError, ProtocolError
from pedal.messages import Reading, Value
from pedal.osc import MAX_DATAGRAM_BYTES, decode, encode

LEASE_S = 10  # asked for; a console that is gone is forgotten after it
RENEW_S = 2.5  # so that three lost renewals do no harm
SEARCH_S = 0.5  # between two tries where nobody answers
QUIET_S = 1.0  # without a datagram that was taken, the lease is asked for often
BUFFER_BYTES = 1 << 20  # of the kernel, a socket: a console that stops draws nothing
AT_ONCE = 64  # datagrams of a socket in one turn, so that a flood starves no other
METER = b"/meter\0\0"  # what any client gets too; /telemetry says the same and more


@dataclass
class Channel:
    """The way to one pedal. asked_s: when the lease was last asked for.

    token: what the pedal wants to hear for a lease; it has it from us by this socket.
    """

    name: str
    place: tuple[str, int]
    key: int
    socket: socket.socket
    asked_s: float = 0.0
    heard_s: float = 0.0
    token: int = 0


Heard = tuple[str, Reading | Drop]


def new_key() -> int:
    """A number that nobody who doesn't hear the link can know."""
    return secrets.randbelow(2**31 - 1) + 1


def _resolved(host: str, port: int) -> tuple[str, int]:
    """The IPv4 address. Raises LinkError."""
    try:
        found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as cause:
        why = getattr(cause, "strerror", None) or "no name of a host"
        what = f"{why}; name its address, or look at the network"
        raise LinkError(f"pedal at {host}:{port}: {what}") from cause
    address = found[0][4]
    return str(address[0]), int(address[1])


class Feed:
    """Leases at any number of pedals. Not thread-safe; close it or use it in `with`."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._selector = selectors.DefaultSelector()

    def add(self, name: str, host: str, port: int) -> int:
        """Begins to ask host:port for reports. Returns the key of the lease.

        Raises LinkError when the host's name means nothing.
        """
        place = _resolved(host, port)
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        link.setblocking(False)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        channel = Channel(name, place, new_key(), link)
        self._channels[name] = channel
        self._selector.register(link, selectors.EVENT_READ, channel)
        return channel.key

    def remove(self, name: str) -> None:
        """Leaves a pedal."""
        channel = self._channels.pop(name)
        self._send(channel, "/monitor/leave", [channel.key])
        self._selector.unregister(channel.socket)
        channel.socket.close()

    def renew(self, name: str) -> int:
        """Another lease under another key, which is returned."""
        channel = self._channels[name]
        self._send(channel, "/monitor/leave", [channel.key])
        channel.key, channel.token = new_key(), 0
        channel.asked_s = 0.0
        return channel.key

    def place(self, name: str) -> tuple[str, int]:
        """Where a pedal is looked for: its address and port."""
        return self._channels[name].place

    def move(self, name: str, host: str, port: int) -> int:
        """Looks for a pedal elsewhere, under another key, which is returned.

        Raises LinkError when the host's name means nothing.
        """
        place = _resolved(host, port)
        key = self.renew(name)
        self._channels[name].place = place
        return key

    def watch(self, descriptors: Sequence[int]) -> None:
        """Also wakes for these, such as the keyboard's."""
        wanted = set(descriptors)
        known = {key.fd for key in self._selector.get_map().values() if not key.data}
        for descriptor in known - wanted:
            self._selector.unregister(descriptor)
        for descriptor in wanted - known:
            self._selector.register(descriptor, selectors.EVENT_READ, None)

    def turn(self, timeout_s: float) -> tuple[list[Heard], bool]:
        """Asks where it is time, waits, and returns what came, in order of each pedal.

        The second is True when one of the watched descriptors is ready.
        """
        self._ask(time.monotonic())
        heard: list[Heard] = []
        is_ready = False
        for key, _ in self._selector.select(timeout_s):
            if key.data is None:
                is_ready = True
            else:
                heard.extend(self._received(key.data))
        return heard, is_ready

    def send(self, name: str, address: str, args: Sequence[Value] = ()) -> None:
        """An intent to one pedal; its answer comes as any message."""
        self._send(self._channels[name], address, args)

    def close(self) -> None:
        """Leaves all pedals."""
        for name in list(self._channels):
            self.remove(name)
        self._selector.close()

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, now_s: float) -> None:
        """Asks for the leases that are due."""
        for channel in self._channels.values():
            quiet = now_s - channel.heard_s > QUIET_S
            if now_s - channel.asked_s >= (SEARCH_S if quiet else RENEW_S):
                channel.asked_s = now_s
                self._subscribe(channel)

    def _received(self, channel: Channel) -> Iterator[Heard]:
        """What waits at one socket."""
        for _ in range(AT_ONCE):
            try:
                datagram, sender = channel.socket.recvfrom(MAX_DATAGRAM_BYTES + 1)
            except OSError:  # nothing more, or a pedal's machine that refuses
                return
            if sender[0] != channel.place[0]:
                yield channel.name, Drop.SPOOFED
                continue
            if datagram.startswith(METER):
                continue
            try:
                reading = telemetry(datagram) or decode(datagram, to="clients")
            except ProtocolError:
                yield channel.name, Drop.MALFORMED
                continue
            if reading.address == "/telemetry":
                channel.heard_s = time.monotonic()
            elif reading.address == "/monitor/lease":
                self._leased(channel, reading)
            yield channel.name, reading

    def _leased(self, channel: Channel, reading: Reading) -> None:
        """An answer to our key: keeps the token, and asks again where it was missing.

        Once a token, so that no stranger has us ask for ever.
        """
        row = reading.named()
        if row["key"] != channel.key or row["token"] == channel.token:
            return
        channel.token = int(row["token"])
        if row["lease"] == 0:
            self._subscribe(channel)

    def _subscribe(self, channel: Channel) -> None:
        args = [channel.key, LEASE_S, channel.token]
        self._send(channel, "/monitor/subscribe", args)

    def _send(self, channel: Channel, address: str, args: Sequence[Value]) -> None:
        """One datagram; that nobody listens shows as silence only."""
        try:
            channel.socket.sendto(encode(address, args), channel.place)
        except OSError:
            return
