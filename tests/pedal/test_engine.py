"""What the engine is told by its environment."""

from pathlib import Path

from pedal.engine import Settings, find_bank
from pedal.paths import BANKS, FACTORY_BANK
from tests.helpers import write_bank


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


def test_banks_lie_in_the_players_folder_and_in_the_one_that_ships(tmp_path) -> None:
    own = tmp_path / "pedal-data" / "banks"
    found = Settings(Path("bank")).environment()["PEDAL_BANKS"]
    assert found == f"{own}:{BANKS}"
    assert Settings(Path("bank"), banks=(own,)).environment()["PEDAL_BANKS"] == str(own)


def test_a_bank_is_found_by_its_name_and_no_link_is_one(tmp_path) -> None:
    own = tmp_path / "pedal-data" / "banks"
    own.mkdir(parents=True)
    assert find_bank("factory") == FACTORY_BANK
    assert find_bank("mine") is None
    write_bank(own / "mine")
    assert find_bank("mine") == own / "mine"
    (own / "link").symlink_to(own / "mine")
    assert find_bank("link") is None
