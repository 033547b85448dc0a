"""What all tests share: the golden vectors and a bank of tiny models."""

import json
import signal
from pathlib import Path

import pytest

from tests.helpers import write_bank

ROOT = Path(__file__).resolve().parent.parent

# A shell's `&` has children ignore Ctrl-C; the programs of the tests must hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the player's own presets."""
    monkeypatch.setenv("PEDAL_DATA", str(tmp_path / "pedal-data"))


@pytest.fixture(scope="session")
def golden_rows() -> list[dict]:
    """The rows of pedal/protocol/examples/messages.json."""
    path = ROOT / "pedal" / "protocol" / "examples" / "messages.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def bank_folder(tmp_path: Path) -> Path:
    """A good bank of two effects, one of them with both blocks."""
    return write_bank(tmp_path / "night-set")
