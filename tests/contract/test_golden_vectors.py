"""Python's codecs against the golden vectors that all three languages share."""

import json

import pytest

from pedal.errors import ProtocolError
from pedal.messages import Reading, read
from pedal.osc import decode, encode


def verdict_of(reading: Reading) -> str:
    return "clamped" if reading.clamped else "taken"


def assert_reads(row: dict, reading: Reading) -> None:
    assert verdict_of(reading) == row["verdict"]
    assert list(reading.args) == row["expect"]
    assert (reading.request, reading.at) == (row["request"], row["at"])


def test_each_vector_has_a_name_of_its_own(golden_rows):
    names = [row["name"] for row in golden_rows]
    assert len(set(names)) == len(names) >= 30


def test_messages_encode_to_the_very_bytes(golden_rows):
    for row in golden_rows:
        if row["args"] is not None:
            assert encode(row["address"], row["args"]).hex() == row["osc_hex"], row[
                "name"
            ]


def test_datagrams_decode_as_expected(golden_rows):
    for row in golden_rows:
        if row["osc_hex"] is None:
            continue
        datagram = bytes.fromhex(row["osc_hex"])
        if row["verdict"] == "dropped":
            with pytest.raises(ProtocolError):
                decode(datagram, row["to"])
        else:
            assert_reads(row, decode(datagram, row["to"]))


def test_gui_messages_read_as_expected(golden_rows):
    for row in golden_rows:
        if row["gui"] is None or row["verdict"] == "dropped":
            continue
        message = json.loads(row["gui"])
        reading = read(message["address"], message.get("args", []), row["to"])
        assert_reads(row, reading)


def test_every_message_of_the_protocol_has_a_vector(golden_rows):
    from pedal.protocol.protocol import MESSAGES

    assert set(MESSAGES) <= {
        row["address"] for row in golden_rows if row["args"] is not None
    }
