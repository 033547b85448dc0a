"""The compiled kernel as Python sees it: sizes, pointers, and which path is taken."""

import ctypes
import functools
import os
import sys
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int32, c_int64, c_void_p
from pathlib import Path

from training.errors import TrainingError
from training.kernels import build

CHOICE = "PEDAL_KERNEL"  # a path's name, or "torch" for none
NO_KERNEL = "torch"


class Sizes(ctypes.Structure):
    """T, B, I, H and O of one call; see source/recurrent.h for all of this."""

    _fields_ = [
        (name, c_int32)
        for name in ("gru", "steps", "lanes", "inputs", "hidden", "outputs")
    ]


class Forward(ctypes.Structure):
    """Pointers of the way there."""

    _fields_ = [
        (name, c_void_p)
        for name in (
            *("audio", "hidden", "cell", "input_weight", "hidden_weight"),
            *("input_bias", "hidden_bias", "head"),
            *("output", "last_hidden", "last_cell", "tape"),
        )
    ]


class Backward(ctypes.Structure):
    """Pointers of the way back."""

    _fields_ = [
        (name, c_void_p)
        for name in (
            *("input_weight", "hidden_weight", "head", "tape"),
            *("d_output", "d_last_hidden", "d_last_cell"),
            *("d_audio", "d_hidden", "d_cell", "d_input_weight", "d_hidden_weight"),
            *("d_input_bias", "d_hidden_bias", "d_head"),
        )
    ]


class Instructions(ctypes.Structure):
    """One instruction set."""

    _fields_ = [
        ("name", c_char_p),
        ("supported", CFUNCTYPE(c_int)),
        ("tape_floats", CFUNCTYPE(c_int64, POINTER(Sizes))),
        ("forward", CFUNCTYPE(c_int, POINTER(Sizes), POINTER(Forward))),
        ("backward", CFUNCTYPE(c_int, POINTER(Sizes), POINTER(Backward))),
    ]


@functools.cache
def paths() -> dict[str, Instructions]:
    """What is built and runs on this machine, the fastest first; maybe nothing."""
    found = build.built()
    return {} if found is None else load(found)


def load(library: Path) -> dict[str, Instructions]:
    """The paths of a library; none when it does not load."""
    try:
        opened = ctypes.CDLL(str(library))
        listed = (POINTER(Instructions) * 8).in_dll(opened, "pedal_paths")
    except (OSError, ValueError):
        return {}
    ready = {}
    for entry in listed:
        if not entry:
            break
        if entry.contents.supported():
            ready[entry.contents.name.decode()] = entry.contents
    return ready


@functools.cache
def chosen(name: str | None = None) -> Instructions | None:
    """The path to take: by name, by $PEDAL_KERNEL, or the fastest; None is torch.

    Says so in one line, once, where there is no kernel. Raises TrainingError for a path
    that is not here.
    """
    name = name or os.environ.get(CHOICE)
    if name == NO_KERNEL:
        return None
    ready = paths()
    if name and name not in ready:
        known = ", ".join((*ready, NO_KERNEL))
        raise TrainingError(
            f'kernel "{name}": not on this machine; take one of {known}'
        )
    if not ready:
        print(
            "training: no compiled kernel, so torch is used, 4 to 10 times slower; "
            "install a C++ compiler and run `make setup`",
            file=sys.stderr,
        )
        return None
    return ready[name] if name else next(iter(ready.values()))


def name() -> str:
    """The path that is taken, for provenance."""
    path = chosen()
    return NO_KERNEL if path is None else path.name.decode()
