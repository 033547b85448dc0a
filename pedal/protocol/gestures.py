"""Refuses a map of gestures that one foot cannot tell apart, or that means nothing.

The Bela program tests a map made at run time by the same rules (bela/controls).
"""

from itertools import combinations

PRESSES = ("press", "latch", "momentary")
KINDS = (*PRESSES, "long", "double", "chord")
MOST_SWITCHES, MOST_GESTURES = 8, 16
# What a foot may ask for: no edits of the setlist, no tests.
ADDRESSES = (
    "/effect/select",
    "/effect/next",
    "/effect/clean",
    "/bypass",
    "/model/block",
    "/param/set",
    "/preset/load",
    "/preset/next",
    "/preset/previous",
)
# Each press takes one more: none of these is ever "already so", which `off` waits for.
STEPS = ("/effect/next", "/preset/next", "/preset/previous")


def check_gestures(board: dict, messages: dict[str, dict]) -> None:
    """Raises ValueError, in one line, for the first row that is wrong.

    board: footswitch and gesture rows of board.toml; messages: by address.
    """
    switches = [row["name"] for row in board["footswitch"]]
    if len(switches) > MOST_SWITCHES or len(board["gesture"]) > MOST_GESTURES:
        raise ValueError(
            f"board: expected at most {MOST_SWITCHES} footswitches and "
            f"{MOST_GESTURES} gestures"
        )
    for row in board["gesture"]:
        _check_row(row, switches, messages)
    for one, other in combinations(board["gesture"], 2):
        for switch in set(one["on"]) & set(other["on"]):
            wrong = _conflict(one["kind"], other["kind"])
            if wrong:
                raise ValueError(f'footswitch "{switch}": {wrong}; keep one')


def _check_row(row: dict, switches: list[str], messages: dict[str, dict]) -> None:
    """One gesture by itself."""
    where = f"gesture {row['kind']} on {', '.join(row['on'])}"
    if row["kind"] not in KINDS:
        raise ValueError(f"{where}: expected one of {', '.join(KINDS)}")
    for name in row["on"]:
        if name not in switches:
            raise ValueError(
                f"{where}: no such switch; there are {', '.join(switches)}"
            )
    wanted = 2 if row["kind"] == "chord" else 1
    if len(row["on"]) != wanted or len(set(row["on"])) != wanted:
        raise ValueError(f"{where}: a chord takes two switches, any other gesture one")
    if row["kind"] in ("latch", "momentary") and "off" not in row:
        raise ValueError(f"{where}: expected a message for off too")
    for message in (row["message"], row.get("off", row["message"])):
        if message["address"] not in ADDRESSES:
            raise ValueError(f"{where}: {message['address']} is not for the feet")
        expected = len(messages[message["address"]]["args"])
        if len(message.get("args", [])) != expected:
            raise ValueError(
                f"{where}: {message['address']}: expected {expected} arguments"
            )
    first = row["message"]["address"]
    if row["kind"] != "momentary" and "off" in row and first in STEPS:
        raise ValueError(f"{where}: {first} is never already so, off would never come")


def _conflict(one: str, other: str) -> str:
    """Why two gestures cannot share a switch; "" where they can."""
    if one in PRESSES and other in PRESSES:
        return "has two gestures that act on its press"
    if one == other:
        return "is in two chords" if one == "chord" else f"has two of {one}"
    if "momentary" in (one, other):
        return "is momentary and cannot wait for another gesture"
    return ""
