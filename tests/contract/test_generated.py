"""The generated tables say what the TOML files say."""

import copy
import shutil
import subprocess

import pytest

from pedal.protocol import generate
from pedal.protocol.protocol import KNOBS, MESSAGES, PARAMS, VERSION


def test_no_generated_file_is_stale():
    assert generate.stale(generate.load()) == []


def test_a_changed_default_makes_the_tables_stale():
    spec = copy.deepcopy(generate.load())
    spec["param"][0]["default"] += 1.0
    assert "bela/engine/protocol.h" in generate.stale(spec)
    assert "pedal/protocol/protocol.py" in generate.stale(spec)
    assert "gui/protocol.js" in generate.stale(spec)


def test_a_contradiction_is_named():
    spec = copy.deepcopy(generate.load())
    spec["param"][0]["default"] = 1e6
    with pytest.raises(ValueError, match="param trim: default"):
        generate.check(spec)


def test_the_python_tables_hold_what_the_toml_says():
    spec = generate.load()
    assert spec["version"] == VERSION
    assert list(PARAMS) == [row["id"] for row in spec["param"]]
    assert list(MESSAGES) == [row["address"] for row in spec["message"]]
    assert all(KNOBS[row["name"]].high == row["high"] for row in spec["board"]["knob"])


@pytest.mark.skipif(not shutil.which("g++"), reason="needs g++")
@pytest.mark.parametrize("header", ["engine/protocol.h", "controls/board_pins.h"])
def test_the_headers_are_plain_cpp14(header):
    command = ["g++", "-std=c++14", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    source = f'#include "{header}"\nint main() {{}}\n'
    done = subprocess.run(
        [*command, "-fsyntax-only", "-I", generate.ROOT / "bela", "-x", "c++", "-"],
        input=source.encode(),
        check=False,
    )
    assert done.returncode == 0
