"""Trains a preset on a prepared data set; the run folder allows resuming."""

from tfaudiogen.training.callbacks.checkpointing import Interrupted
from tfaudiogen.training.callbacks.faults import NonFiniteLoss, StopOnFault
from tfaudiogen.training.fitting import WorkerLost, train

__all__ = ["Interrupted", "NonFiniteLoss", "StopOnFault", "WorkerLost", "train"]
