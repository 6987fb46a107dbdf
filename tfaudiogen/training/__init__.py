"""Training a preset on a prepared data set, into a run folder that can be resumed."""

from tfaudiogen.training.faults import NonFiniteLoss, StopOnFault
from tfaudiogen.training.fitting import WorkerLost, train
from tfaudiogen.training.keeping import Interrupted

__all__ = ["Interrupted", "NonFiniteLoss", "StopOnFault", "WorkerLost", "train"]
