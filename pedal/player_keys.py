"""What a key of `pedal run` asks of the engine, by what is known of it. Pure."""

from typing import NamedTuple

from pedal.messages import Value
from pedal.protocol.protocol import FOOTSWITCHES
from pedal.state import Session

# A terminal tells no key's end: a tap. The engine keeps 20 ms between the two words.
FEET = dict(zip(" n", FOOTSWITCHES, strict=True))


class Intent(NamedTuple):
    """One message to the engine."""

    address: str
    args: tuple[Value, ...] = ()


class Wish(NamedTuple):
    """The model block that was asked for last, and the revision then."""

    revision: int = -1
    block: int = 1


def asked(key: str, session: Session, wish: Wish) -> tuple[list[Intent], Wish]:
    """The intents of a key; none where it has no meaning.

    wish: what was asked before. Until the engine has said something new, the next b is
    the opposite of that, so that two quick ones are two.
    """
    if key in FEET:
        return [Intent("/footswitch", (FEET[key], down)) for down in (1, 0)], wish
    if key == "b":
        waits = wish.revision == session.revision
        before = wish.block if waits else session.block
        wish = Wish(session.revision, 1 if before == 16 else 16)
        return [Intent("/model/block", (wish.block,))], wish
    if key.isdecimal() and 1 <= int(key) <= len(session.effects):
        return [Intent("/effect/select", (session.effects[int(key) - 1],))], wish
    return [], wish
