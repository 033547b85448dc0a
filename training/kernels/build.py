"""Compiles the recurrent kernel with the machine's compiler: training.kernels.build.

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


def file_name(command: str | None) -> str:
    """Name of the library that these sources, flags and this compiler make."""
    content = [path.read_bytes() for path in sorted(SOURCE.iterdir())]
    content += [repr((command, FLAGS, paths(), platform.platform())).encode()]
    return f"recurrent-{hashlib.sha256(b''.join(content)).hexdigest()[:16]}.so"


def built() -> Path | None:
    """The library, compiled if need be (some seconds); None where that cannot be."""
    command = compiler()
    name = file_name(command)
    for folder in folders():
        if (folder / name).exists():
            return folder / name
    if command is None:
        return None
    for folder in folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return compile_to(folder / name, command)
        except OSError:
            continue
    return None


def compile_to(library: Path, command: str) -> Path | None:
    """Compiles each path and links them.   returns: None when the compiler refuses.

    The library appears whole or not at all; two who build at once do no harm.
    """
    with tempfile.TemporaryDirectory(dir=library.parent) as scratch:
        objects = []
        listed = "".join(f"X({name}) " for name in paths())
        units = [
            (name, "path.cpp", (*flags, f"-DPEDAL_PATH={name}"))
            for name, flags in paths().items()
        ]
        units.append(("paths", "paths.cpp", (f"-DPEDAL_PATHS(X)={listed}",)))
        for name, source, flags in units:
            target = f"{scratch}/{name}.o"
            objects.append(target)
            call = [command, *FLAGS, *flags, "-c", str(SOURCE / source), "-o", target]
            if not succeeds(call):
                return None
        made = f"{scratch}/{library.name}"
        if not succeeds([command, "-shared", *objects, "-o", made]):
            return None
        os.replace(made, library)
    return library


def succeeds(call: list[str]) -> bool:
    """Runs the compiler; what it says goes to stderr only where $PEDAL_VERBOSE is."""
    heard = None if os.environ.get("PEDAL_VERBOSE") else subprocess.DEVNULL
    try:
        return subprocess.run(call, stdout=heard, stderr=heard).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    found = built()
    print(found or "kernels: not built, so torch is used; install a C++ compiler")
    sys.exit(0)  # training works without
