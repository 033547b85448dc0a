"""Whatever arrives, reading ends in a checked message or a ProtocolError."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pedal.ctl import intent, patience_s
from pedal.errors import ProtocolError
from pedal.messages import read
from pedal.osc import decode, encode
from pedal.protocol.protocol import MESSAGES, PARAMS

# Libraries that other tests load flush subnormal numbers to zero for good, so none are
# drawn here.
ADDRESSES = some.sampled_from(sorted(MESSAGES))
VALUES = some.one_of(
    some.integers(),
    some.floats(allow_subnormal=False),
    some.text(max_size=40),
    some.none(),
)


@given(some.binary(max_size=80))
def test_no_bytes_break_the_decoder(datagram):
    with suppress(ProtocolError):
        decode(datagram, "engine")


@given(ADDRESSES, some.lists(VALUES, max_size=6))
def test_no_arguments_break_the_reader(address, args):
    try:
        reading = read(address, args)
    except ProtocolError:
        return
    assert len(reading.args) == len(MESSAGES[address].args)


@given(
    some.sampled_from(sorted(PARAMS)),
    some.floats(width=32, allow_nan=False, allow_subnormal=False),
)
def test_a_parameter_never_leaves_its_range(name, value):
    if abs(value) == float("inf"):
        return
    reading = read("/param/set", [name, value])
    assert PARAMS[name].min <= reading.args[1] <= PARAMS[name].max
    assert reading.clamped == (reading.args[1] != value)


@given(
    some.floats(-60, 12, width=32, allow_subnormal=False), some.integers(0, 2**31 - 1)
)
def test_what_is_sent_is_what_arrives(level, request):
    reading = decode(encode("/param/set", ["level", level, request]), "engine")
    assert (reading.args, reading.request) == (("level", level), request)


def test_every_truncation_of_a_datagram_is_refused():
    datagram = encode("/param/set", ["level", -6.0, 7])
    for length in range(len(datagram)):
        with pytest.raises(ProtocolError):
            decode(datagram[:length], "engine")


def test_a_nan_on_the_wire_is_refused():
    good = encode("/param/set", ["level", -6.0])
    with pytest.raises(ProtocolError, match="finite"):
        decode(good[:-4] + struct.pack(">f", float("nan")), "engine")


def test_an_unknown_parameter_names_what_exists():
    with pytest.raises(ProtocolError, match="there are trim, drive, tone, level, gate"):
        read("/param/set", ["wah", 1])


@pytest.mark.parametrize("name", ["../factory", "/etc", "a/b", ".", "", "Factory"])
def test_a_bank_is_named_and_never_a_path(name):
    with pytest.raises(ProtocolError, match="expected 1 to 31 of a-z, 0-9 and -"):
        intent("/bank/load", [name])


def test_a_bank_is_waited_for_longer_than_an_echo():
    assert patience_s("/bank/load") > 5.0 > patience_s("/bypass")
