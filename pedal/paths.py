"""Where things lie in a clone: the engine, what is built, the bank that ships."""

import os
from pathlib import Path

from pedal.errors import EngineError

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
BANKS = ROOT / "pedal" / "banks"  # those that ship
FACTORY_BANK = BANKS / "factory"
GUI = ROOT / "gui"


def engine_path() -> Path:
    """The engine's executable; the environment's PEDAL_ENGINE may name another one.

    Raises EngineError when it is not built.
    """
    path = Path(os.environ.get("PEDAL_ENGINE") or BUILD / "host" / "pedal-engine")
    if not path.is_file():
        raise EngineError(
            f"engine {path}: expected a program, found nothing; run `make build`"
        )
    return path


def bench_paths() -> list[Path]:
    """The benchmark's executables, AVX2 first; PEDAL_BENCH may name another folder.

    Raises EngineError when none is built.
    """
    folder = Path(os.environ.get("PEDAL_BENCH") or BUILD / "host" / "bench")
    paths = [folder / f"pedal-bench-{name}" for name in ("avx2", "native")]
    built = [path for path in paths if path.is_file()]
    if not built:
        raise EngineError(
            f"benchmark {folder}: expected programs, found nothing; run `make bench`"
        )
    return built
