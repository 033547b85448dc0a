"""Writes the JavaScript tables: gui/protocol.js."""

import json

from pedal.protocol.gestures import ADDRESSES, KINDS, STEPS
from pedal.protocol.rows import NOTE, TAGS, bounds, types


def js_arg(arg: dict) -> dict:
    """One argument as JSON, without what it has not: the page is to be small."""
    low, high = bounds(arg)
    row = {"name": arg["name"], "type": TAGS[arg["type"]], "min": low, "max": high}
    row |= {"clamp": arg.get("clamp"), "choices": arg.get("choices")}
    return {name: value for name, value in row.items() if value is not None}


def js_table(name: str, rows: dict[str, dict]) -> str:
    """An exported object, a row a line."""
    lines = [f"  {json.dumps(key)}: {json.dumps(row)}," for key, row in rows.items()]
    return "\n".join([f"export const {name} = {{", *lines, "};", ""])


def javascript(spec: dict) -> str:
    """The text of gui/protocol.js."""
    messages = {
        row["address"]: {
            "types": types(row),
            "to": row["to"],
            "args": [js_arg(arg) for arg in row["args"]],
        }
        for row in spec["message"]
    }
    switches = [row["name"] for row in spec["board"]["footswitch"]]
    options = json.dumps([js_arg(arg) for arg in spec["intent_option"]])
    parts = [
        f"// {NOTE}",
        f"export const VERSION = {spec['version']};",
        f"export const OSC_PORT = {spec['port']};\n",
        js_table("PARAMS", {row["id"]: row for row in spec["param"]}),
        js_table("MESSAGES", messages),
        "// What any message to the engine may carry after its own arguments.",
        f"export const INTENT_OPTIONS = {options};\n",
        "// In the order of the pedal; what a foot can do, what it may ask for, and",
        "// what of that is never already so.",
        f"export const FOOTSWITCHES = {json.dumps(switches)};",
        f"export const GESTURE_KINDS = {json.dumps(KINDS)};",
        f"export const FOOT_ADDRESSES = {json.dumps(ADDRESSES)};",
        f"export const FOOT_STEPS = {json.dumps(STEPS)};\n",
    ]
    return "\n".join(parts)
