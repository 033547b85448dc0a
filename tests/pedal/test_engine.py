"""What the engine is told by its environment."""

from pathlib import Path

from pedal.engine import Settings


def test_a_laptop_obeys_itself_whomever_else_it_obeys(monkeypatch) -> None:
    monkeypatch.delenv("PEDAL_CONTROL", raising=False)
    assert Settings(Path("bank")).environment()["PEDAL_CONTROL"] == "127.0.0.1"
    monkeypatch.setenv("PEDAL_CONTROL", "10.0.0.5,192.168.1.0/24")
    expected = "127.0.0.1,10.0.0.5,192.168.1.0/24"
    assert Settings(Path("bank")).environment()["PEDAL_CONTROL"] == expected


def test_osc_is_open_to_the_network_on_demand_only(monkeypatch) -> None:
    monkeypatch.delenv("PEDAL_LISTEN", raising=False)
    assert "PEDAL_LISTEN" not in Settings(Path("bank")).environment()
    opened = Settings(Path("bank"), osc_listen=True).environment()
    assert opened["PEDAL_LISTEN"] == "1"
