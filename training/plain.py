"""JSON that every reader takes: what is no number is null."""

import json
import math
from collections.abc import Mapping
from typing import Any


def finite(value: Any) -> Any:
    """The same with null for infinities and NaN; mappings and sequences within too."""
    if isinstance(value, float):  # NumPy's doubles as well
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def dumps(value: Any, indent: int | None = None) -> str:
    """Its JSON."""
    return json.dumps(finite(value), indent=indent, allow_nan=False)
