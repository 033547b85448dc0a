"""Who may know whom: the layers of the tree (see the README's section on layers)."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
STD_CPP = re.compile(r"<[a-z_0-9]+>")  # <vector>, <cmath>: no dot, no folder
SYSTEM_C = {"<arm_neon.h>", "<immintrin.h>", "<xmmintrin.h>", "<emmintrin.h>"}

# Python modules of pedal/ that must stay pure, and all that they may import of pedal.
PURE = {
    "errors": set(),
    "messages": {"errors", "protocol"},
    "osc": {"errors", "messages", "protocol"},
    "state": {"messages", "protocol"},
    "status": {"state"},
    "ctl": {"errors", "messages", "protocol"},
    "performance": {"errors", "protocol"},
    "model_fields": {"errors"},
    "cascade_file": {"model_fields"},
    "layer_file": {"model_fields"},
    "model_file": {"cascade_file", "errors", "layer_file", "model_fields"},
    "model_cost": {"cascade_file", "layer_file", "model_file"},
    "imports/foreign": {"model_fields"},
    "imports/keras": {"imports", "model_fields", "model_file"},
    "imports/nam": {"imports", "model_fields"},
    "imports/state_dict": {"imports", "model_fields"},
    "imports/formats": {"imports", "model_fields", "model_file"},
    "bank": {"errors", "model_file", "protocol"},
    "bank_views": {"bank"},
    "train_options": {"errors"},
    "visitors": {"errors", "messages"},
    "silence": set(),
    "findings": set(),
    "arrival": set(),
    "latency": {"arrival", "errors"},
    "latency_views": {"latency"},
    "bench_views": set(),
    "console/telemetry": set(),
    "console/course": {"console"},
    "console/fast": {"messages", "protocol"},
    "console/session": {"console", "messages", "state"},
    "console/alarms": {"console"},
    "console/thresholds": {"errors"},
    "console/rig": {"console", "messages"},
    "console/figures": set(),
    "console/rows": {"console"},
    "console/lists": {"console"},
    "console/views": {"console"},
    "console/keys": {"console", "messages"},
    "console/plain": {"console"},
    "console/example": {"console", "messages"},
}
WORLD = {"socket", "subprocess", "select", "threading", "asyncio", "time", "os"}


def imports(path: Path) -> Iterator[str]:
    """The modules that a Python file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names)


def includes(path: Path) -> Iterator[str]:
    """What a C++ file includes, with its brackets or quotes."""
    text = path.read_text(encoding="utf-8")
    yield from re.findall(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")', text, re.MULTILINE)


def files(folder: str, *endings: str) -> list[Path]:
    found = [path for end in endings for path in (ROOT / folder).rglob(f"*{end}")]
    return sorted(found)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", files("pedal", ".py"), ids=name)
def test_torch_stays_in_training(path):
    assert not [module for module in imports(path) if module.split(".")[0] == "torch"]


@pytest.mark.parametrize("path", files("pedal", ".py"), ids=name)
def test_only_the_command_line_reaches_training(path):
    reaches = any(module.split(".")[0] == "training" for module in imports(path))
    assert not reaches or name(path).startswith("pedal/cli")


@pytest.mark.parametrize("path", sorted(ROOT.glob("pedal/cli*.py")), ids=name)
def test_the_command_line_reaches_training_inside_a_function_only(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not [node for node in top if "training" in ast.dump(node)]


@pytest.mark.parametrize("path", files("training", ".py"), ids=name)
def test_training_knows_only_banks_and_errors_of_pedal(path):
    allowed = ("pedal.bank", "pedal.errors")
    of_pedal = [module for module in imports(path) if module.split(".")[0] == "pedal"]
    assert all(module.startswith(allowed) for module in of_pedal), of_pedal


@pytest.mark.parametrize("path", files("pedal/protocol", ".py"), ids=name)
def test_the_protocol_imports_nothing(path):
    for module in imports(path):
        inside = module.startswith("pedal.protocol")
        assert inside or module.split(".")[0] in sys.stdlib_module_names, module


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_know_only_what_they_may(module):
    for imported in imports(ROOT / "pedal" / f"{module}.py"):
        head, *rest = imported.split(".")
        assert head not in WORLD, imported
        assert head != "pedal" or rest[0] in PURE[module], imported
        if head == "pedal" and rest[0] == "console":
            assert f"console/{rest[1]}" in PURE, imported


@pytest.mark.parametrize("path", files("bela/engine", ".h", ".cpp"), ids=name)
def test_the_engine_includes_only_itself_and_the_standard_library(path):
    for header in includes(path):
        own = header.startswith('"engine/')
        assert own or STD_CPP.fullmatch(header) or header in SYSTEM_C, header


@pytest.mark.parametrize("path", files("bela/controls", ".h", ".cpp"), ids=name)
def test_the_controls_include_only_the_engine_and_the_standard_library(path):
    for header in includes(path):
        own = header.startswith(('"controls/', '"engine/'))
        assert own or STD_CPP.fullmatch(header), header


@pytest.mark.parametrize("path", files("bela/io", ".h", ".cpp"), ids=name)
def test_io_does_not_know_the_host(path):
    assert not [header for header in includes(path) if header.startswith('"host/')]


@pytest.mark.parametrize("path", files("bela/host", ".h", ".cpp"), ids=name)
def test_the_host_knows_of_the_pedal_only_its_tables(path):
    names = ("controls/board_pins", "engine/curve", "engine/protocol", "engine/timing")
    tables = {f'"{name}.h"' for name in names}
    foreign = ('"engine/', '"controls/', '"io/')
    found = {header for header in includes(path) if header.startswith(foreign)}
    assert found <= tables


@pytest.mark.parametrize("path", files("gui", ".js"), ids=name)
def test_the_gui_comes_without_a_network(path):
    text = path.read_text(encoding="utf-8")
    found = re.findall(r'(?<![\w/])(?:from|import)\s*\(?\s*"([^"]+)"', text)
    assert all(module.startswith("./") for module in found), found
