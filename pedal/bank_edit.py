"""Changes a bank folder: adds, removes, renames and hands out effects, whole or not.

New model files come first, under names that the bank does not use yet; then bank.json
is written aside and renamed, so that a reader sees the old bank or the new one; files
that nothing names any more go last. Ids never change and are never given twice: those
of removed effects stay in the manifest's list "retired".
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pedal import bank
from pedal.bank import MANIFEST
from pedal.errors import BankError

Json = dict[str, Any]
MOST_EFFECTS, MOST_ID, MOST_NAME = 32, 31, 63
RESERVED = (bank.CLEAN, "bypass")
# None is red: that is for faults. Told apart by the colour-blind, as in gui/views.js.
COLOURS = ("#e69f00", "#2f6fb5", "#f0e442", "#9fd4ff", "#cc79a7", "#009e73")


@dataclass(frozen=True)
class New:
    """A model to add: its row for bank.json without file and sha256, and the file."""

    row: Json
    content: bytes


def add(folder: Path, name: str, models: Sequence[New], provenance: Json) -> str:
    """Adds models to a bank, which is made where there is none.   returns: the id.

    An effect of this name gets the blocks that it lacks; else it is a new effect with
    an id from its name. Raises BankError, and then the folder is as it was.
    """
    name = checked_name(name)
    if not (folder / MANIFEST).exists():
        return _make(folder, name, models, provenance)
    with _changing(folder) as (table, written):
        check_room(folder, name, [new.row["block"] for new in models])
        effect = effect_named(table, name)
        if effect is None:
            effect = _new_effect(table, name, provenance)
            table["effects"].append(effect)
        _put(folder, effect, models, written)
        return str(effect["id"])


def remove(folder: Path, effect_id: str) -> None:
    """Takes an effect and its files out of a bank. Raises BankError."""
    with _changing(folder) as (table, _):
        effect = _effect(folder, table, effect_id)
        if len(table["effects"]) == 1:
            raise BankError(
                f'bank {folder}: "{effect_id}" is its last effect, and a bank has at '
                "least one; add another first, or delete the folder"
            )
        table["effects"].remove(effect)
        table["retired"] = sorted({*retired(table), effect_id})


def rename(folder: Path, effect_id: str, name: str) -> None:
    """Another name for an effect; its id stays, by which presets know it."""
    name = checked_name(name)
    with _changing(folder) as (table, _):
        other = effect_named(table, name)
        effect = _effect(folder, table, effect_id)
        if other is not None and other is not effect:
            raise BankError(
                f'bank {folder}: effect "{other["id"]}" is called "{name}" already; '
                "take another name"
            )
        effect["name"] = name


def check_room(folder: Path, name: str, blocks: Sequence[int] = ()) -> None:
    """Raises BankError where `add` would, before the work is done."""
    bank.load(folder)
    table = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    effect = effect_named(table, name)
    if effect is None and len(table["effects"]) >= MOST_EFFECTS:
        raise BankError(
            f"bank {folder}: expected at most {MOST_EFFECTS} effects, found that many; "
            "remove one"
        )
    clash = blocks_of(effect) & set(blocks) if effect else set()
    if effect and clash:
        raise BankError(
            f'bank {folder}: effect "{effect["id"]}" has a model of block '
            f"{min(clash)}; take another name, or remove it first"
        )


def write_new(folder: Path, name: str, models: Sequence[New], provenance: Json) -> None:
    """A bank of one effect in a folder that does not exist yet."""
    folder.mkdir(parents=True)
    table: Json = {"format": 1, "name": identify(folder.name, ())}
    table |= {"sample_rate_hz": 44100, "effects": []}
    table["effects"].append(_new_effect(table, name, provenance))
    _put(folder, table["effects"][0], models, [])
    _write(folder / MANIFEST, _text(table))


def checked_name(name: str) -> str:
    """A name without blanks around it. Raises BankError."""
    kept = " ".join(name.split())
    if not 1 <= len(kept) <= MOST_NAME or not kept.isprintable():
        raise BankError(f'name: expected 1 to {MOST_NAME} letters, found "{name[:70]}"')
    return kept


def identify(name: str, taken: Sequence[str]) -> str:
    """An id from a name: "Mein Rüßel!" -> "mein-russel"; "-2" and so on where taken."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = re.sub(r"[^a-z0-9]+", "-", folded.encode("ascii", "ignore").decode())
    stem = plain.strip("-")[:MOST_ID].strip("-") or "effect"
    tried, number = stem, 1
    while tried in taken:
        number += 1
        tail = f"-{number}"
        tried = stem[: MOST_ID - len(tail)].rstrip("-") + tail
    return tried


