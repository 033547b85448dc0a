"""The cascade's training kernel: built at first use by the C++ compiler, by ctypes.

`library()` is None where there is no compiler, where one fails, or where
PEDAL_KERNEL=torch is set; training/aa.py then goes on in torch alone, much slower. It
is built without torch, which `make setup` does not have.
"""

import ctypes
import functools
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from training.kernels import build
from training.kernels.library import CHOICE, NO_KERNEL

if TYPE_CHECKING:
    from torch import Tensor

SOURCE = Path(__file__).with_name("cascade.cpp")
FLAGS = (  # what -ffast-math allows, without its start-up code that changes the process
    *("-std=c++14", "-O3", "-march=native", "-shared", "-fPIC"),
    *("-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros"),
    *("-fassociative-math", "-freciprocal-math", "-ffinite-math-only"),
)
TIMES_SLOWER = 75  # torch: a window there and back, the usual network, one core
NUMBERS = ("steps", "lanes", "taps", "poles", "layers", "units", "features")
POINTERS = (
    *("sizes", "input", "input_pole", "weight", "gain", "bias", "rest", "pole", "slew"),
    *("mix", "low_0", "before_0", "memory_0", "low", "before", "memory", "heard"),
    *("sums", "output", "d_output", "d_input_pole", "d_weight", "d_gain", "d_bias"),
    *("d_rest", "d_pole", "d_slew", "d_mix", "d_heard"),
)


class Job(ctypes.Structure):
    """Mirrors `struct Job` of cascade.cpp; POINTERS are in its order."""

    _fields_ = [
        *((name, ctypes.c_int32) for name in NUMBERS),
        *((name, ctypes.c_void_p) for name in POINTERS),
    ]


def job(numbers: dict[str, int], tensors: "dict[str, Tensor]") -> Job:
    """The arguments of one call; every tensor is float32 (sizes int32) and contiguous.

    The caller keeps the tensors alive until the call is over.
    """
    filled = Job(**numbers)
    for name, tensor in tensors.items():
        setattr(filled, name, tensor.data_ptr())
    return filled


@functools.cache
def library() -> ctypes.CDLL | None:
    """The built kernel, or None; built once a source, compiler and processor."""
    if os.environ.get(CHOICE) == NO_KERNEL:
        return None
    found = built()
    try:
        return None if found is None else loaded(found)
    except OSError:
        return None


@functools.cache
def say_slow() -> None:
    """Says in one line, once, that torch plays a cascade for want of a compiler."""
    if os.environ.get(CHOICE) == NO_KERNEL or library() is not None:
        return
    print(
        f"training: no compiled kernel, so torch plays block 16, {TIMES_SLOWER} times "
        "slower; install a C++ compiler and run `make setup`",
        file=sys.stderr,
    )


def built() -> Path | None:
    """The library's file; None where it cannot be compiled."""
    stamp = f"{FLAGS} {processor()}".encode() + SOURCE.read_bytes()
    return build.kept("cascade", stamp, compile_to)


def compile_to(target: Path, command: str) -> bool:
    """Compiles the one source.   returns: whether the compiler went along."""
    return build.succeeds([command, *FLAGS, "-o", str(target), str(SOURCE)])


def loaded(built: Path) -> ctypes.CDLL:
    """The library with its functions' arguments made known."""
    kernel = ctypes.CDLL(str(built))
    for call in (kernel.CascadeForward, kernel.CascadeBackward):
        call.argtypes, call.restype = [ctypes.POINTER(Job)], None
    numbers, floats = [ctypes.c_int] * 3, [ctypes.c_void_p]
    kernel.CoupleForward.argtypes = [*numbers, *floats * 6]
    kernel.CoupleBackward.argtypes = [*numbers, *floats * 10]
    return kernel


def processor() -> str:
    """What tells processors apart: a kernel for one may stop the program on another."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")
