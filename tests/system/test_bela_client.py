"""Bela's own GUI client, of a checkout named by BELA_DIR, against our bridge."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import write_bank
from tests.system.stage import Stage, ending, engine_missing, stage, wait_until

PATIENCE_S = 60.0  # for all of it; then the client ends, and with it the test
LOADER = Path(__file__).resolve().parents[1] / "gui" / "bela_client.mjs"
BELA = os.environ.get("BELA_DIR", "")
CLIENT = Path(BELA) / "IDE" / "public" / "gui" / "js"

pytestmark = [
    pytest.mark.skipif(not BELA, reason="BELA_DIR names no checkout of Bela"),
    pytest.mark.skipif(bool(engine_missing()), reason=engine_missing()),
    pytest.mark.skipif(not shutil.which("node"), reason="no node; see packages.txt"),
]


class BelaClient:
    """The client as a process; what its callbacks got can be read."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process

    def say(self, **found: Any) -> None:
        self._process.stdin.write(json.dumps(found) + "\n")
        self._process.stdin.flush()

    def hear(self, **wanted: Any) -> dict[str, Any]:
        """The next object with these fields; the test ends where the client does."""
        for line in self._process.stdout:
            found = json.loads(line)
            if wanted.items() <= found.items():
                return found
        raise AssertionError(f"Bela's client ended without {wanted}")


@contextmanager
def bela_client(pedal: Stage, folder: Path) -> Iterator[BelaClient]:
    """A copy, as node takes a .js for a module only where package.json says so."""
    shutil.copytree(CLIENT, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    pipe = subprocess.PIPE
    line = ["node", str(LOADER), str(folder), str(pedal.page_port)]
    with (
        subprocess.Popen(line, stdin=pipe, stdout=pipe, text=True) as process,
        ending(process),
    ):
        late = threading.Timer(PATIENCE_S, process.kill)
        late.start()
        yield BelaClient(process)
        late.cancel()


def test_belas_own_client_shakes_hands_plays_and_comes_back(tmp_path):
    bank = write_bank(tmp_path / "night-set")
    with stage(bank, effect="buzz") as pedal:
        before = pedal.health()
        with bela_client(pedal, tmp_path / "js") as client:
            assert client.hear(event="connection")["projectName"] == "pedal"
            wait_until(lambda: pedal.health()["heard"] == before["heard"] + 1)
            client.hear(address="/meter")
            client.say(address="/effect/select", args=["hum", 9])
            assert client.hear(address="/echo/effect")["args"][2:] == [9, "hum"]
            assert pedal.health()["dropped"] == before["dropped"]
            pedal.kill("bridge")
            pedal.start_bridge()
            client.hear(event="connection")
            wait_until(lambda: pedal.health().get("heard"))  # its reply
            client.say(address="/state/get")
            assert client.hear(address="/state")["args"][6] == "hum"
