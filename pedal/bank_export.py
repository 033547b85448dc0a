"""`pedal bank export`: one effect's models as files that import again, whole or not.

RTNeural's JSON is the bank's own file, to the byte. AIDA-X's says more: the gain that
the bank keeps beside the file becomes out_gain, and the skip 0 or 1; it knows one
recurrent layer and one dense, at block 1.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from pedal import bank
from pedal.audio import RATE_HZ
from pedal.bank import Effect, Model
from pedal.bank_formats import Format
from pedal.errors import BankError
from pedal.imports.foreign import numbers

Json = dict[str, Any]
OF_AIDA = (("lstm", "dense"), ("gru", "dense"))


def export(folder: Path, effect_id: str, target: Path, kind: Format) -> list[Path]:
    """Writes one effect's models into the folder `target`.   returns: the files.

    Raises BankError for an unknown effect, a model that the format cannot say, and a
    file that exists.
    """
    effect = bank.load(folder).effect(effect_id)
    files = {
        target / f"{effect.id}-{model.block}.json": _content(effect, model, kind)
        for model in effect.models
    }
    for path in files:
        if path.exists():
            raise BankError(f"{path}: exists already; name another folder with -o")
    _write_all(files)
    return list(files)


def _content(effect: Effect, model: Model, kind: Format) -> bytes:
    """One file's bytes."""
    content = model.path.read_bytes()
    if kind is Format.RTNEURAL:
        return content
    table = _as_aida(effect, model, json.loads(content))
    return (json.dumps(table, separators=(",", ":"), allow_nan=False) + "\n").encode()


def _as_aida(effect: Effect, model: Model, table: Json) -> Json:
    """y = out_gain (f(x) + in_skip x) of ours, y = gain (f(x) + skip x)."""
    layers, skip = table["layers"], float(model.network.skip)
    kinds = tuple(layer.kind for layer in model.network.layers)
    moved = any(layer.recall for layer in model.network.layers)
    plain = kinds in OF_AIDA and layers[-1].get("activation", "") == "" and not moved
    if model.block != 1 or not plain or skip < 0.0:
        found = f"block {model.block}, {' and '.join(kinds)}, skip {skip:g}"
        found += ", moved from another rate" if moved else ""
        raise BankError(
            f'effect "{effect.id}": aida-x: expected block 1, one lstm or gru and one '
            f"dense, skip 0 or above; found {found}; use --format rtneural"
        )
    last = layers[-1]
    weights = [np.asarray(part, float) / (skip or 1.0) for part in last["weights"]]
    gain_db = model.gain_db + (20.0 * float(np.log10(skip)) if skip else 0.0)
    return {
        "in_shape": table["in_shape"],
        "in_skip": int(skip > 0.0),
        "in_gain": 0,
        "out_gain": round(gain_db, 6),
        "metadata": {"name": effect.name, "samplerate": str(RATE_HZ)},
        "layers": [layers[0], last | {"weights": [numbers(one) for one in weights]}],
    }


def _write_all(files: dict[Path, bytes]) -> None:
    """All of them under other names first, then renamed."""
    aside = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in files}
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            aside[path].write_bytes(content)
        for path in files:
            aside[path].replace(path)
    except OSError as cause:
        where = next(iter(files)).parent
        raise BankError(f"{where}: cannot be written: {cause.strerror}") from cause
    finally:
        for path in aside.values():
            path.unlink(missing_ok=True)
