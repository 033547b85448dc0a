"""The commands of `pedal` that look at a rig: parsing only; imports happen on use."""

from pathlib import Path
from typing import Annotated

import typer

from pedal.cli_options import BankOption, JsonOption, console
from pedal.paths import FACTORY_BANK

ThresholdsOption = Annotated[
    Path | None, typer.Option(help="TOML over pedal/console/thresholds.toml.")
]


def monitor(
    board: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST[:PORT]", help="A pedal; may be repeated."),
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="Ends by itself.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a report.")
    ] = False,
    bell: Annotated[bool, typer.Option("--bell", help="A new alarm rings.")] = False,
    thresholds: ThresholdsOption = None,
    log: Annotated[Path | None, typer.Option(help="Keeps every report here.")] = None,
    log_mb: Annotated[
        float, typer.Option(help="Size of the log; the oldest reports go.")
    ] = 200.0,
) -> None:
    """Watches pedals: load, latency, levels, alarms; as lines without a terminal."""
    from pedal.console.monitor import Options
    from pedal.console.monitor import monitor as watch

    options = Options(
        tuple(board or ()), seconds, as_json, bell, thresholds, log, log_mb
    )
    watch(options, console())


def cards(as_json: JsonOption = False) -> None:
    """Lists the sound cards, for `pedal run --audio card`."""
    import json

    from rich.table import Table

    from pedal.cards import card_rows
    from pedal.cards import cards as find_cards

    found = find_cards()
    if as_json:
        print(json.dumps(found, indent=1))
        return
    if not found:
        print("no sound card; plug one in, or start a JACK or PulseAudio server")
        return
    table = Table(box=None)
    for head in ("driver", "number", "name", "inputs", "outputs", "plays at"):
        table.add_column(head)
    for row in card_rows(found):
        table.add_row(*row)
    console().print(table)


def latency(
    effect: Annotated[
        list[str] | None, typer.Option(help="An id, clean or bypass; repeated; all.")
    ] = None,
    model_block: Annotated[
        list[int] | None, typer.Option("--model-block", help="1, 16; default both.")
    ] = None,
    period: Annotated[
        list[int] | None, typer.Option(help="Samples a period; repeated; 128.")
    ] = None,
    times: Annotated[int, typer.Option(help="Of each measurement, 20 or more.")] = 20,
    bank: BankOption = FACTORY_BANK,
    foot: Annotated[
        bool, typer.Option("--foot", help="From a press to the middle of its sound.")
    ] = False,
    card: Annotated[
        bool, typer.Option("--card", help="A cable from output to input of a card.")
    ] = False,
    output_device: Annotated[
        str | None, typer.Option(help="Of --card: number or name.")
    ] = None,
    input_device: Annotated[
        str | None, typer.Option(help="Of --card: number or name.")
    ] = None,
    input_channel: Annotated[int, typer.Option(help="Of --card, from 1.")] = 1,
    minus: Annotated[
        float | None, typer.Option(help="ms of the card alone: a board is the rest.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measures how late the sound is: a virtual loop, a cable, or a foot's press."""
    from pedal.cable import Card
    from pedal.latency_run import Options
    from pedal.latency_run import latency as run_latency

    options = Options(
        bank,
        tuple(effect or ()),
        tuple(model_block or ()),
        tuple(period or ()),
        times,
        foot,
        Card(output_device, input_device, input_channel) if card else None,
        minus,
        as_json,
    )
    run_latency(options, console())


def replay(
    file: Annotated[Path, typer.Argument(help="Of `pedal monitor --log`.")],
    speed: Annotated[
        float | None, typer.Option(help="Times as fast; lines come at once without.")
    ] = None,
    at: Annotated[float, typer.Option(help="Minutes from the start.")] = 0.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a report.")
    ] = False,
    thresholds: ThresholdsOption = None,
) -> None:
    """Plays a console's log back in its screen; as lines without a terminal."""
    from pedal.console.replay import Options
    from pedal.console.replay import replay as play_back

    play_back(Options(file, speed, at, as_json, thresholds), console())


def report(
    file: Annotated[Path, typer.Argument(help="Of `pedal monitor --log`.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The page.")] = Path(
        "show.html"
    ),
    thresholds: ThresholdsOption = None,
) -> None:
    """Writes a log as one HTML page with plots, to read without a network."""
    from pedal.console.report import write

    print(write(file, out, thresholds))


def bench(
    bank: BankOption = FACTORY_BANK,
    rounds: Annotated[int, typer.Option(help="Timings of each, interleaved.")] = 101,
    table: Annotated[
        Path | None, typer.Option(help="Writes the table here, as Markdown.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Times the kernel, by size and for a bank; beside RTNeural where built in."""
    from pedal.bench import Options
    from pedal.bench import bench as run_bench

    run_bench(Options(bank, rounds, table, as_json), console())
