"""What a browser may say: the bridge's rules, without sockets."""

import json
from socket import gethostname

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedal.pages import Pages, is_own_host, is_own_origin
from pedal.paths import GUI
from pedal.visitors import ACK_S, BURST, MOST_WAITING, Outbox, Pairing, Role, Visitor

BYPASS = '{"address":"/bypass","args":[1]}'


def visitor(role: Role = Role.PLAYER) -> Visitor:
    return Visitor(role, Pairing("123456", "secret"), 0.0)


def test_an_intent_is_typed_and_passed_on():
    found = visitor().hear('{"address":"/bypass","args":[1.0, 7]}', 0.0)
    assert json.loads(found.forward) == {"address": "/bypass", "args": [1, 7]}


def test_a_value_out_of_range_is_clamped_on_the_way():
    found = visitor().hear('{"address":"/param/set","args":["level",99]}', 0.0)
    assert json.loads(found.forward)["args"] == ["level", 12.0]


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        b"\x00\x01",
        '{"address":"/nonsense"}',
        '{"address":["/bypass"],"args":[1]}',
        '{"address":"/bypass","args":{"on":1}}',
        '{"address":"/bypass","args":[NaN]}',
        '{"address":"/bypass","args":[1e999]}',
        '{"address":"/bypass","args":[[1]]}',
        '{"address":"/bypass","args":[1,0,44100]}',
        '{"address":"/state","args":[]}',
        '{"address":"/effect/select","args":["../../etc"]}',
        '{"event":"bridge"}',
        '{"event":["ack"]}',
        "[" * 8000,
    ],
)
def test_what_is_no_intent_is_dropped_and_counted(frame):
    client = visitor()
    assert client.hear(frame, 0.0).forward == ""
    assert client.dropped == 1


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_frame_makes_it_raise(frame):
    assert visitor().hear(frame, 0.0).forward == ""


def test_a_flood_is_let_through_at_the_rate_only():
    client = visitor()
    passed = sum(bool(client.hear(BYPASS, 0.0).forward) for _ in range(1000))
    assert passed == BURST
    assert client.hear(BYPASS, 1.0).forward


def test_who_floods_is_told_once_a_second_that_messages_were_dropped():
    client = visitor()
    told = [client.hear(BYPASS, ms / 1000).reply for ms in range(2500)]
    words = [json.loads(reply)["reason"] for reply in told if reply]
    assert words == 3 * ["too many messages at once: some were dropped"]
    assert not any(client.hear('{"event":"ack"}', 2.5).reply for _ in range(1000))


def test_a_viewer_changes_nothing_until_it_has_the_pin():
    client = visitor(Role.VIEWER)
    assert "read-only" in client.hear(BYPASS, 0.0).reply
    assert client.hear('{"address":"/state/get","args":[]}', 0.0).forward
    client.hear('{"event":"pair","pin":"123456"}', 0.0)
    assert client.hear(BYPASS, 0.0).forward


def test_five_wrong_pins_close_the_door_for_a_minute_but_not_to_friends():
    pairing = Pairing("123456", "secret")
    assert not any(pairing.accepts(f"00000{i}", 0.0) for i in range(5))
    assert not pairing.accepts("123456", 30.0)
    assert pairing.accepts(pairing.token, 30.0)
    assert pairing.accepts("123456", 61.0)


def test_who_is_shut_out_is_told_for_how_long():
    visitor = Visitor(Role.VIEWER, Pairing("123456", "secret"), 0.0)
    waits = [
        json.loads(visitor.hear(f'{{"event":"pair","pin":"{pin}"}}', now_s).reply)
        for now_s, pin in enumerate([*5 * ["000000"], "123456"])
    ]
    assert [row["wait_s"] for row in waits] == [0, 0, 0, 0, 56, 55]
    again = visitor.hear('{"event":"pair","pin":"123456"}', 61.0)
    assert json.loads(again.reply)["role"] == "player"


def test_a_token_outlives_a_restart_but_not_another_run():
    token = Pairing("123456", "secret").token
    assert Pairing("123456", "secret").accepts(token, 0.0)
    assert not Pairing("123456", "other").accepts(token, 0.0)


def test_meters_never_queue():
    box = Outbox()
    box.acknowledge()
    box.put_meter("1")
    assert box.take(0.0) == "1"
    for number in range(2, 1000):
        box.put_meter(str(number))
    assert box.take(0.1) is None
    assert len(box) == 1
    box.acknowledge()
    assert box.take(0.2) == "999"


def test_a_lost_acknowledgement_does_not_stop_the_meters():
    box = Outbox()
    box.acknowledge()
    box.put_meter("1")
    box.take(0.0)
    box.put_meter("2")
    assert box.take(ACK_S + 0.01) == "2"


