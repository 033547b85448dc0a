"""What the models of an effect may be written as."""

from enum import Enum


class Format(Enum):
    """The formats of `pedal bank export`."""

    RTNEURAL = "rtneural"
    AIDA_X = "aida-x"
