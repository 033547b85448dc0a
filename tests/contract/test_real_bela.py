"""The Bela program against the real headers of a checkout named by BELA_DIR."""

import os
import subprocess
from pathlib import Path

import pytest

BELA = Path(__file__).resolve().parents[2] / "bela"
BOARD_SOURCES = [
    BELA / "render.cpp",
    *sorted(BELA.glob("controls/*.cpp")),
    *sorted(BELA.glob("engine/*.cpp")),
    *sorted(BELA.glob("io/*.cpp")),
]
REAL = os.environ.get("BELA_DIR", "")


@pytest.mark.skipif(not REAL, reason="BELA_DIR names no checkout of Bela")
@pytest.mark.parametrize("source", BOARD_SOURCES, ids=lambda path: path.name)
def test_the_program_compiles_against_the_real_bela(source) -> None:
    includes = [f"-I{REAL}", f"-I{REAL}/include", f"-I{BELA}"]
    options = ["-fsyntax-only", "-std=c++14", "-Wall", "-Werror", "-O3", "-ffast-math"]
    done = subprocess.run(
        ["g++", *options, *includes, str(source)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
