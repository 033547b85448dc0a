"""The command `pedal`: parsing and exit codes only; imports happen on use.

Exit code 0, 1 after one line on stderr that says what failed, 2 for a wrong usage.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pedal import cli_rig
from pedal.cli_options import (
    BankOption,
    BlockOption,
    EffectOption,
    JsonOption,
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
bank_app = typer.Typer(
    help="Looks into banks.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(bank_app, name="bank")

DEFAULT_TRAINED = Path("bank")  # where training puts a bank unless told


def main() -> None:
    """The console script."""
    try:
        app()
    except PedalError as error:
        print(f"pedal: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:  # such as a full disk under standard output
        print(f"pedal: cannot go on: {error}", file=sys.stderr)
        sys.exit(1)


@app.command()
def run(
    audio: Annotated[
        str, typer.Option(help="demo: a loop; card: your guitar.")
    ] = "demo",
    period: PeriodOption = 128,
    seconds: Annotated[float | None, typer.Option(help="Ends by itself.")] = None,
    bank: BankOption = FACTORY_BANK,
    effect: EffectOption = "",
    model_block: BlockOption = 1,
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
) -> None:
    """Plays live: space bypass, n next effect, 1-9 effects, b model block, q quit."""
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
) -> None:
    """Plays a recording into a float32 WAV, as long as the input plus the delay."""
    from pedal.audio import RATE_HZ
    from pedal.render import Job
    from pedal.render import render as render_job

    params = dict(_assignment(text) for text in param or [])
    job = Job(
        source, target, effect, model_block, period, bank, raw, channel, score, params
    )
    figures = render_job(job)
    if figures.input_rate_hz != RATE_HZ:
        note = f"{source}: resampled from {figures.input_rate_hz} Hz to {RATE_HZ} Hz"
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
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the echo.")] = 1.0,
) -> None:
    """Sends one intent to a running pedal and prints its echo."""
    from pedal.ctl import intent
    from pedal.link import Link

    values = intent(address, args or [])
    with Link(host, port) as link:
        echo = link.ask(address, values, timeout)
    print(echo.address, *(f"{name}={value}" for name, value in echo.named().items()))


for watching in (cli_rig.monitor, cli_rig.latency, cli_rig.replay, cli_rig.report):
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


@bank_app.command("list")
def bank_list(
    bank: Annotated[Path, typer.Argument(help="Bank folder.")] = FACTORY_BANK,
    as_json: JsonOption = False,
) -> None:
    """Shows the effects of a bank: blocks, error on held-out audio, cost."""
    from pedal.bank import load
    from pedal.bank_views import as_rows, as_table

    loaded = load(bank)
    if as_json:
        print(json.dumps(as_rows(loaded)))
    else:
        console().print(as_table(loaded))


@bank_app.command("check")
def bank_check(
    bank: Annotated[Path, typer.Argument(help="Bank folder.")] = FACTORY_BANK,
) -> None:
    """Reads every file of a bank; exit 1 and one line for the first fault."""
    from pedal.bank import load

    loaded = load(bank)
    count = sum(len(effect.models) for effect in loaded.effects)
    print(
        f'bank "{loaded.name}": {len(loaded.effects)} effects, {count} models, all good'
    )


@app.command()
def train(
    pairs: Annotated[
        list[Path] | None, typer.Argument(metavar="DRY.wav WET.wav ...")
    ] = None,
    name: Annotated[str, typer.Option(help="Id of the new effect.")] = "",
    virtual: Annotated[str, typer.Option(help="Or a simulated pedal.")] = "",
    fragments: Annotated[
        Path | None, typer.Option(help="Or a folder with dry/ and wet/ recordings.")
    ] = None,
    egfx: Annotated[Path | None, typer.Option(help="Or EGFxSet's folder.")] = None,
    effect_folder: Annotated[
        str, typer.Option(help="Of --egfx, such as TubeScreamer.")
    ] = "",
    pickup: Annotated[
        list[str] | None, typer.Option(help="Of --egfx; repeated; default all.")
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Gets what --egfx lacks.")
    ] = False,
    check_only: Annotated[
        bool, typer.Option("--check-only", help="Says what is wrong, trains nothing.")
    ] = False,
    as_json: JsonOption = False,
    bank: Annotated[
        Path, typer.Option("-o", "--bank", help="Bank to add to.")
    ] = DEFAULT_TRAINED,
    model_block: Annotated[
        int | None, typer.Option(help="1 or 16; default both.")
    ] = None,
    hidden: Annotated[
        int | None, typer.Option(help="Recurrent units, 1 to 128.")
    ] = None,
    recurrent: Annotated[
        bool, typer.Option("--recurrent", help="Block 16 as an LSTM over frames.")
    ] = False,
    recordings: Annotated[
        list[Path] | None, typer.Option(help="Folder of dry guitar for --virtual.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Time at most, a model.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the random numbers.")] = 0,
    drive: Annotated[
        str, typer.Option(help="Of --virtual: knob, fixed, or 0 to 100 %.")
    ] = "knob",
) -> None:
    """Trains an effect from recordings, EGFxSet or a simulated pedal, into a bank."""
    from pedal.train_options import check_name, common, drive_value, source

    shared = common(model_block, hidden, seconds, seed)
    shared |= {"bank_dir": bank, "console": console(), "recurrent": recurrent}
    kind = source(pairs, virtual, fragments, egfx, effect_folder)
    if kind is None or bool(name or check_only) == (kind == "virtual"):
        raise typer.BadParameter(
            "expected DRY.wav WET.wav --name NAME, --fragments DIR --name NAME, --egfx "
            "DIR --effect-folder FOLDER --name NAME, or --virtual NAME"
        )
    if kind == "virtual":
        extra: dict[str, Any] = {
            "recordings": recordings,
            "drive": drive_value(drive),
        }
        _training("train_virtual", virtual, **extra, **shared)
        return
    new_name = check_name(name) if name or not check_only else ""
    shared |= {"check_only": check_only, "as_json": as_json}
    if kind == "egfx":
        extra = {"pickups": pickup or (), "download": download}
        _training("train_egfx", egfx, effect_folder, new_name, **extra, **shared)
    else:
        files = [fragments, fragments] if fragments else pairs or []
        both = list(zip(files[::2], files[1::2], strict=True))
        _training("train_pairs", both, new_name, **shared)


@app.command()
def virtual(
    name: Annotated[str, typer.Argument(help="screamer, blues, rodent or fuzz.")],
    source: Annotated[Path, typer.Argument(metavar="IN.wav")],
    target: Annotated[Path, typer.Argument(metavar="OUT.wav")],
    drive: Annotated[float, typer.Option(help="0 to 100 %.")] = 50.0,
) -> None:
    """Plays a recording through a simulated pedal, the truth that models follow."""
    _training("render_virtual", name, source, target, drive)


@app.command()
def evaluate(
    bank: Annotated[Path, typer.Argument(help="Bank folder.")] = FACTORY_BANK,
    effect: Annotated[str, typer.Option(help="One effect; default all.")] = "",
    model_block: Annotated[
        int | None, typer.Option(help="1 or 16; default both.")
    ] = None,
    pair: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="DRY.wav WET.wav", help="What it was trained on."),
    ] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Dry guitar for simulated pedals.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Of training/runs, that the bank came from.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Writes a report there.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measures models on held-out audio: error, images, idle, loudness, cost."""
    from pedal.deployed import Deployed

    def deploy(name: str, block: int) -> Any:
        return Deployed(bank, name, block).play

    where = {"recordings": recordings, "plan": plan, "pair": pair}
    options = {"as_json": as_json, "page": html, "console": console()}
    _training("evaluate_bank", bank, deploy, effect, model_block, **where, **options)


def _training(function: str, *args: Any, **options: Any) -> None:
    """Calls a function of training.cli, the one way from pedal to training."""
    try:
        import training.cli

        getattr(training.cli, function)(*args, **options)
    except ModuleNotFoundError as cause:
        raise PedalError(
            f"training needs the package {cause.name}, found none; run `make test`, or "
            ".venv/bin/pip install torch -e '.[train]'"
        ) from cause


if __name__ == "__main__":
    main()
