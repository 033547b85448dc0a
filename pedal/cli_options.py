"""Options that several commands of `pedal` share, and where they print."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

BankOption = Annotated[
    Path, typer.Option("--bank", envvar="PEDAL_BANK", help="Bank folder.")
]
EffectOption = Annotated[str, typer.Option(help="First effect; the bank's first.")]
BlockOption = Annotated[
    int, typer.Option("--model-block", help="1 or 16 samples a step.")
]
DriverOption = Annotated[
    str, typer.Option(help="Of a card: alsa, jack, pulse, core or wasapi.")
]
OutputDeviceOption = Annotated[str, typer.Option(help="Of a card: number or name.")]
InputDeviceOption = Annotated[str, typer.Option(help="Of a card: number or name.")]
InputChannelOption = Annotated[int, typer.Option(help="The guitar's, from 1.")]
OutputChannelOption = Annotated[int, typer.Option(help="The first of two, from 1.")]
PeriodOption = Annotated[int, typer.Option(help="Samples a period, 1 to 2048.")]
BackendOption = Annotated[
    str, typer.Option(help="pedal, or rtneural where `pedal doctor` finds it.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Figures as JSON on stdout.")]


def console() -> "Console":
    """Where people read."""
    from rich.console import Console

    return Console(highlight=False)
