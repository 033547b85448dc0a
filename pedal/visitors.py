"""What one browser may say and what it is owed: checks, rate, role, meters. Pure.

Time is passed in, in seconds of any one clock. Texts are one JSON object each.
"""

import hashlib
import hmac
import json
from collections import deque
from dataclasses import dataclass
from enum import Enum
from math import ceil, inf

from pedal.errors import ProtocolError
from pedal.messages import Value, read

RATE_PER_S = 100.0  # messages a client may send; a dragged slider sends 60
BURST = 200.0
FLOOD_S = 1.0  # between two words that messages are dropped: no flood of answers
MOST_WAITING = 256  # messages for a slow client; then it must ask for the state anew
ACK_S = 0.3  # a meter without an acknowledgement is given up after this
GUESSES = 5  # wrong PINs a minute, of one address: a stranger locks out nobody else
SHUT_S = 60.0  # then those are forgotten
ALL_GUESSES = 30  # of all together: a million PINs last for weeks
LONGEST_LINE = 16384  # that an engine takes, here and on a board
READ_ONLY = (
    "/state/get",
    "/banks/get",
    "/presets/get",
    "/presets/backup",
    "/gestures/get",
    "/expression/get",
)
ACK = '{"event":"ack"}'  # as the page writes it


class Role(Enum):
    """A viewer sees all and changes nothing."""

    VIEWER = "viewer"
    PLAYER = "player"


@dataclass(frozen=True)
class Verdict:
    """What to do after one frame of a client.

    forward: a line for the engine, "" for none. reply: for this client.
    dropped: counted.
    """

    forward: str = ""
    reply: str = ""
    dropped: bool = False


def event(name: str, **more: Value | bool) -> str:
    """An event of the channel itself, as Bela's connection and connection-reply."""
    return json.dumps({"event": name, **more})


def message(address: str, args: tuple[Value, ...]) -> str:
    """A message of the protocol as text."""
    return json.dumps({"address": address, "args": args}, allow_nan=False)


class Bucket:
    """Lets BURST messages through at once and RATE_PER_S in the long run."""

    def __init__(self, now_s: float) -> None:
        self._left, self._then_s = BURST, now_s

    def take(self, now_s: float) -> bool:
        """True if one more may pass."""
        self._left = min(BURST, self._left + RATE_PER_S * (now_s - self._then_s))
        self._then_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Pairing:
    """The PIN, shared by all clients; who knew it gets a token that outlives a restart.

    secret: random text, the same in each run of the bridge under one `pedal run`.
    """

    def __init__(self, pin: str, secret: str) -> None:
        self._pin = pin
        self.token = hmac.new(
            secret.encode(), b"pedal player", hashlib.sha256
        ).hexdigest()
        self._wrong: deque[tuple[float, str]] = deque()  # when, and from where

    def accepts(self, offer: object, now_s: float, address: str = "") -> bool:
        """True for the PIN or the token; after too many wrong ones no PIN for 60 s."""
        if not isinstance(offer, str) or not offer.isascii():
            return False
        if hmac.compare_digest(offer, self.token):
            return True
        if len(offer) == len(self.token):
            return False  # of an earlier run; nobody guesses 256 bits
        if self._shut_since(now_s, address) or not self._pin:
            return False
        if hmac.compare_digest(offer, self._pin):
            return True
        self._wrong.append((now_s, address))
        return False

    def wait_s(self, now_s: float, address: str = "") -> float:
        """For how long no PIN from there is judged, also the right one; 0 for none."""
        ends = [since_s + SHUT_S for since_s in self._shut_since(now_s, address)]
        return max(ends, default=now_s) - now_s

    def _shut_since(self, now_s: float, address: str) -> list[float]:
        """When the wrong PINs that shut the door were offered; [] for an open one."""
        while self._wrong and now_s - self._wrong[0][0] > SHUT_S:
            self._wrong.popleft()
        own = [when for when, where in self._wrong if where == address]
        every = [when for when, _ in self._wrong]
        since = [own[-GUESSES]] if len(own) >= GUESSES else []
        return since + ([every[-ALL_GUESSES]] if len(every) >= ALL_GUESSES else [])


