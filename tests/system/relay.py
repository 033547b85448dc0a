"""A TCP relay that makes a browser on this machine a guest from the network."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

GUEST = "127.0.0.2"  # the bridge trusts 127.0.0.1 only


@contextmanager
def guest_door(port: int) -> Iterator[int]:
    """A port of its own that leads to `port`, coming from GUEST."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, port), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, port: int) -> None:
    with suppress(OSError):  # the door is shut
        while True:
            near, _ = server.accept()
            with suppress(OSError):
                far = socket.create_connection(
                    ("127.0.0.1", port), 5, source_address=(GUEST, 0)
                )
                far.settimeout(None)
                for one, other in ((near, far), (far, near)):
                    words = (one, other)
                    threading.Thread(target=_pump, args=words, daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for plug in (source, sink):
        with suppress(OSError):
            plug.shutdown(socket.SHUT_RDWR)
