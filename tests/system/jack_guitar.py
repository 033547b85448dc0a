"""Plays a sound into the pedal at a JACK server and keeps what comes back, once.

python -m tests.system.jack_guitar SERVER FOLDER reads sound.npy there (mono, float32)
and writes played.npy. A process of its own: closing a client of libjack 1.9.21 may wait
for ever for a lock, so this one ends without.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

import jack
import numpy as np

from tests.system.stage import wait_until


def played(server: str, sound: np.ndarray) -> np.ndarray:
    """What the pedal makes of a mono sound, which is played into its input."""
    found = np.zeros(len(sound), np.float32)
    at = len(sound)  # until all is connected
    client = jack.Client("guitar", no_start_server=True, servername=server)
    out, back = client.outports.register("out"), client.inports.register("in")

    @client.set_process_callback
    def process(frames: int) -> None:
        nonlocal at
        count = min(frames, len(sound) - at)
        block = out.get_array()
        block[:count], block[count:] = sound[at : at + count], 0.0
        found[at : at + count] = back.get_array()[:count]
        at += count

    client.activate()
    with suppress(jack.JackError):
        client.disconnect("system:capture_1", "pedal:inport 0")
    client.connect(out, "pedal:inport 0")
    client.connect("pedal:outport 0", back)
    at = 0
    wait_until(lambda: at == len(sound))
    return found


if __name__ == "__main__":
    server, folder = sys.argv[1], Path(sys.argv[2])
    np.save(folder / "played.npy", played(server, np.load(folder / "sound.npy")))
    os._exit(0)
