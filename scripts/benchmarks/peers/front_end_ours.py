"""The front end of this package: `python front_end_ours.py linear|mel|pghi|graph`."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf
from sounds import FRAME, HOP, MEL_BINS, MEL_FRAME, RATE, clips
from turns import take_turns

from tfaudiogen import Spectrogram
from tfaudiogen.signal.phase import graph_phase, heap_phase
from tfaudiogen.signal.stft import stft


def main():
    """Take turns; see `turns`."""
    task, sounds = sys.argv[1], tf.constant(clips())
    mel = {"frame_length": MEL_FRAME, "bins": MEL_BINS, "scale": "mel"}
    spectrogram = Spectrogram(sample_rate=RATE, hop=HOP, **(mel if task == "mel" else {}))
    transform = tf.function(spectrogram)
    magnitudes = tf.abs(stft(sounds, FRAME, HOP))
    in_graph = tf.function(lambda x: graph_phase(x, FRAME, HOP, sounds.shape[1]))
    tasks = {
        "linear": lambda: transform(sounds),
        "mel": lambda: transform(sounds),
        "pghi": lambda: heap_phase(magnitudes, FRAME, HOP, sounds.shape[1]),
        "graph": lambda: in_graph(magnitudes),
    }
    take_turns(lambda: tasks[task]().numpy(), versions=f"TensorFlow {tf.__version__}")


if __name__ == "__main__":
    main()