class Outbox:
    """What waits for one client. Meters never queue: the latest wins, one is under way.

    A client that never acknowledges gets the next meter once its socket has drained.
    """

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._meter = ""
        self._acknowledges = False
        self._sent_s: float | None = None  # of the meter under way

    def put(self, text: str) -> None:
        """Queues a message; too many are all let go: the gap in revisions tells."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
        self._waiting.append(text)

    def put_meter(self, text: str) -> None:
        """Replaces the meter that waits; "" for none."""
        self._meter = text

    def acknowledge(self) -> None:
        """The client has drawn the last meter."""
        self._acknowledges = True
        self._sent_s = None

    def take(self, now_s: float) -> str | None:
        """What to send next, None for nothing yet."""
        if self._waiting:
            return self._waiting.popleft()
        under_way = self._sent_s is not None and now_s - self._sent_s < ACK_S
        if not self._meter or (self._acknowledges and under_way):
            return None
        text, self._meter, self._sent_s = self._meter, "", now_s
        return text

    def __len__(self) -> int:
        return len(self._waiting) + bool(self._meter)


class Visitor:
    """One client of the control channel. address: where it comes from."""

    def __init__(
        self, role: Role, pairing: Pairing, now_s: float, address: str = ""
    ) -> None:
        self.role = role
        self.outbox = Outbox()
        self.dropped = 0
        self._pairing, self._address = pairing, address
        self._bucket = Bucket(now_s)
        self._acks = Bucket(now_s)  # of their own: meters must not eat up a slider
        self._flood_s = -inf  # when it was last told of a flood

    def hear(self, frame: str | bytes, now_s: float) -> Verdict:
        """Judges one frame; never raises."""
        verdict = self._judge(frame, now_s)
        self.dropped += verdict.dropped
        return verdict

    def _judge(self, frame: str | bytes, now_s: float) -> Verdict:
        bucket = self._acks if frame == ACK else self._bucket
        if not bucket.take(now_s):
            return Verdict(dropped=True) if frame == ACK else self._flood(now_s)
        if not isinstance(frame, str):
            return Verdict(dropped=True)
        try:
            found = json.loads(frame)
        except (ValueError, RecursionError):
            return Verdict(dropped=True)
        if not isinstance(found, dict):
            return Verdict(dropped=True)
        if "event" in found:
            return self._event(found, now_s)
        return self._intent(found.get("address"), found.get("args", []))

    def _flood(self, now_s: float) -> Verdict:
        """One of too many messages: dropped, and told once every FLOOD_S."""
        if now_s - self._flood_s < FLOOD_S:
            return Verdict(dropped=True)
        self._flood_s = now_s
        return _refused("", "too many messages at once: some were dropped")

    def _event(self, found: dict[str, object], now_s: float) -> Verdict:
        """connection-reply (Bela's), ack and pair (ours)."""
        name = found["event"]
        if name == "connection-reply":
            return Verdict()
        if name == "ack":
            self.outbox.acknowledge()
            return Verdict()
        if name != "pair":
            return Verdict(dropped=True)
        offer = found.get("pin")
        if not self._pairing.accepts(offer, now_s, self._address):
            old = isinstance(offer, str) and len(offer) == len(self._pairing.token)
            if old:
                return Verdict(reply=event("token-refused"), dropped=True)
            wait_s = ceil(self._pairing.wait_s(now_s, self._address))
            return Verdict(reply=event("pair-refused", wait_s=wait_s), dropped=True)
        self.role = Role.PLAYER
        return Verdict(
            reply=event("role", role=self.role.value, token=self._pairing.token)
        )

    def _intent(self, address: object, args: object) -> Verdict:
        """A message for the engine, checked and typed by the protocol's table."""
        if not isinstance(address, str) or not isinstance(args, list):
            return Verdict(dropped=True)
        try:
            reading = read(address, args, to="engine")
        except ProtocolError as error:
            return _refused(address, str(error))
        if reading.at is not None:
            return _refused(address, "a live pedal takes no time")
        if self.role is Role.VIEWER and address not in READ_ONLY:
            return _refused(address, "this view is read-only; enter the pedal's PIN")
        values = (*reading.args, reading.request) if reading.request else reading.args
        forward = message(address, values)
        if len(forward) >= LONGEST_LINE:
            return _refused(address, f"longer than {LONGEST_LINE} bytes")
        return Verdict(forward=forward)


def _refused(address: str, reason: str) -> Verdict:
    """Dropped, and the client told why."""
    return Verdict(
        reply=event("refused", address=address[:64], reason=reason[:200]), dropped=True
    )
