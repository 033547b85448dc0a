"""The command `pedal`: parsing and exit codes only; imports happen on use.

Exit code 0, 1 after one line on stderr that says what failed, 2 for a wrong usage.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pedal import cli_bank, cli_rig, cli_train
from pedal.cli_options import (
    BackendOption,
    BankOption,
    BlockOption,
    DriverOption,
    EffectOption,
    InputChannelOption,
    InputDeviceOption,
    JsonOption,
    OutputChannelOption,
    OutputDeviceOption,
    PeriodOption,
    console,
)
from pedal.engine import GUI_PORT
from pedal.errors import PedalError, UsageError
from pedal.paths import FACTORY_BANK
from pedal.protocol.protocol import OSC_PORT

app = typer.Typer(
    help="Neural guitar effects played live.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_bank.bank_app, name="bank")


def main() -> None:
    """The console script."""
    try:
        try:
            app()
        finally:
            if sys.stdout:
                sys.stdout.flush()  # a full disk may come to light only here
    except PedalError as error:
        print(f"pedal: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        drop_unwritten()
        sys.exit(1)
    except OSError as error:  # such as a full disk under standard output
        drop_unwritten()
        print(f"pedal: cannot go on: {error}", file=sys.stderr)
        sys.exit(1)


def drop_unwritten() -> None:
    """What standard output could not take is not tried again as Python ends.

    That would say it twice and make the exit code 120.
    """
    out = sys.__stdout__
    if out and sys.stdout is out:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


@app.command()
def run(
    audio: Annotated[
        str, typer.Option(help="demo: a loop; card: your guitar.")
    ] = "demo",
    period: PeriodOption = 128,
    seconds: Annotated[float | None, typer.Option(help="Ends by itself.")] = None,
    bank: Annotated[
        Path | None,
        typer.Option("--bank", envvar="PEDAL_BANK", help="The last one, or factory."),
    ] = None,
    effect: EffectOption = "",
    model_block: Annotated[
        int | None, typer.Option("--model-block", help="1 or 16; the last one.")
    ] = None,
    osc_port: Annotated[int, typer.Option(help="UDP port; 0: any free.")] = OSC_PORT,
    source: Annotated[Path | None, typer.Option("--in", help="Loop to play.")] = None,
    gui_port: Annotated[
        int | None, typer.Option(help="The page's port; 8080, 0: any free.")
    ] = None,
    listen: Annotated[
        bool, typer.Option("--listen", help="Opens the page to the network, by PIN.")
    ] = False,
    osc_listen: Annotated[
        bool, typer.Option("--osc-listen", help="Lets consoles of the network watch.")
    ] = False,
    driver: DriverOption = "",
    input_device: InputDeviceOption = "",
    output_device: OutputDeviceOption = "",
    input_channel: InputChannelOption = 1,
    output_channel: OutputChannelOption = 1,
    backend: BackendOption = "pedal",
) -> None:
    """Plays live: space bypass, n next effect, 1-9 effects, b model block, q quit."""
    from pedal.cards import CardChoice
    from pedal.run import Options, play

    options = Options(
        audio,
        period,
        seconds,
        bank,
        effect,
        model_block,
        osc_port,
        source,
        gui_port,
        listen,
        osc_listen,
        CardChoice(driver, input_device, output_device, input_channel, output_channel),
        backend,
    )
    play(options, console())


@app.command()
def bridge(
    board: Annotated[str, typer.Option(help="The board's name or address.")],
    board_port: Annotated[int, typer.Option(help="Of its Gui.")] = GUI_PORT,
    gui_port: Annotated[
        int | None, typer.Option(help="The page's port; 8080, 0: any free.")
    ] = None,
    bank: Annotated[
        Path | None, typer.Option(help="The board's bank, for Edit's list.")
    ] = None,
    listen: Annotated[
        bool, typer.Option("--listen", help="Opens the page to the network, by PIN.")
    ] = False,
) -> None:
    """Serves the page for a pedal that plays on a board."""
    from pedal.board import Stand, stand

    stand(Stand(board, board_port, gui_port, listen, bank), console())


@app.command()
def render(
    source: Annotated[Path, typer.Argument(metavar="IN.wav")],
    target: Annotated[Path, typer.Argument(metavar="OUT.wav")],
    raw: Annotated[bool, typer.Option("--raw", help="The model alone.")] = False,
    as_json: JsonOption = False,
    effect: Annotated[
        str, typer.Option(help="An id, clean or bypass; default the bank's first.")
    ] = "",
    model_block: BlockOption = 1,
    period: PeriodOption = 128,
    bank: BankOption = FACTORY_BANK,
    score: Annotated[
        Path | None, typer.Option("--performance", help="TOML list of timed events.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Channel of a stereo file: 1 left, 2 right.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="Parameter as id=value; may be repeated.")
    ] = None,
    backend: BackendOption = "pedal",
) -> None:
    """Plays a recording into a float32 WAV, as long as the input plus the delay."""
    from pedal.audio import RATE_HZ
    from pedal.render import Job
    from pedal.render import render as render_job

    params = dict(_assignment(text) for text in param or [])
    job = Job(
        source,
        target,
        effect,
        model_block,
        period,
        bank,
        raw,
        channel,
        score,
        params,
        backend,
    )
    figures = render_job(job)
    if figures.input_rate_hz != RATE_HZ:
        note = f"{source}: resampled from {figures.input_rate_hz} Hz to {RATE_HZ} Hz"
        print(note, file=sys.stderr)
    for note in figures.notes:
        print(note, file=sys.stderr)
    if figures.dropped:
        print(f"{figures.dropped} messages were dropped or clamped", file=sys.stderr)
    for alarm in figures.alarms:
        print(f"alarm: {alarm}", file=sys.stderr)
    if as_json:
        print(json.dumps(asdict(figures)))


def _assignment(text: str) -> tuple[str, float]:
    """`tone=3.5` -> ("tone", 3.5)."""
    name, equals, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = None
    if not equals or number is None:
        raise UsageError(f'--param: expected id=value with a number, found "{text}"')
    return name.strip(), number


@app.command(context_settings={"ignore_unknown_options": True})
def ctl(
    address: Annotated[str, typer.Argument(help="Such as /effect/select.")],
    args: Annotated[list[str] | None, typer.Argument(help="Such as rodent.")] = None,
    host: Annotated[str, typer.Option(help="Where the engine is.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Its OSC port.")] = OSC_PORT,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds to wait; 1, for a bank 10.")
    ] = None,
) -> None:
    """Sends one intent to a running pedal and prints its echo."""
    from pedal.ctl import intent, patience_s
    from pedal.link import Link

    values = intent(address, args or [])
    with Link(host, port) as link:
        echo = link.ask(address, values, timeout or patience_s(address))
    print(echo.address, *(f"{name}={value}" for name, value in echo.named().items()))


for watching in (
    cli_rig.monitor,
    cli_rig.latency,
    cli_rig.cards,
    cli_rig.replay,
    cli_rig.report,
    cli_rig.bench,
):
    app.command()(watching)


@app.command()
def doctor(
    bank: BankOption = FACTORY_BANK,
    period: PeriodOption = 128,
    as_json: JsonOption = False,
) -> None:
    """Looks at this machine and says what to change; exit 1 when it is broken."""
    from pedal.doctor import examine
    from pedal.engine import MAX_PERIOD
    from pedal.findings import Health, as_rows, as_text

    if not 1 <= period <= MAX_PERIOD:
        raise UsageError(f"--period: expected 1 to {MAX_PERIOD}, found {period}")
    findings = examine(bank, period)
    if as_json:
        print(json.dumps(as_rows(findings), indent=1))
    for finding in findings if not as_json else ():
        print(as_text(finding))
    if any(finding.health is Health.BROKEN for finding in findings):
        raise typer.Exit(1)


app.command()(cli_train.train)
app.command()(cli_train.virtual)
app.add_typer(cli_train.evaluate_app, name="evaluate")


if __name__ == "__main__":
    main()
