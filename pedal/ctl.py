"""The words of a command line as the values of an intent. Pure."""

from collections.abc import Sequence

from pedal.errors import ProtocolError
from pedal.messages import Value, read
from pedal.protocol.protocol import MESSAGES


def intent(address: str, words: Sequence[str]) -> list[Value]:
    """The arguments of an intent, typed by the table.

    Raises ProtocolError for an unknown or outgoing address, and for what would be
    dropped.
    """
    row = MESSAGES.get(address)
    intents = [name for name, message in MESSAGES.items() if message.to == "engine"]
    if row is None or row.to != "engine":
        raise ProtocolError(f'no intent "{address}"; there are {", ".join(intents)}')
    values: list[Value] = []
    for number, word in enumerate(words):
        text = number < len(row.args) and row.args[number].type == "s"
        values.append(word if text else _number(address, word))
    if len(values) != len(row.args):
        names = " ".join(arg.name.upper() for arg in row.args) or "no arguments"
        raise ProtocolError(
            f"{address}: expected {names}, found {len(values)} arguments"
        )
    read(address, values)
    return values


def patience_s(address: str) -> float:
    """How long its echo may take."""
    return 10.0 if address == "/bank/load" else 1.0


def _number(address: str, word: str) -> int | float:
    """A number as it was written."""
    try:
        return int(word) if word.lstrip("+-").isdecimal() else float(word)
    except ValueError as cause:
        raise ProtocolError(f'{address}: expected a number, found "{word}"') from cause
