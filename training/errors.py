"""What can go wrong while training, one class per cause a caller can treat differently.

PedalError               pedal/errors.py
├── TrainingError        a run or an evaluation cannot go on
│   ├── ShapeError       an array of another shape than asked for
│   ├── WhistleError     a model that does not fall silent; train with another seed
│   ├── DivergenceError  a run whose loss is no number any more; another seed
│   ├── CheckpointError  a run on disk that cannot be written or taken up
│   └── WorkerError      a process of a plan died
├── DownloadError        a data set that did not arrive whole; run it again
└── AudioError           pedal/errors.py
    ├── AlignmentError   recordings without one delay between them
    └── CheckError       recordings that a check has named the fault of
"""

from pedal.errors import AudioError, PedalError


class TrainingError(PedalError):
    """A training run or an evaluation cannot go on."""


class ShapeError(TrainingError):
    """An array has another shape than asked for."""


class WhistleError(TrainingError):
    """A model makes sound of its own at idle."""


class DivergenceError(TrainingError):
    """A run whose loss is no number any more."""


class CheckpointError(TrainingError):
    """A run on disk cannot be written or taken up."""


class WorkerError(TrainingError):
    """A process of a plan died before its model was done."""


class AlignmentError(AudioError):
    """A dry and a wet recording have no delay in common."""


class CheckError(AudioError):
    """A check has named what is wrong with a pair of recordings."""


class DownloadError(PedalError):
    """A data set did not arrive whole; the next run carries on."""
