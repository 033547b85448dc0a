"""The commands that need training/: `pedal train`, `virtual` and `evaluate`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pedal.cli_options import JsonOption, console
from pedal.errors import PedalError, UsageError
from pedal.paths import FACTORY_BANK

DEFAULT_TRAINED = Path("bank")  # where training puts a bank unless told
DEFAULT_PAPER = Path("paper")
HELP = ("--help", "-h")
DriveOption = Annotated[
    list[str] | None,
    typer.Option(help="Of pairs: 0 to 100 %, one each; of --virtual: or knob, fixed."),
]
ToneOption = Annotated[
    list[str] | None, typer.Option(help="The same of the tone; --virtual: fixed.")
]


class BankUnlessNamed(TyperGroup):
    """A group whose command `bank` is meant where none is named.

    So `pedal evaluate mybank` is `pedal evaluate bank mybank`; a bank that is called
    like a command is ./paper.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Names the command that is meant."""
        if not args or args[0] not in (*self.commands, *HELP):
            args = ["bank", *args]
        return super().parse_args(ctx, args)


evaluate_app = typer.Typer(
    help="Measures models on held-out audio; `paper` redoes its comparisons.",
    cls=BankUnlessNamed,
    rich_markup_mode=None,
)


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
    drive: DriveOption = None,
    tone: ToneOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Models at once; default: the cores.")
    ] = None,
    ray: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Ray cluster's, or local.")
    ] = None,
) -> None:
    """Trains an effect from recordings, EGFxSet or a simulated pedal, into a bank.

    A report of it is written beside the bank.
    """
    from pedal.deployed import Deployed
    from pedal.train_options import (
        check_name,
        common,
        in_pairs,
        positions,
        source,
        turned,
    )

    shared = common(model_block, hidden, seconds, seed)
    shared |= {"bank_dir": bank, "console": console(), "recurrent": recurrent}
    shared |= {"deploy": Deployed, "workers": workers, "ray": ray}
    kind = source(pairs, virtual, fragments, egfx, effect_folder)
    if kind is None or bool(name or check_only) == (kind == "virtual"):
        raise typer.BadParameter(
            "expected DRY.wav WET.wav --name NAME, --fragments DIR --name NAME, --egfx "
            "DIR --effect-folder FOLDER --name NAME, or --virtual NAME"
        )
    if kind == "virtual":
        extra: dict[str, Any] = {"recordings": recordings}
        extra |= turned(drive=drive, tone=tone)
        _training("train_virtual", virtual, **extra, **shared)
        return
    new_name = check_name(name) if name or not check_only else ""
    shared |= {"check_only": check_only, "as_json": as_json}
    knobs = positions(drive=drive, tone=tone)
    if knobs and kind != "pairs":
        raise UsageError(
            f"--{next(iter(knobs))}: expected DRY.wav WET.wav pairs or --virtual with "
            f"it, found --{kind}"
        )
    if kind == "egfx":
        extra = {"pickups": pickup or (), "download": download}
        _training("train_egfx", egfx, effect_folder, new_name, **extra, **shared)
    else:
        files = [fragments, fragments] if fragments else pairs or []
        both = in_pairs(files)
        _training("train_pairs", both, new_name, positions=knobs, **shared)


def virtual(
    name: Annotated[str, typer.Argument(help="screamer, blues, rodent or fuzz.")],
    source: Annotated[Path, typer.Argument(metavar="IN.wav")],
    target: Annotated[Path, typer.Argument(metavar="OUT.wav")],
    drive: Annotated[float, typer.Option(help="0 to 100 %.")] = 50.0,
    tone: Annotated[
        float, typer.Option(help="0 to 100 %; not of blues, which has none.")
    ] = 50.0,
) -> None:
    """Plays a recording through a simulated pedal, the truth that models follow."""
    _training("render_virtual", name, source, target, drive, tone)


@evaluate_app.command("bank")
def evaluate(
    bank: Annotated[Path, typer.Argument(help="Bank folder.")] = FACTORY_BANK,
    pairs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DRY.wav WET.wav ...", help="As --pair; one or more."),
    ] = None,
    effect: Annotated[str, typer.Option(help="One effect; default all.")] = "",
    model_block: Annotated[
        int | None, typer.Option(help="1 or 16; default both.")
    ] = None,
    pair: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="DRY.wav WET.wav", help="What it was trained on."),
    ] = None,
    drive: Annotated[
        list[str] | None, typer.Option(help="Of the pairs: 0 to 100 %, one each.")
    ] = None,
    tone: Annotated[
        list[str] | None, typer.Option(help="The same of the tone.")
    ] = None,
    egfx: Annotated[
        Path | None, typer.Option(help="EGFxSet's folder, if it was trained on that.")
    ] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Dry guitar for simulated pedals.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Of training/runs, that the bank came from.")
    ] = None,
    unheard: Annotated[
        bool, typer.Option("--unheard", help="On what the plan took no part of.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Writes a report there.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measures models on held-out audio: error, images, idle, loudness, cost."""
    from pedal.deployed import Deployed
    from pedal.train_options import in_pairs, positions

    def deploy(name: str, block: int) -> Any:
        return Deployed(bank, name, block).play

    where: dict[str, Any] = {"recordings": recordings, "plan": plan, "egfx": egfx}
    where["pairs"] = [*([pair] if pair else []), *in_pairs(pairs)]
    where["positions"] = positions(drive=drive, tone=tone)
    options = {"as_json": as_json, "page": html, "console": console()}
    options["unheard"] = unheard
    _training("evaluate_bank", bank, deploy, effect, model_block, **where, **options)


@evaluate_app.command()
def paper(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder; goes on where it was.")
    ] = DEFAULT_PAPER,
    egfx: Annotated[
        Path | None, typer.Option(help="EGFxSet's folder; default: simulated notes.")
    ] = None,
    effect: Annotated[
        str, typer.Option(help="Folder of --egfx, or a simulated pedal.")
    ] = "",
    phrases: Annotated[
        Path | None, typer.Option(help="dry/ and wet/ of phrases, for --egfx.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Of each training.")] = 3,
    updates: Annotated[int, typer.Option(min=1, help="Of each training.")] = 5000,
    sizes: Annotated[
        str, typer.Option(help="Hidden units of both blocks.")
    ] = "6,16,64",
    seconds: Annotated[
        float, typer.Option(min=20.0, help="Of audio to learn from, of each kind.")
    ] = 180.0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Trainings at once; default: the cores.")
    ] = None,
) -> None:
    """Redoes the paper's comparisons: notes or phrases, block 1 or 16, convergence."""
    from pedal.deployed import Deployed

    given: dict[str, Any] = {
        "egfx": egfx,
        "effect": effect,
        "phrases": phrases,
        "sizes": sizes,
    }
    given |= {"seeds": seeds, "updates": updates, "seconds": seconds}
    _training(
        "evaluate_paper", output, Deployed, given, workers=workers, console=console()
    )


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
