"""OSC bytes to messages and back, by python-osc; no sockets here. Pure.

One message a datagram, no bundles; strings, int32 and float32 only.
Source: Open Sound Control 1.0 specification, https://opensoundcontrol.stanford.edu/spec-1_0.html
"""

from collections.abc import Callable, Sequence

from pythonosc.osc_message_builder import BuildError, OscMessageBuilder
from pythonosc.parsing import osc_types

from pedal.errors import ProtocolError
from pedal.messages import Reading, Value, read
from pedal.protocol.protocol import INTENT_OPTIONS, MESSAGES

MAX_DATAGRAM_BYTES = 16384
READERS: dict[str, Callable[[bytes, int], tuple[Value, int]]] = {
    "i": osc_types.get_int,
    "f": osc_types.get_float,
    "s": osc_types.get_string,
}


def encode(address: str, args: Sequence[Value]) -> bytes:
    """The datagram of a message, its numbers tagged as the table says.

    args may end with an intent's options (request, at). Values are sent as they are,
    not clamped. Raises ProtocolError when the message would be dropped.
    """
    read(address, args)
    rows = [*MESSAGES[address].args, *INTENT_OPTIONS]
    builder = OscMessageBuilder(address=address)
    try:
        for row, value in zip(rows, args, strict=False):
            builder.add_arg(int(value) if row.type == "i" else value, row.type)
        datagram = builder.build().dgram
    except (BuildError, ValueError, OverflowError) as cause:
        raise ProtocolError(f"{address}: cannot be sent by OSC: {cause}") from cause
    if len(datagram) > MAX_DATAGRAM_BYTES:
        raise ProtocolError(
            f"{address}: expected at most {MAX_DATAGRAM_BYTES} bytes, found more"
        )
    return datagram


def decode(datagram: bytes, to: str) -> Reading:
    """The message in a datagram, checked against the table.

    to: who reads it, "engine" or "clients".
    Raises ProtocolError when it is not OSC or is to be dropped (see messages.read).
    """
    try:
        address, place = osc_types.get_string(datagram, 0)
        tags = ","
        if datagram[place:]:
            tags, place = osc_types.get_string(datagram, place)
        if not tags.startswith(",") or set(tags[1:]) - set(READERS):
            both = f"expected tags of i, f and s, found {tags!r}"
            raise ProtocolError(f"{address}: {both}")
        args: list[Value] = []
        for tag in tags[1:]:
            if len(datagram) - place < 4:  # python-osc would pad it with zeros
                raise ProtocolError(f"{address}: cut short")
            value, place = READERS[tag](datagram, place)
            args.append(value)
    except (osc_types.ParseError, UnicodeDecodeError, IndexError) as cause:
        raise ProtocolError(f"not an OSC message: {str(cause)[:60]}") from cause
    return read(address, args, to)