def effect_named(table: Json, name: str) -> Json | None:
    """The effect of this name, letters' case left out; by id where none has it."""
    wanted = name.casefold()
    for key in ("name", "id"):
        for effect in table["effects"]:
            if effect[key].casefold() == wanted:
                return effect
    return None


def blocks_of(effect: Json) -> set[int]:
    """The blocks that an effect of a manifest has."""
    return {model["block"] for model in effect["models"]}


def retired(table: Json) -> list[str]:
    """Ids of effects that a bank once had."""
    return list(table.get("retired", []))


def _make(folder: Path, name: str, models: Sequence[New], provenance: Json) -> str:
    """A new bank: built aside, then given its name."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BankError(
            f"bank {folder}: expected a bank, an empty folder or nothing, found "
            "something else; name another folder"
        )
    aside = folder.absolute().with_name(f".{folder.absolute().name}.{os.getpid()}")
    try:
        write_new(aside, name, models, provenance)
        named = identify(folder.absolute().name, ())
        made = json.loads((aside / MANIFEST).read_text(encoding="utf-8"))
        _write(aside / MANIFEST, _text(made | {"name": named}))
        bank.load(aside)
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    except OSError as cause:
        raise BankError(
            f"bank {folder}: cannot be written: {cause.strerror}"
        ) from cause
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return str(made["effects"][0]["id"])


def _new_effect(table: Json, name: str, provenance: Json) -> Json:
    """An effect without models, with an id that is new."""
    taken = [effect["id"] for effect in table["effects"]] + retired(table)
    return {
        "id": identify(name, (*taken, *RESERVED)),
        "name": name,
        "colour": _colour(table),
        "models": [],
        "provenance": provenance,
    }


def _colour(table: Json) -> str:
    """The colour that the fewest effects of a bank have."""
    used = [effect["colour"] for effect in table["effects"]]
    return min(COLOURS, key=used.count)


def _put(
    folder: Path, effect: Json, models: Sequence[New], written: list[Path]
) -> None:
    """Writes the model files and puts their rows into the effect, by block.

    written: told of each file.
    """
    for new in models:
        digest = hashlib.sha256(new.content).hexdigest()
        file = f"{effect['id']}-{new.row['block']}.json"
        if (folder / file).exists():
            file = f"{effect['id']}-{new.row['block']}-{digest[:8]}.json"
        written.append(folder / file)
        _write(folder / file, new.content)
        head = {"block": new.row["block"], "file": file, "sha256": digest}
        effect["models"].append(head | new.row)
    effect["models"].sort(key=lambda model: model["block"])


@contextmanager
def _changing(folder: Path) -> Iterator[tuple[Json, list[Path]]]:
    """The manifest of a good bank to change, and a list for new files.

    One process at a time. The manifest is written when the block ends well; when it
    fails the files of the list are removed again.
    """
    bank.load(folder)
    try:
        lock = os.open(folder, os.O_RDONLY)
    except OSError as cause:
        raise BankError(f"bank {folder}: cannot be opened: {cause.strerror}") from cause
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = _files(bank.load(folder))
        written: list[Path] = []
        table = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        try:
            yield table, written
            after = _files(bank.of_table(folder, table))
            _write(folder / MANIFEST, _text(table))
        except BaseException as cause:
            for path in written:
                path.unlink(missing_ok=True)
            if isinstance(cause, OSError):
                why = cause.strerror
                line = f"bank {folder}: cannot be written: {why}"
                raise BankError(line) from cause
            raise
        for path in before - after:
            path.unlink(missing_ok=True)
            (path.parent / "golden" / path.name).unlink(missing_ok=True)
    finally:
        os.close(lock)


def _files(loaded: bank.Bank) -> set[Path]:
    """The model files of a bank."""
    return {model.path for effect in loaded.effects for model in effect.models}


def _effect(folder: Path, table: Json, effect_id: str) -> Json:
    """The effect of this id. Raises BankError, naming what exists."""
    for effect in table["effects"]:
        if effect["id"] == effect_id:
            return effect
    known = ", ".join(effect["id"] for effect in table["effects"])
    raise BankError(f'bank {folder}: no effect "{effect_id}"; there are {known}')


def _text(table: Json) -> bytes:
    """A manifest's bytes."""
    return (json.dumps(table, indent=1, allow_nan=False) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """Writes aside, syncs and renames."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
