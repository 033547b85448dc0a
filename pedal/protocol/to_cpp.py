"""Writes the C++ tables: bela/engine/protocol.h and bela/controls/board_pins.h."""

import json
from collections.abc import Sequence

from pedal.protocol.gestures import ADDRESSES, KINDS, STEPS
from pedal.protocol.rows import NOTE, TAGS, bounds, camel, types


def quoted(text: str) -> str:
    """A C++ (and JSON) string literal."""
    return json.dumps(text)


def cpp_arg(arg: dict, prefix: str) -> tuple[list[str], str]:
    """The lines that declare an argument's choices, and its row."""
    low, high = bounds(arg)
    head = [
        quoted(arg["name"]),
        f"'{TAGS[arg['type']]}'",
        "-kHuge" if low is None else f"{float(low)}",
        "kHuge" if high is None else f"{float(high)}",
        "true" if arg.get("clamp") else "false",
    ]
    choices = arg.get("choices", [])
    if not choices:
        return [], f"{{{', '.join(head)}, nullptr, 0, nullptr, 0}}"
    name = f"k{prefix}{camel(arg['name'])}Choices"
    if arg["type"] == "string":
        values = ", ".join(quoted(word) for word in choices)
        lines = [f"constexpr const char* {name}[] = {{", f"    {values}}};"]
        return lines, f"{{{', '.join(head)}, nullptr, 0, {name}, {len(choices)}}}"
    values = ", ".join(str(float(value)) for value in choices)
    lines = [f"constexpr double {name}[] = {{{values}}};"]
    return lines, f"{{{', '.join(head)}, {name}, {len(choices)}, nullptr, 0}}"


def cpp_args(args: list[dict], name: str) -> list[str]:
    """The lines that declare `constexpr Arg k<name>Args[]`; none for no arguments."""
    if not args:
        return []
    before, rows = [], []
    for arg in args:
        lines, row = cpp_arg(arg, name)
        before += lines
        rows.append(f"    {row},")
    return [*before, f"constexpr Arg k{name}Args[] = {{", *rows, "};"]


def cpp_enum(name: str, ids: list[str]) -> list[str]:
    """An enum class over one byte, an enumerator a line."""
    rows = [f"  k{camel(text)}," for text in ids]
    return [f"enum class {name} : std::uint8_t {{", *rows, "};"]


def cpp_message(message: dict) -> str:
    """One row of kMessages."""
    args = f"k{camel(message['address'])}Args" if message["args"] else "nullptr"
    to_engine = "true" if message["to"] == "engine" else "false"
    head = f"{quoted(message['address'])}, {quoted(types(message))}, {to_engine}"
    return f"    {{{head}, {args}, {len(message['args'])}}},"


def cpp_param(param: dict) -> str:
    """One row of kParams."""
    numbers = ", ".join(f"{float(param[key])}f" for key in ("min", "max", "default"))
    curve = f"Curve::k{param['curve'].capitalize()}"
    head = f"{quoted(param['id'])}, {quoted(param['unit'])}"
    return f"    {{{head}, {numbers}, {curve}, {float(param['smooth_ms'])}f}},"


CPP_TYPES = """\
// Stands for "no bound": the largest finite number, for a board built with -ffast-math.
constexpr double kHuge = 1.7976931348623157e308;

enum class Curve : std::uint8_t { kLinear, kExponential };

// A parameter that a player can move, in its own unit.
struct Param {
  const char* id;
  const char* unit;
  float min, max, initial;
  Curve curve;
  float smooth_ms;
};

// One argument of a message: type is 'i', 'f' or 's'; int and float may stand for each
// other.
struct Arg {
  const char* name;
  char type;
  double min, max;
  bool clamp;
  const double* choices;
  int num_choices;
  const char* const* words;
  int num_words;
};

struct Message {
  const char* address;
  const char* types;
  bool to_engine;
  const Arg* args;
  int num_args;
};
"""


def cpp_protocol(spec: dict) -> str:
    """The text of bela/engine/protocol.h."""
    lines = [f"// {NOTE}", "#pragma once", "", "#include <cstdint>", ""]
    lines += ["namespace pedal {", "namespace protocol {", ""]
    lines += [f"constexpr int kVersion = {spec['version']};"]
    lines += [f"constexpr char kPedalVersion[] = {quoted(spec['pedal_version'])};"]
    lines += [f"constexpr int kOscPort = {spec['port']};", "", CPP_TYPES]
    lines += cpp_enum("ParamId", [row["id"] for row in spec["param"]])
    lines += [f"constexpr int kNumParams = {len(spec['param'])};"]
    lines += ["constexpr Param kParams[kNumParams] = {"]
    lines += [*map(cpp_param, spec["param"]), "};", ""]
    lines += cpp_enum("MessageId", [row["address"][1:] for row in spec["message"]])
    for message in spec["message"]:
        lines += cpp_args(message["args"], camel(message["address"]))
    lines += ["", f"constexpr int kNumMessages = {len(spec['message'])};"]
    lines += ["constexpr Message kMessages[kNumMessages] = {"]
    lines += [*map(cpp_message, spec["message"]), "};", ""]
    lines += ["// What any message to the engine may carry after its own arguments."]
    lines += [f"constexpr int kNumIntentOptions = {len(spec['intent_option'])};"]
    lines += cpp_args(spec["intent_option"], "IntentOption")
    lines += ["", "}  // namespace protocol", "}  // namespace pedal", ""]
    return "\n".join(lines)


