"""Free ports of this machine, found by trying, and where its page is."""

import secrets
import socket

from pedal.errors import EngineError

PAGE_PORT = 8080
ANYWHERE = "0.0.0.0"


def udp_port(port: int) -> int:
    """The engine's OSC port; 0 is any free one. Raises EngineError when it is taken."""
    remedy = "stop the other pedal or use --osc-port 0"
    return _free(socket.SOCK_DGRAM, "UDP", port, remedy)


def tcp_port(port: int) -> int:
    """A TCP port; 0 is any free one. Raises EngineError when it is taken."""
    return _free(socket.SOCK_STREAM, "TCP", port, "use --gui-port 0")


def page_port(port: int | None) -> int:
    """The page's TCP port: the one asked for, else 8080, else a free one."""
    if port is not None:
        return tcp_port(port)
    try:
        return tcp_port(PAGE_PORT)
    except EngineError:
        return tcp_port(0)


def own_address() -> str:
    """This machine's address as others on its network see it, else its name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 9))  # sends nothing, only picks the way
            return str(probe.getsockname()[0])
        except OSError:
            return f"{socket.gethostname()}.local"


def new_pin() -> str:
    """Six digits, other ones each time."""
    return f"{secrets.randbelow(10**6):06d}"


def page_text(port: int, pin: str) -> str:
    """Where the page is, and the PIN where it is open to the network."""
    host = own_address() if pin else "localhost"
    return f"page http://{host}:{port}/{f'  PIN {pin}' if pin else ''}"


def _free(kind: socket.SocketKind, name: str, port: int, remedy: str) -> int:
    """Binds it for a moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:  # a port of a server that has just ended is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ANYWHERE, port))
        except OSError as cause:
            raise EngineError(
                f"port {port}: expected a free {name} port, found it taken "
                f"({cause.strerror}); {remedy}"
            ) from cause
        return int(probe.getsockname()[1])
