"""The fast reader of reports takes only what python-osc takes, and reads it alike."""

import struct

from hypothesis import given
from hypothesis import strategies as some

from pedal.console.fast import HEAD, TAGS, telemetry
from pedal.errors import ProtocolError
from pedal.osc import decode, encode
from tests.pedal.simulated import REPORT

GOOD = encode("/telemetry", list(REPORT.values()))
NUMBERS = {
    "i": some.integers(-(2**31), 2**31 - 1) | some.sampled_from([0, 1, 16]),
    "f": some.floats(width=32, allow_subnormal=False) | some.sampled_from([-1.0, 0.0]),
    "s": some.text(max_size=9).filter(lambda text: "\0" not in text),
}


def assert_read_alike(datagram: bytes) -> None:
    """What the fast one takes, the careful one reads as the very same."""
    fast = telemetry(datagram)
    if fast is not None:
        assert fast == decode(datagram, to="clients")


def datagram_of(values: list) -> bytes:
    """Packed without any check."""
    parts = [HEAD]
    for tag, value in zip(TAGS, values, strict=True):
        text = value.encode() if tag == "s" else b""
        padded = text + b"\0" * (4 - len(text) % 4)
        parts.append(padded if tag == "s" else struct.pack(">" + tag, value))
    return b"".join(parts)


def test_a_good_report_is_read_fast():
    assert telemetry(GOOD) == decode(GOOD, to="clients")


@given(some.tuples(*[NUMBERS[tag] for tag in TAGS]))
def test_any_values_are_read_as_by_the_library(values):
    datagram = datagram_of(list(values))
    assert_read_alike(datagram)
    try:
        reading = decode(datagram, to="clients")
    except ProtocolError:
        assert telemetry(datagram) is None
    else:
        assert telemetry(datagram) == reading


@given(
    some.lists(some.tuples(some.integers(0, len(GOOD) - 1), some.binary(max_size=5)))
)
def test_a_spoilt_report_is_read_as_by_the_library(changes):
    spoilt = GOOD
    for place, put in changes:
        spoilt = spoilt[:place] + put + spoilt[place + len(put) :]
    assert_read_alike(spoilt)
    assert_read_alike(spoilt[: len(spoilt) * 2 // 3])
    assert_read_alike(spoilt + b"\0\0\0\0")


@given(some.binary(max_size=400))
def test_noise_behind_the_head_is_read_as_by_the_library(noise):
    assert_read_alike(HEAD + noise)
