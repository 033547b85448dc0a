"""A JACK server with its dummy driver, and a client that plays into the pedal."""

import itertools
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from tests.system.stage import ending, wait_until

NUMBERS = itertools.count()
REAL_TIME = subprocess.run(["chrt", "-f", "10", "true"], capture_output=True)


class Server:
    """One server of its own name, that may be killed and started again."""

    def __init__(self, log: Path, rate_hz: int = 44100, period: int = 64) -> None:
        self.name = f"pedal-{os.getpid()}-{next(NUMBERS)}"
        self.log, self.rate_hz, self.period = log, rate_hz, period
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Returns when clients can connect."""
        urgent = ["-P", "70"] if REAL_TIME.returncode == 0 else ["--no-realtime"]
        driver = ["-d", "dummy", "-r", str(self.rate_hz), "-p", str(self.period)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["jackd", *urgent, "-n", self.name, *driver], stdout=log, stderr=log
            )
        wait_until(lambda: self.ports() is not None)

    def kill(self) -> None:
        """Without a chance to say goodbye."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ports(self) -> dict[str, int] | None:
        """Its ports and their connections' number; None where it does not answer."""
        import jack

        with suppress(jack.JackError), self.client("looking") as client:
            ports = client.get_ports()
            return {port.name: len(client.get_all_connections(port)) for port in ports}
        return None

    def has_pedal(self) -> bool:
        """Whether a pedal plays there: it is connected last."""
        return bool((self.ports() or {}).get("pedal:inport 0"))

    def client(self, name: str):
        """A client of it."""
        import jack

        return jack.Client(name, no_start_server=True, servername=self.name)

    def unfinished(self) -> int:
        """How often it waited in vain for the pedal's block."""
        text = self.log.read_text(errors="replace")
        return text.count("client = pedal was not finished")


@contextmanager
def jack_server(log: Path, rate_hz: int = 44100, period: int = 64) -> Iterator[Server]:
    """A server that ends with the block."""
    server = Server(log, rate_hz, period)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None:
            with ending(server.process):
                pass


def heard(server: Server, sound: np.ndarray) -> np.ndarray:
    """What the pedal makes of a mono sound, which is played into its input."""
    import jack

    played = np.zeros(len(sound), np.float32)
    at = len(sound)  # until all is connected
    client = server.client("guitar")
    out, back = client.outports.register("out"), client.inports.register("in")

    @client.set_process_callback
    def process(frames: int) -> None:
        nonlocal at
        count = min(frames, len(sound) - at)
        block = out.get_array()
        block[:count], block[count:] = sound[at : at + count], 0.0
        played[at : at + count] = back.get_array()[:count]
        at += count

    with client:  # runs from here on
        with suppress(jack.JackError):
            client.disconnect("system:capture_1", "pedal:inport 0")
        client.connect(out, "pedal:inport 0")
        client.connect("pedal:outport 0", back)
        at = 0
        wait_until(lambda: at == len(sound))
    return played
