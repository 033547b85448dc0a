"""What `pedal bank list` shows of a bank: plain rows, or a table. Pure."""

from typing import Any

from rich.table import Table

from pedal.bank import Bank


def as_rows(bank: Bank) -> list[dict[str, Any]]:
    """One row per model, with its figures from the manifest."""
    return [
        {
            "effect": effect.id,
            "name": effect.name,
            "block": model.block,
            "units": model.network.units,
            "conditioning": list(model.conditioning),
            "esr": model.quality.get("esr"),
            "held_out_s": model.quality.get("held_out_s"),
            "gain_db": model.gain_db,
            "idle_dbfs": model.idle_dbfs,
            "delay_samples": model.delay_samples,
            "cost_mac_per_sample": model.cost_mac_per_sample,
        }
        for effect in bank.effects
        for model in effect.models
    ]


def as_table(bank: Bank) -> Table:
    """The rows for people; ESR is the error's energy over the sound's, in %."""
    table = Table(title=f'bank "{bank.name}"', box=None, title_justify="left")
    for heading in (
        "effect",
        "block",
        "units",
        "ESR %",
        "held-out s",
        "MAC/sample",
        "knobs",
    ):
        table.add_column(
            heading, justify="left" if heading in ("effect", "knobs") else "right"
        )
    for row in as_rows(bank):
        table.add_row(
            row["effect"],
            str(row["block"]),
            str(row["units"]),
            "?" if row["esr"] is None else f"{100 * row['esr']:.3f}",
            "-" if row["held_out_s"] is None else f"{row['held_out_s']:.0f}",
            f"{row['cost_mac_per_sample']:.0f}",
            ", ".join(row["conditioning"]) or "-",
        )
    return table