def test_a_client_that_does_not_read_is_owed_a_bounded_amount():
    box = Outbox()
    for number in range(10 * MOST_WAITING):
        box.put(str(number))
    assert len(box) <= MOST_WAITING


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/protocol.js", 200),
        ("/codec.js", 200),
        ("/package.json", 404),
        ("/../pyproject.toml", 404),
        ("/%2e%2e/pyproject.toml", 404),
        ("//etc/passwd", 404),
        ("/codec.js/", 404),
        ("/./codec.js", 404),
        ("", 404),
        ("/bank.json", 404),
    ],
)
def test_only_the_pages_own_files_are_served(path, status):
    assert Pages(GUI).get(path, "localhost:8080").status == status


def test_a_known_page_is_not_sent_again():
    pages = Pages(GUI)
    first = pages.get("/codec.js", "localhost:8080")
    assert first.headers["Content-Type"].startswith("text/javascript")
    again = pages.get("/codec.js", "localhost:8080", first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost:8080", True),
        ("127.0.0.1", True),
        ("[::1]:8080", True),
        ("192.168.7.1:8080", True),
        (f"{gethostname()}.local:8080", True),
        ("evil.local:8080", False),
        ("bela.local:8080", False),  # anybody near may answer to this name too
        ("localhost/x; script-src *", False),
        ("me@localhost:8080", False),
        ("evil.example:8080", False),
        ("127.0.0.1:80; script-src *", False),
        ("", False),
    ],
)
def test_a_rebound_name_is_foreign(host, own):
    assert is_own_host(host) is own


def test_a_bridge_on_the_board_is_called_bela(monkeypatch):
    monkeypatch.setattr("pedal.pages.socket.gethostname", lambda: "Bela")
    assert is_own_host("bela.local:8080")


def test_a_foreign_page_is_told_by_its_origin():
    assert is_own_origin("http://localhost:8080", "localhost:8080")
    assert is_own_origin(None, "localhost:8080")
    assert not is_own_origin("http://evil.example", "localhost:8080")
    assert not is_own_origin("null", "localhost:8080")


def test_an_old_token_costs_no_guess():
    pairing = Pairing("123456", "another run")
    old = Pairing("123456", "secret").token
    client = Visitor(Role.VIEWER, pairing, 0.0)
    for second in range(50):
        found = client.hear(json.dumps({"event": "pair", "pin": old}), float(second))
        assert json.loads(found.reply)["event"] == "token-refused"
    found = client.hear('{"event":"pair","pin":"123456"}', 50.0)
    assert json.loads(found.reply)["role"] == "player"


def test_a_viewer_may_ask_for_all_that_there_is_to_see():
    viewer_ = visitor(Role.VIEWER)
    for address in ("/state/get", "/presets/get"):
        assert viewer_.hear(json.dumps({"address": address}), 0.0).forward


def test_acknowledgements_do_not_eat_up_a_slider():
    client = visitor()
    slide = '{"address":"/param/set","args":["tone",1.0]}'
    for step in range(3000):  # 90 a second beside as many acknowledgements
        assert client.hear(slide, step / 90).forward
        assert not client.hear('{"event":"ack"}', step / 90).dropped


def test_a_name_that_no_engine_takes_is_refused_and_told():
    for name in ("M\u00fcde", "x" * 32, "\U0001f3b8" * 3000):
        frame = json.dumps({"address": "/preset/save", "args": ["a", name]})
        found = visitor().hear(frame, 0.0)
        assert not found.forward
        assert json.loads(found.reply)["event"] == "refused"


def test_a_stranger_who_guesses_locks_out_himself_only():
    pairing = Pairing("123456", "secret")
    for second in range(600):
        assert not pairing.accepts("000000", second / 10, "10.0.0.66")
    assert not pairing.accepts("123456", 60.0, "10.0.0.66")
    assert pairing.accepts("123456", 60.0, "10.0.0.7")


def test_many_who_guess_are_too_many():
    pairing = Pairing("123456", "secret")
    for number in range(30):
        assert not pairing.accepts("000000", 0.0, f"10.0.0.{number}")
    assert not pairing.accepts("123456", 1.0, "10.0.0.77")


def test_a_bank_that_is_a_link_to_another_file_is_not_served(tmp_path):
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "bank.json").symlink_to(tmp_path / "secret")
    assert Pages(GUI, tmp_path).get("/bank.json", "localhost:8080").status == 404


def test_the_manifest_of_each_bank_is_served_by_its_name(tmp_path):
    banks = {}
    for name in ("mine", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bank.json").write_text(f'"{name}"')
        banks[name] = tmp_path / name
    pages = Pages(GUI, banks["mine"], {"other": banks["other"]}.get)
    for path, body in (("", b'"mine"'), ("/banks/mine", b'"mine"')):
        assert pages.get(f"{path}/bank.json", "localhost").body == body
    assert pages.get("/banks/other/bank.json", "localhost").body == b'"other"'
    for wrong in ("gone", "..", "../mine", "%2e%2e", "MINE", ""):
        assert pages.get(f"/banks/{wrong}/bank.json", "localhost").status == 404
