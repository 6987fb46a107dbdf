"""A front end by librosa, clip by clip: `front_end_librosa.py linear|mel|phase`."""

import sys

import librosa
import numpy as np
from sounds import FRAME, HOP, ITERATIONS, LOW, MEL_BINS, MEL_FRAME, RATE, clips
from turns import take_turns


def image(clip, task):
    """Return the image [F, T] in [0, 1] of one clip."""
    frame = FRAME if task == "linear" else MEL_FRAME
    magnitudes = np.abs(librosa.stft(clip, n_fft=frame, hop_length=HOP))
    if task == "mel":
        magnitudes = librosa.feature.melspectrogram(
            S=magnitudes, sr=RATE, n_fft=frame, n_mels=MEL_BINS, power=1.0
        )
    decibels = librosa.amplitude_to_db(magnitudes, ref=frame / 4, top_db=None)
    return np.clip(1.0 - decibels / LOW, 0.0, 1.0)


def main():
    """Take turns; see `turns`."""
    task, sounds = sys.argv[1], clips()
    spectra = [np.abs(librosa.stft(clip, n_fft=FRAME, hop_length=HOP)) for clip in sounds]

    def step():
        if task == "phase":
            for magnitudes in spectra:
                librosa.griffinlim(magnitudes, n_iter=ITERATIONS, hop_length=HOP, n_fft=FRAME)
        else:
            for clip in sounds:
                image(clip, task)

    take_turns(step, versions=f"librosa {librosa.__version__}")


if __name__ == "__main__":
    main()
