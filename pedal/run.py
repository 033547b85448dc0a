"""Plays live on a laptop: starts the engine, shows its state, sends keys as intents."""

import ctypes
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pedal import bank
from pedal.demo import demo_file
from pedal.engine import (
    BLOCKS,
    MAX_PERIOD,
    Settings,
    command,
    data_folder,
    read_summary,
)
from pedal.errors import BankError, EngineError, UsageError
from pedal.paths import FACTORY_BANK
from pedal.player import Player
from pedal.protocol.protocol import OSC_PORT
from pedal.status import summary_text

PR_SET_PDEATHSIG = 1  # of prctl(2), linux/prctl.h


@dataclass(frozen=True)
class Options:
    """How to play. osc_port 0 is any free one; seconds None is until q or Ctrl-C."""

    audio: str = "demo"
    period: int = 128
    seconds: float | None = None
    bank: Path = FACTORY_BANK
    effect: str = ""
    model_block: int = 1
    osc_port: int = OSC_PORT
    source: Path | None = None


def play(options: Options, console: Console) -> None:
    """Plays until the time is up, q, Ctrl-C, or the engine's end; prints its figures.

    Raises UsageError, BankError (an unknown effect of a good bank) and EngineError.
    """
    _check(options)
    _check_bank(options, console)
    port = _free_port(options.osc_port)
    with tempfile.TemporaryDirectory(prefix="pedal-") as folder:
        summary_file = Path(folder) / "summary.json"
        player = Player(_start(options, port, summary_file), port, console)
        player.follow()
        summary = read_summary(summary_file)
    if summary:
        console.print(summary_text(summary), soft_wrap=True, markup=False)


def _check(options: Options) -> None:
    """Raises UsageError for what cannot be meant."""
    if options.audio not in ("demo", "card"):
        raise UsageError(
            f'--audio: expected demo or card, found "{options.audio}"; '
            "for a file use `pedal render`"
        )
    if not 1 <= options.period <= MAX_PERIOD:
        raise UsageError(
            f"--period: expected 1 to {MAX_PERIOD}, found {options.period}"
        )
    if options.model_block not in BLOCKS:
        raise UsageError(
            f"--model-block: expected 1 or 16, found {options.model_block}"
        )
    if options.seconds is not None and not 0 < options.seconds < 1e6:
        raise UsageError(f"--seconds: expected above 0, found {options.seconds:g}")
    if not 0 <= options.osc_port <= 65535:
        raise UsageError(f"--osc-port: expected 0 to 65535, found {options.osc_port}")


def _check_bank(options: Options, console: Console) -> None:
    """A bank that cannot be trusted is only told: the pedal then plays dry."""
    try:
        loaded = bank.load(options.bank)
    except BankError as error:
        console.print(
            f"alarm: {error}; playing dry", style="red", soft_wrap=True, markup=False
        )
        return
    if options.effect and options.effect != bank.CLEAN:
        loaded.effect(options.effect)


def _free_port(port: int) -> int:
    """The UDP port to use. Raises EngineError when it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError as cause:
            raise EngineError(
                f"port {port}: expected a free UDP port, found it taken "
                f"({cause.strerror}); stop the other pedal or use --osc-port 0"
            ) from cause
        return int(probe.getsockname()[1])


def _start(options: Options, port: int, summary_file: Path) -> subprocess.Popen[bytes]:
    """Starts the engine in a session of its own, so that Ctrl-C reaches only us.

    When this process dies, by a closed terminal even, the engine fades out and ends.
    """
    settings = Settings(
        bank=options.bank.absolute(),
        effect=options.effect,
        model_block=options.model_block,
        osc_port=port,
        data=data_folder(),
    )
    extra = ["--summary", str(summary_file)]
    if options.audio == "demo":
        extra += ["--in", str(options.source or demo_file())]
    if options.seconds is not None:
        extra += ["--seconds", f"{options.seconds:g}"]
    line = command(options.period, options.audio, extra)
    try:
        return subprocess.Popen(
            line,
            env=settings.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
    except OSError as cause:
        raise EngineError(
            f"engine {line[0]}: cannot be started: {cause.strerror}"
        ) from cause


def _end_with_parent() -> None:
    """In the engine's process, before it starts: its parent's death is a SIGTERM."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