BOARD_TYPES = """\
// A switch to ground: `digital` is its channel, `pressed` the value it then reads.
struct Footswitch {
  const char* name;
  int digital;
  int pressed;
};

// A pot: `low` and `high` are its readings at both ends, as fractions of full scale; of
// a swept one, an expression pedal, those of the plug.
struct Knob {
  const char* name;
  int analog;
  protocol::ParamId param;
  float low, high;
  bool swept;
};

struct Led {
  const char* name;
  int digital;
};
"""


def cpp_table(kind: str, names: list[str], rows: list[str]) -> list[str]:
    """An enum of names and the table that it indexes."""
    return [
        *cpp_enum(f"{kind}Id", names),
        f"constexpr int kNum{kind}s = {len(rows)};",
        f"constexpr {kind} k{kind}s[kNum{kind}s] = {{",
        *(f"    {{{row}}}," for row in rows),
        "};",
        "",
    ]


def cpp_act(message: dict | None) -> str:
    """The Act of a message; none asks for nothing."""
    if message is None:
        return "{}"
    address, args = message["address"], message.get("args", [])
    text, param, value, number = "", "trim", 0, 0.0
    if address == "/param/set":
        param, number = args
    elif args and isinstance(args[0], str):
        text = args[0]
    elif args:
        value = args[0]
    kind = f"IntentKind::k{camel(address)}"
    target = f"protocol::ParamId::k{camel(param)}"
    return f"{{{kind}, {quoted(text)}, {target}, {value}, {float(number)}f}}"


def cpp_words(name: str, words: Sequence[str]) -> list[str]:
    """A table of words."""
    rows = [f"    {quoted(word)}," for word in words]
    return [f"constexpr const char* {name}[] = {{", *rows, "};"]


def cpp_gestures(board: dict) -> list[str]:
    """The table of gestures; its rows name footswitches by index."""
    names = [row["name"] for row in board["footswitch"]]
    lines = [
        "// By GestureKind; what a foot may ask for, and what of that is never already"
    ]
    lines += ["// so; the factory's foot map."]
    lines += cpp_words("kGestureKinds", KINDS)
    lines += cpp_words("kFootAddresses", ADDRESSES)
    lines += cpp_words("kFootSteps", STEPS)
    lines += [f"constexpr int kNumGestures = {len(board['gesture'])};"]
    lines += ["constexpr Gesture kGestures[kNumGestures] = {"]
    for row in board["gesture"]:
        first, second = ([names.index(name) for name in row["on"]] + [-1])[:2]
        lines += [f"    {{GestureKind::k{camel(row['kind'])}, {first}, {second},"]
        lines += [f"     {cpp_act(row['message'])},"]
        lines += [f"     {cpp_act(row.get('off'))}}},"]
    return [*lines, "};", ""]


def cpp_board(spec: dict) -> str:
    """The text of bela/controls/board_pins.h."""
    board = spec["board"]
    lines = [f"// {NOTE}", "#pragma once", "", "#include <cstdint>", ""]
    lines += ['#include "engine/intent.h"', ""]
    lines += ["namespace pedal {", "namespace board {", "", BOARD_TYPES]
    switches = [
        f"{quoted(row['name'])}, {row['digital']}, {row['pressed']}"
        for row in board["footswitch"]
    ]
    knobs = [
        f"{quoted(row['name'])}, {row['analog']}, "
        f"protocol::ParamId::k{camel(row['param'])}, "
        f"{float(row['low'])}f, {float(row['high'])}f, "
        f"{'true' if row.get('swept') else 'false'}"
        for row in board["knob"]
    ]
    leds = [f"{quoted(row['name'])}, {row['digital']}" for row in board["led"]]
    for kind, rows in (("Footswitch", switches), ("Knob", knobs), ("Led", leds)):
        key = kind.lower()
        table = cpp_table(kind, [row["name"] for row in board[key]], rows)
        lines += [text.replace("kNumFootswitchs", "kNumFootswitches") for text in table]
    lines += cpp_gestures(board)
    text = "\n".join([*lines, "}  // namespace board", "}  // namespace pedal", ""])
    return text.replace("kFootswitchs[", "kFootswitches[")
