"""Writes the protocol tables of C++, Python and JavaScript from the TOML beside it.

`python -m pedal.protocol.generate` writes, `--check` only compares (exit 1 when stale).
Only the standard library is used, so that it runs before anything is installed.
"""

import sys
import tomllib
from pathlib import Path

from pedal.protocol.gestures import check_gestures
from pedal.protocol.to_cpp import cpp_board, cpp_protocol
from pedal.protocol.to_javascript import javascript
from pedal.protocol.to_python import python

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def load(folder: Path = HERE) -> dict:
    """The TOML as one dict: versions, port, message, intent_option, param, board."""
    tables = {
        name: tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("messages", "params", "board")
    }
    spec = {
        "version": tables["messages"]["version"],
        "pedal_version": pedal_version(),
        "port": tables["messages"]["protocol_osc_port"],
        "message": tables["messages"]["message"],
        "intent_option": tables["messages"]["intent_option"],
        "param": tables["params"]["param"],
        "board": tables["board"],
    }
    check(spec)
    return spec


def pedal_version() -> str:
    """The version of the whole, which a pedal tells its consoles."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return table["project"]["version"]


def check(spec: dict) -> None:
    """Raises ValueError, in one line, when two rows contradict each other."""
    for kind, key in (("message", "address"), ("param", "id")):
        names = [row[key] for row in spec[kind]]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{kind} {twice[0]}: defined twice; keep one")
    for row in spec["param"]:
        if not row["min"] <= row["default"] <= row["max"]:
            raise ValueError(
                f"param {row['id']}: default {row['default']} out of range"
            )
    check_gestures(spec["board"], {row["address"]: row for row in spec["message"]})
    params = {row["id"] for row in spec["param"]}
    for knob in spec["board"]["knob"]:
        if knob["param"] not in params:
            raise ValueError(f"knob {knob['name']}: no parameter {knob['param']}")


TARGETS = {
    "bela/engine/protocol.h": cpp_protocol,
    "bela/controls/board_pins.h": cpp_board,
    "pedal/protocol/protocol.py": python,
    "gui/protocol.js": javascript,
}


def stale(spec: dict, root: Path = ROOT) -> list[str]:
    """The generated files that differ from what the TOML files say."""
    names = []
    for name, write in TARGETS.items():
        path = root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != write(spec):
            names.append(name)
    return names


def main(arguments: list[str]) -> int:
    """Writes the stale files, or with --check only names them."""
    spec = load()
    names = stale(spec)
    if "--check" in arguments:
        if names:
            print(f"stale: {', '.join(names)}; run `make protocol`", file=sys.stderr)
        return 1 if names else 0
    for name in names:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(TARGETS[name](spec), encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
