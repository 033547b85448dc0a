"""The engine's process: its settings as environment, its start, its last words."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pedal.children import ending
from pedal.errors import EngineError
from pedal.paths import BANKS, engine_path
from pedal.protocol.protocol import OSC_PORT

BLOCKS = (1, 16)
MAX_PERIOD = 2048
OWN_BACKEND = "pedal"  # who plays the layers of models, where nobody asks for another
OWN_LINE = "pedal-engine: "  # how what the engine says on stderr begins
GUI_PORT = 5555  # where Bela serves its GUI


@dataclass(frozen=True)
class Settings:
    """What the Bela program reads at its start; the same on the board.

    effect: "" is the last sound's of `data`, or the bank's first. bypass: starts there;
    it and model_block are the last sound's, or off and 1, where they are None.
    osc_port: 0 is no OSC. raw: the model alone. data: folder of presets and last sound;
    None is neither read nor written. params: where parameters start, by id, in units.
    preset: the id of the one that a restarted engine goes on to call its sound.
    osc_listen: anybody on the network may read by OSC; this machine controls, and whom
    PEDAL_CONTROL names.
    link_port: of the host's control channel, for the bridge; 0 is none.
    banks: folders of banks that /bank/load may name. last_bank: that of the last sound
    goes before `bank`, where it is still there.
    """

    bank: Path
    effect: str = ""
    bypass: bool | None = None
    model_block: int | None = None
    osc_port: int = OSC_PORT
    gui_port: int = GUI_PORT
    raw: bool = False
    allow_faults: bool = False
    data: Path | None = None
    params: Mapping[str, float] = field(default_factory=dict)
    link_port: int = 0
    preset: str = ""
    osc_listen: bool = False
    banks: tuple[Path, ...] = ()
    last_bank: bool = False

    def environment(self) -> dict[str, str]:
        """This process's environment with the program's settings in it."""
        control = ["127.0.0.1", os.environ.get("PEDAL_CONTROL", "")]
        listen = {"PEDAL_LISTEN": "1"} if self.osc_listen else {}
        params = ",".join(f"{name}={value!r}" for name, value in self.params.items())
        return os.environ | {
            "PEDAL_BANK": str(self.bank),
            "PEDAL_BANKS": ":".join(map(str, self.banks or bank_folders())),
            "PEDAL_LAST_BANK": str(int(self.last_bank)),
            "PEDAL_EFFECT": self.effect,
            "PEDAL_BYPASS": "" if self.bypass is None else str(int(self.bypass)),
            "PEDAL_MODEL_BLOCK": str(self.model_block or ""),
            "PEDAL_OSC_PORT": str(self.osc_port),
            "PEDAL_GUI_LINK_PORT": str(self.link_port),
            "PEDAL_GUI_PORT": str(self.gui_port),
            "PEDAL_RAW": str(int(self.raw)),
            "PEDAL_DATA": str(self.data.absolute()) if self.data else "",
            "PEDAL_PARAMS": params,
            "PEDAL_PRESET": self.preset,
            "PEDAL_ALLOW_FAULTS": str(int(self.allow_faults)),
            "PEDAL_CONTROL": ",".join(filter(None, control)),
            **listen,
        }


def data_folder() -> Path:
    """Where a laptop keeps presets and last sound: PEDAL_DATA, or under XDG_DATA_HOME.

    Source: XDG Base Directory Specification 0.8.
    """
    if named := os.environ.get("PEDAL_DATA"):
        return Path(named)
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "pedal"


def bank_folders() -> tuple[Path, ...]:
    """Where banks lie that are loaded by name: the player's own, those that ship."""
    return (data_folder().absolute() / "banks", BANKS)


def _is_bank(path: Path) -> bool:
    """As the engine sees it: a link is none."""
    return not path.is_symlink() and (path / "bank.json").is_file()


def find_bank(name: str) -> Path | None:
    """The folder of a bank by its name, which must be one; None for none."""
    folders = (root / name for root in bank_folders())
    return next((path for path in folders if _is_bank(path)), None)


def command(period: int, audio: str, options: Sequence[str]) -> list[str]:
    """The engine's command line. Raises EngineError when it is not built."""
    return [str(engine_path()), "--period", str(period), "--audio", audio, *options]


def run_to_end(line: Sequence[str], settings: Settings) -> list[str]:
    """Runs an offline engine; returns what it says about its back end.

    Raises EngineError with its last line when it fails.
    """
    try:
        done = subprocess.run(
            line,
            env=settings.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as cause:
        raise EngineError(
            f"engine {line[0]}: cannot be started: {cause.strerror}"
        ) from cause
    if done.returncode:
        raise EngineError(last_words(done.stderr, done.returncode))
    return backend_notes(done.stderr)


def backend_notes(stderr: str) -> list[str]:
    """What another back end can't play, as the engine says it."""
    said = (text.removeprefix(OWN_LINE) for text in stderr.splitlines())
    return [text for text in said if text.startswith("--backend")]


def last_words(stderr: str, code: int) -> str:
    """Why an engine ended: its last line on stderr, or its signal."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    own = [line for line in lines if line.startswith(OWN_LINE)]
    if own:
        return own[-1].removeprefix(OWN_LINE)
    said = f", saying: {lines[-1][:200]}" if lines else "; `pedal doctor` may know why"
    return f"the engine {ending(code)}{said}"


def read_summary(path: Path) -> dict[str, Any]:
    """The figures that the engine left at its end; {} when it left none."""
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return summary if isinstance(summary, dict) else {}
