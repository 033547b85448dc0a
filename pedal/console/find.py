"""Pedals that announce themselves, by zeroconf (multicast DNS, RFC 6762 and 6763).

`pedal run` announces its OSC port on the loopback only, on the network where OSC is
opened to it; a console without --board listens on all networks.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Self

from zeroconf import (
    Error,
    InterfaceChoice,
    IPVersion,
    ServiceBrowser,
    ServiceInfo,
    ServiceListener,
    Zeroconf,
)

from pedal.console.figures import printable
from pedal.protocol.protocol import OSC_PORT, VERSION

KIND = "_pedal._udp.local."
LOOPBACK = "127.0.0.1"
MOST = 64  # pedals that are taken; anybody on a network can announce any number
LONGEST_NAME = 40
ANSWER_MS = 2000  # for the address of one that was announced
GOODBYE_S = 3.0


class Place(NamedTuple):
    """Where an announced pedal is."""

    name: str
    host: str
    port: int


class Finder(ServiceListener):
    """Looks for pedals until it is closed. trouble: why it sees less than all, or "".

    loopback: looks on this machine only.
    """

    def __init__(self, loopback: bool = False) -> None:
        self._found: tuple[Place, ...] = ()  # replaced whole, so that none waits
        self._zeroconf: Zeroconf | None = None
        self.trouble = ""
        try:
            self._zeroconf = _zeroconf(LOOPBACK if loopback else "")
            self._browser = ServiceBrowser(self._zeroconf, KIND, self)
        except (OSError, Error) as cause:
            why = getattr(cause, "strerror", None) or str(cause) or "no multicast"
            self.trouble = f"cannot search this network ({why}); use --board HOST"

    def places(self) -> tuple[Place, ...]:
        """All that were found so far, in their order."""
        return self._found

    def close(self) -> None:
        """Ends the search."""
        if self._zeroconf is not None:
            self._zeroconf.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """By zeroconf, in its thread."""
        try:
            info = zc.get_service_info(type_, name, ANSWER_MS)
        except Error:  # a name that cannot be, or the search has ended
            return
        place = None if info is None else _place(info, name)
        if place is None or len(self._found) >= MOST:
            return
        if place[1:] not in (known[1:] for known in self._found):
            others = (known for known in self._found if known.name != place.name)
            self._found = (*others, place)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """By zeroconf, in its thread: it may have moved."""
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """It said goodbye; the console sees that it is lost by its silence."""


@contextmanager
def announced(port: int, on_network: bool, address: str = LOOPBACK) -> Iterator[None]:
    """Announces a pedal's OSC port inside `with`, from a thread, so that none waits.

    address: this machine's on its network. Where it cannot be announced, nothing is.
    """
    where = address if on_network and _is_address(address) else LOOPBACK
    said: list[Zeroconf] = []

    def announce() -> None:
        try:
            said.append(_zeroconf("" if where != LOOPBACK else LOOPBACK))
            said[0].register_service(_info(port, where), allow_name_change=True)
        except (OSError, Error):
            return

    thread = threading.Thread(target=announce, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(GOODBYE_S)
        for zeroconf in said:
            zeroconf.close()


def _zeroconf(only: str) -> Zeroconf:
    """On all networks, or on the one with that address."""
    interfaces = [only] if only else InterfaceChoice.All
    return Zeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)


def _info(port: int, address: str) -> ServiceInfo:
    """What is announced; a pedal on another port has it in its name."""
    host = socket.gethostname().split(".")[0][:LONGEST_NAME] or "pedal"
    name = host if port == OSC_PORT else f"{host} {port}"
    return ServiceInfo(
        KIND,
        f"{name}.{KIND}",
        parsed_addresses=[address],
        port=port,
        properties={"protocol": str(VERSION)},
        server=f"{host}.local.",
    )


def _place(info: ServiceInfo, name: str) -> Place | None:
    """Where it is; on this machine by the loopback, from where it may be controlled."""
    addresses = info.parsed_addresses(IPVersion.V4Only)
    if not addresses or not info.port:
        return None
    host = LOOPBACK if _is_own(addresses[0]) else addresses[0]
    short = printable(name.removesuffix(f".{KIND}")[:LONGEST_NAME])
    return Place(short or host, host, info.port)


def _is_own(address: str) -> bool:
    """Whether an address is this machine's: nobody else's can be bound."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
        return True


def _is_address(text: str) -> bool:
    try:
        socket.inet_aton(text)
    except OSError:
        return False
    return True
