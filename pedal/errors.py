"""Every failure that a user can cause or meet, as one exception per cause.

PedalError
├── UsageError            an option or argument that cannot be meant
├── AudioError            a recording that cannot be read or written
├── BankError             a bank or model that cannot be trusted
├── ProtocolError         a message that is unknown or out of range
├── PerformanceError      a performance file that cannot be played
├── LatencyError          a delay that cannot be measured
├── LogError              a console's log that cannot be read or written
├── EngineError           the engine is missing, refused to start, or died
├── LinkError             no engine answers
│   └── RejectedError     the engine answered no
└── TrainingError ...     in training/errors.py

The text of each is one line: the thing, what was found, what was expected, what to do.
The command line prints it after `pedal: ` and exits 1; a traceback is a bug.
"""


class PedalError(Exception):
    """The root; catch it where a one-line answer is enough."""


class UsageError(PedalError):
    """An option or argument that cannot be meant."""


class AudioError(PedalError):
    """A recording that cannot be read or written."""


class BankError(PedalError):
    """A bank or model that cannot be trusted."""


class ProtocolError(PedalError):
    """A message that is unknown or out of range."""


class PerformanceError(PedalError):
    """A performance file that cannot be played."""


class LatencyError(PedalError):
    """A delay that cannot be measured."""


class LogError(PedalError):
    """A console's log that cannot be read or written."""


class EngineError(PedalError):
    """The engine is missing, refused to start, or died."""


class LinkError(PedalError):
    """No engine answers."""


class RejectedError(LinkError):
    """The engine answered no."""
