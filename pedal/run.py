"""Plays live on a laptop: starts the engine, shows its state, sends keys as intents."""

import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from pedal import bank
from pedal.cards import USUAL_CARD, CardChoice
from pedal.children import BridgeProcess, Deaths, Process, start
from pedal.console.find import announced
from pedal.demo import demo_file
from pedal.engine import (
    BLOCKS,
    MAX_PERIOD,
    OWN_BACKEND,
    Settings,
    command,
    data_folder,
    find_bank,
    read_summary,
)
from pedal.errors import BankError, UsageError
from pedal.paths import FACTORY_BANK
from pedal.player import Player
from pedal.ports import new_pin, own_address, page_port, page_text, tcp_port, udp_port
from pedal.protocol.protocol import OSC_PORT
from pedal.state import Session
from pedal.status import summary_text


@dataclass(frozen=True)
class Options:
    """How to play. Port 0 is any free one; seconds None is until q or Ctrl-C.

    bank: None is that of the last sound where no effect is named, else the factory's.
    model_block: None is likewise the last sound's, else 1.
    gui_port: of the page, None is 8080 or a free one. listen: to the network, by PIN.
    osc_listen: opens OSC to the network, for consoles to read. card: of audio "card".
    """

    audio: str = "demo"
    period: int = 128
    seconds: float | None = None
    bank: Path | None = None
    effect: str = ""
    model_block: int | None = None
    osc_port: int = OSC_PORT
    source: Path | None = None
    gui_port: int | None = None
    listen: bool = False
    osc_listen: bool = False
    card: CardChoice = USUAL_CARD
    backend: str = OWN_BACKEND


def play(options: Options, console: Console) -> None:
    """Plays until the time is up, q, Ctrl-C, or the engine's end; prints its figures.

    An engine or a bridge that dies is started again, the engine in its last state.
    Raises UsageError, BankError (an unknown effect of a good bank) and EngineError.
    """
    _check(options)
    first = options.bank or FACTORY_BANK
    _check_bank(first, options, console)
    port = udp_port(options.osc_port)
    page, link_port = page_port(options.gui_port), tcp_port(0)
    pin = new_pin() if options.listen else ""
    bridge = BridgeProcess(page, link_port, first.absolute(), pin)
    with tempfile.TemporaryDirectory(prefix="pedal-") as folder:
        summary_file = Path(folder) / "summary.json"
        settings = Settings(
            bank=first.absolute(),
            last_bank=options.bank is None and not options.effect,
            effect=options.effect,
            model_block=options.model_block,
            osc_port=port,
            link_port=link_port,
            data=data_folder(),
            osc_listen=options.osc_listen,
        )
        engine = EngineProcess(settings, options, summary_file)
        player = Player(engine, bridge, port, console)
        console.print(page_text(page, pin), soft_wrap=True, markup=False)
        with announced(port, options.osc_listen, own_address()):
            player.follow()
        summary = read_summary(summary_file)
    if summary:
        console.print(summary_text(summary), soft_wrap=True, markup=False)


class EngineProcess:
    """Starts the engine, again in the state that it had."""

    def __init__(self, settings: Settings, options: Options, summary: Path) -> None:
        self._settings, self._options, self._summary = settings, options, summary
        self._began_s = time.monotonic()

    def start(self, last: Session, deaths: Deaths) -> Process:
        """Raises EngineError when it cannot be started. last: what it played."""
        options, settings = self._options, self._settings
        if last.boot_id:
            settings = replace(
                settings,
                effect=last.effect,
                bypass=last.bypass or deaths.wants_bypass,
                model_block=last.block,
                params=last.params,
                preset=last.preset,
                bank=self._bank_of(last, deaths),
                last_bank=False,
            )
        extra = ["--summary", str(self._summary), "--backend", options.backend]
        extra += ["--use-analog", "0"]  # a laptop has no knobs that could wait
        if options.audio == "demo":
            extra += ["--in", str(options.source or demo_file())]
        else:
            extra += options.card.words()
        if options.seconds is not None:
            left = options.seconds
            if last.boot_id:
                left = max(left - (time.monotonic() - self._began_s), 0.1)
            extra += ["--seconds", f"{left:g}"]
        line = command(options.period, options.audio, extra)
        return start(line, settings.environment(), stderr=subprocess.PIPE)

    def _bank_of(self, last: Session, deaths: Deaths) -> Path:
        """Where the bank lies that played; the first one after many deaths."""
        first = self._settings.bank
        if deaths.wants_bypass or last.bank_id in ("", first.name):
            return first
        return find_bank(last.bank_id) or first


def _check(options: Options) -> None:
    """Raises UsageError for what cannot be meant."""
    if options.audio not in ("demo", "card"):
        raise UsageError(
            f'--audio: expected demo or card, found "{options.audio}"; '
            "for a file use `pedal render`"
        )
    if options.audio != "card" and options.card != USUAL_CARD:
        raise UsageError("--driver, --input-device and the like: add --audio card")
    if min(options.card.input_channel, options.card.output_channel) < 1:
        raise UsageError("--input-channel, --output-channel: expected 1 or more")
    if not 1 <= options.period <= MAX_PERIOD:
        raise UsageError(
            f"--period: expected 1 to {MAX_PERIOD}, found {options.period}"
        )
    if options.model_block not in (None, *BLOCKS):
        raise UsageError(
            f"--model-block: expected 1 or 16, found {options.model_block}"
        )
    if options.seconds is not None and not 0 < options.seconds < 1e6:
        raise UsageError(f"--seconds: expected above 0, found {options.seconds:g}")
    if not 0 <= options.osc_port <= 65535:
        raise UsageError(f"--osc-port: expected 0 to 65535, found {options.osc_port}")
    if not 0 <= (options.gui_port or 0) <= 65535:
        raise UsageError(f"--gui-port: expected 0 to 65535, found {options.gui_port}")


def _check_bank(folder: Path, options: Options, console: Console) -> None:
    """A bank that cannot be trusted is only told: the pedal then plays dry."""
    try:
        loaded = bank.load(folder)
    except BankError as error:
        console.print(
            f"alarm: {error}; playing dry", style="red", soft_wrap=True, markup=False
        )
        return
    if options.effect and options.effect != bank.CLEAN:
        loaded.effect(options.effect)
