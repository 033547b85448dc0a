"""Compiles kernels with the machine's compiler, at first use or by `make setup`.

Plain calls of the compiler, so that an installed package can do it where no make is.
The name of the result holds a hash of sources, flags and compiler: never a stale one.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(__file__).parent / "source"
COMPILERS = ("c++", "g++", "clang++")
FLAGS = ("-std=c++17", "-O3", "-fPIC", "-Wall", "-Wextra", "-fno-exceptions")
FLAGS += ("-fno-rtti", "-fno-fast-math", "-ffp-contract=fast")
# GCC 12 says it of its own AVX-512 header.
FLAGS += ("-Wno-maybe-uninitialized",)
AVX2 = ("-mavx2", "-mfma")
AVX512 = ("-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", *AVX2)
# Fastest first: the first one that the processor has is taken.
X86 = {"avx512": (*AVX512, "-mprefer-vector-width=512"), "avx2": AVX2, "portable": ()}
PATHS = {"x86_64": X86, "AMD64": X86, "aarch64": {"neon": ()}, "arm64": {"neon": ()}}


def paths() -> dict[str, tuple[str, ...]]:
    """Instruction sets to build for, with their flags, the fastest first."""
    return PATHS.get(platform.machine(), {"portable": ()})


def compiler() -> str | None:
    """The C++ compiler: $CXX, or what is there."""
    chosen = os.environ.get("CXX", "").split() or COMPILERS
    return next(filter(None, map(shutil.which, chosen)), None)


def folders() -> tuple[Path, Path]:
    """Where libraries are kept: in the clone, or else in the user's cache."""
    root = Path(__file__).parents[2]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    kept = cache / "pedal" / "kernels"
    return (root / "build/kernels" if (root / "Makefile").exists() else kept), kept


def kept(name: str, stamp: bytes, make: Callable[[Path, str], bool]) -> Path | None:
    """The library of this name and stamp, made if need be (some seconds).

    make: told a file and the compiler, it compiles there; False where that fails. The
    library appears whole or not at all; two who build at once do no harm.
    returns: None where it cannot be had.
    """
    command = compiler()
    marked = stamp + repr((command, platform.platform())).encode()
    file = f"{name}-{hashlib.sha256(marked).hexdigest()[:16]}.so"
    for folder in folders():
        if (folder / file).exists():
            return folder / file
    if command is None:
        return None
    for folder in folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                aside = Path(scratch) / file
                if not make(aside, command):
                    return None
                aside.replace(folder / file)
            return folder / file
        except OSError:
            continue
    return None


def built() -> Path | None:
    """The recurrent kernel; None where it cannot be compiled."""
    content = [path.read_bytes() for path in sorted(SOURCE.iterdir())]
    content += [repr((FLAGS, paths())).encode()]
    return kept("recurrent", b"".join(content), compile_to)


def compile_to(library: Path, command: str) -> bool:
    """Compiles each path and links them.   returns: whether the compiler went along."""
    objects = []
    listed = "".join(f"X({name}) " for name in paths())
    units = [
        (name, "path.cpp", (*flags, f"-DPEDAL_PATH={name}"))
        for name, flags in paths().items()
    ]
    units.append(("paths", "paths.cpp", (f"-DPEDAL_PATHS(X)={listed}",)))
    for name, source, flags in units:
        target = f"{library.parent}/{name}.o"
        objects.append(target)
        call = [command, *FLAGS, *flags, "-c", str(SOURCE / source), "-o", target]
        if not succeeds(call):
            return False
    return succeeds([command, "-shared", *objects, "-o", str(library)])


def succeeds(call: list[str]) -> bool:
    """Runs the compiler; what it says goes to stderr only where $PEDAL_VERBOSE is."""
    heard = None if os.environ.get("PEDAL_VERBOSE") else subprocess.DEVNULL
    try:
        return subprocess.run(call, stdout=heard, stderr=heard).returncode == 0
    except OSError:
        return False


def main() -> int:
    """Builds both.   returns: 0 in any case, as training works without."""
    from training import kernels_aa  # it builds by this very module

    for found in (built(), kernels_aa.built()):
        print(found or "kernel: not built, so torch is used; install a C++ compiler")
    return 0


if __name__ == "__main__":
    sys.exit(main())
