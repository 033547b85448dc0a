"""Any model file -> Foreign: the format is told by its content, never by its name."""

from pathlib import Path

from pedal.imports import keras, nam, state_dict
from pedal.imports.foreign import Foreign
from pedal.model_fields import wrong
from pedal.model_file import MAX_MODEL_BYTES, parse_json, read_bytes

KNOWN = "RTNeural, AIDA-X, GuitarML, NAM or the paper's state dictionary"


def read(path: Path) -> Foreign:
    """The model in a file. Raises BankError naming file, layer, found and expected."""
    table = parse_json(path, read_bytes(path, MAX_MODEL_BYTES))
    if not isinstance(table, dict):
        raise wrong(path, "top level", f"a model of {KNOWN}", type(table).__name__)
    if keras.is_keras(table):
        return keras.read(path, table)
    if state_dict.is_guitarml(table):
        return state_dict.guitarml(path, table)
    if nam.is_nam(table):
        return nam.read(path, table)
    if state_dict.is_paper(table):
        return state_dict.paper(path, table)
    found = ", ".join(sorted(table)[:4]) or "nothing"
    raise wrong(path, "top level", f"a model of {KNOWN}", found)
