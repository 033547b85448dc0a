"""What can go wrong while training, one class per cause a caller can treat differently.

PedalError               pedal/errors.py
├── TrainingError        a run or an evaluation cannot go on
│   ├── ShapeError       an array of another shape than asked for
│   ├── WhistleError     a model that does not fall silent; train with another seed
│   ├── CheckpointError  a run on disk that cannot be written or taken up
│   └── WorkerError      a process of a plan died
└── AudioError           pedal/errors.py
    └── AlignmentError   two recordings that do not belong together
"""

from pedal.errors import AudioError, PedalError


class TrainingError(PedalError):
    """A training run or an evaluation cannot go on."""


class ShapeError(TrainingError):
    """An array has another shape than asked for."""


class WhistleError(TrainingError):
    """A model makes sound of its own at idle."""


class CheckpointError(TrainingError):
    """A run on disk cannot be written or taken up."""


class WorkerError(TrainingError):
    """A process of a plan died before its model was done."""


class AlignmentError(AudioError):
    """A dry and a wet recording do not belong together."""
