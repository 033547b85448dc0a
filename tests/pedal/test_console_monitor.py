"""What the running console does with its rig, with a feed made up."""

import pytest

from pedal.console.feed import Feed as RealFeed
from pedal.console.monitor import Monitor, Options, limits_from
from pedal.console.rig import Rig, added
from pedal.errors import LinkError
from pedal.link import Link
from tests.pedal.simulated import KEY, lease, telemetry


class Feed:
    """Takes all that it is told. A host "nowhere" means nothing."""

    def __init__(self) -> None:
        self.removed: list[str] = []

    def add(self, _: str, host: str, __: int) -> int:
        if host == "nowhere":
            raise LinkError("no such host")
        return KEY

    def remove(self, name: str) -> None:
        self.removed.append(name)

    def send(self, *_: object) -> None: ...


class Terminal:
    """Counts its bells."""

    is_terminal = True
    bells = 0

    def bell(self) -> None:
        self.bells += 1


@pytest.fixture
def monitor() -> Monitor:
    rig = added(Rig(limits_from(None), bell=True), "left", KEY, 100.0)
    return Monitor(Options(), Terminal(), Feed(), rig)


def hear(monitor: Monitor, name: str, sequence: int, now_s: float, **changes) -> None:
    monitor._take(name, telemetry(sequence, **changes), now_s)
    monitor._tend(now_s)


def test_a_new_alarm_rings_once(monitor):
    hear(monitor, "left", 1, 100.0)
    assert monitor.console.bells == 0
    for sequence in range(2, 9):
        hear(monitor, "left", sequence, 100.0 + sequence / 20, temperature=90.0)
    assert monitor.console.bells == 1


def test_a_lost_pedal_rings(monitor):
    hear(monitor, "left", 1, 100.0)
    monitor.feed.renew = lambda _: KEY + 1
    monitor._tend(103.5)
    assert monitor.console.bells == 1
    assert monitor.rig.seats["left"].pedal.key == KEY + 1


def test_without_the_bell_nothing_rings(monitor):
    monitor.rig = added(Rig(limits_from(None)), "left", KEY, 100.0)
    hear(monitor, "left", 1, 100.0, temperature=90.0)
    assert monitor.console.bells == 0


def test_a_pedal_that_is_found_is_watched(monitor):
    monitor.finder = lambda: [("right", "10.0.0.9", 7562), ("gone", "nowhere", 7562)]
    hear(monitor, "left", 1, 100.0)
    assert list(monitor.rig.seats) == ["left", "right"]
    hear(monitor, "right", 1, 100.1, boot_id="boot-9")
    assert monitor.rig.selected == "left"
    assert monitor.feed.removed == []


def test_a_lost_pedal_is_looked_for_where_it_is_announced(monitor):
    monitor.finder = lambda: [("left", "127.0.0.9", 7000)]
    monitor.feed = RealFeed()
    with monitor.feed:
        monitor.feed.add("left", "127.0.0.1", 7001)
        hear(monitor, "left", 1, 100.0)
        monitor._tend(102.0)  # not lost yet
        assert monitor.feed.place("left") == ("127.0.0.1", 7001)
        monitor._tend(103.5)
        assert monitor.feed.place("left") == ("127.0.0.9", 7000)
        assert monitor.rig.seats["left"].pedal.key == monitor.feed._channels["left"].key


def test_one_pedal_found_by_two_names_is_watched_once(monitor):
    monitor.finder = lambda: [("left.local", "10.0.0.9", 7562)]
    hear(monitor, "left", 1, 100.0)
    hear(monitor, "left.local", 1, 100.1)
    assert (list(monitor.rig.seats), monitor.feed.removed) == (["left"], ["left.local"])
    hear(monitor, "left", 2, 100.2)
    assert list(monitor.rig.seats) == ["left"]


def test_a_laptop_without_a_pedal_is_no_pedal_once_another_answers(monitor):
    monitor.rig = added(Rig(limits_from(None)), "127.0.0.1", KEY, 100.0)
    monitor.began_s = 100.0
    monitor.finder = lambda: [("right", "10.0.0.9", 7562)]
    monitor._tend(104.0)
    hear(monitor, "right", 1, 104.0)
    assert list(monitor.rig.seats) == ["127.0.0.1", "right"]
    hear(monitor, "right", 2, 105.1)
    assert (list(monitor.rig.seats), monitor.rig.selected) == (["right"], "right")


def test_a_console_without_a_screen_outlives_a_restart(monitor):
    monitor.options = Options(as_json=True)
    monitor.rig = added(Rig(limits_from(None)), "left", KEY, 100.0)
    hear(monitor, "left", 1, 100.0)
    monitor._take("left", lease(boot_id="boot-9"), 200.0)  # no report of it yet
    assert not monitor._is_over(monitor.began_s + 60.0, None)


def test_a_laptop_whose_pedal_starts_again_is_still_watched(monitor):
    monitor.rig = added(Rig(limits_from(None)), "127.0.0.1", KEY, 100.0)
    monitor.began_s = 100.0
    monitor.finder = lambda: [("right", "10.0.0.9", 7562)]
    monitor.feed.renew = lambda _: KEY
    hear(monitor, "127.0.0.1", 1, 100.0)
    hear(monitor, "right", 1, 110.0, boot_id="boot-8")
    monitor._take("127.0.0.1", lease(boot_id="boot-9"), 110.1)
    monitor._tend(110.1)
    assert list(monitor.rig.seats) == ["127.0.0.1", "right"]


@pytest.mark.parametrize("host", ["a..b", "a" * 70 + ".local"])
def test_a_host_that_can_be_no_name_is_one_line(host):
    with RealFeed() as feed, pytest.raises(LinkError, match="no name of a host"):
        feed.add("left", host, 7562)
    with pytest.raises(LinkError, match="no name of a host"):
        Link(host)
