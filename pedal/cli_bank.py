"""The commands `pedal bank ...`: parsing only; imports happen on use."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedal.bank_formats import Format
from pedal.cli_options import JsonOption, console
from pedal.paths import FACTORY_BANK

if TYPE_CHECKING:
    from pedal.imports.measure import Yardstick

bank_app = typer.Typer(
    help="Looks into banks, and changes them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
FolderArgument = Annotated[Path, typer.Argument(metavar="BANK", help="Bank folder.")]
EffectArgument = Annotated[
    str, typer.Argument(metavar="EFFECT", help="An id, as `pedal bank list` shows it.")
]


@bank_app.command("list")
def bank_list(bank: FolderArgument = FACTORY_BANK, as_json: JsonOption = False) -> None:
    """Shows the effects of a bank: blocks, error on held-out audio, cost."""
    from pedal.bank import load
    from pedal.bank_views import as_rows, as_table

    loaded = load(bank)
    if as_json:
        print(json.dumps(as_rows(loaded)))
    else:
        console().print(as_table(loaded))


@bank_app.command("check")
def bank_check(bank: FolderArgument = FACTORY_BANK) -> None:
    """Reads every file of a bank; exit 1 and one line for the first fault."""
    from pedal.bank import load

    loaded = load(bank)
    count = sum(len(effect.models) for effect in loaded.effects)
    print(
        f'bank "{loaded.name}": {len(loaded.effects)} effects, {count} models, all good'
    )


@bank_app.command("import")
def bank_import(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="One, or one a block.")
    ],
    name: Annotated[str, typer.Option(help="The effect's name; its id follows.")],
    bank: Annotated[Path, typer.Option("-o", "--bank", help="Bank folder.")],
    knob: Annotated[
        list[str] | None,
        typer.Option(help="Parameter of an input beside the sound; drive. Repeatable."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Adds a model of RTNeural, AIDA-X, GuitarML, NAM or the paper, measured here."""
    from pedal.imports.importer import import_files
    from pedal.imports.views import as_rows, as_table

    effect, imported = import_files(files, name, bank, yardstick(), knob or ())
    if as_json:
        print(json.dumps(as_rows(effect, imported), indent=1))
        return
    console().print(as_table(effect, imported))
    for one in imported:
        for line in one.notes():
            print(line, file=sys.stderr)


@bank_app.command("export")
def bank_export(
    bank: FolderArgument,
    effect: EffectArgument,
    folder: Annotated[Path, typer.Option("-o", "--out", help="Where to.")],
    kind: Annotated[
        Format, typer.Option("--format", help="aida-x: with the gain, block 1 only.")
    ] = Format.RTNEURAL,
) -> None:
    """Writes one effect's models as files that import again."""
    from pedal.bank_export import export

    for path in export(bank, effect, folder, kind):
        print(path)


@bank_app.command("remove")
def bank_remove(bank: FolderArgument, effect: EffectArgument) -> None:
    """Takes an effect out of a bank; its id is not given again."""
    from pedal.bank_edit import remove

    remove(bank, effect)


@bank_app.command("rename")
def bank_rename(
    bank: FolderArgument,
    effect: EffectArgument,
    name: Annotated[str, typer.Argument(metavar="NAME")],
) -> None:
    """Another name for an effect; its id, by which presets know it, stays."""
    from pedal.bank_edit import rename

    rename(bank, effect, name)


def yardstick() -> "Yardstick":
    """What trained models are held against too: training/ measures by the same."""
    from pedal.imports.measure import Yardstick
    from training import figures, loudness
    from training.virtual import guitar

    return Yardstick(
        guitar.stock_clip(),
        loudness.integrated_lufs,
        figures.images_db,
        figures.idle_dbfs,
        figures.TONES_HZ,
    )
