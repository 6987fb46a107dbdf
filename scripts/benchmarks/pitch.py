"""Whether notes have the pitch that they were asked for, beside real ones.

    python scripts/benchmarks/pitch.py orchestra_vqvae --data DATA --count 36

DATA is a folder that `tfaudiogen prepare` wrote, with labels that end in a pitch ("oboe A4", "oboe
As4"); labels that do not are left out. One note each is drawn of `--count` labels, and as many real
ones are taken of the test split. The pitch is the median of pyin (Mauch and Dixon, 2014) over the
voiced frames. It errs by itself, mostly by octaves: what it says of the real notes is the mark.
"""

import argparse
import re
from pathlib import Path

import librosa
import numpy as np

import tfaudiogen
from tfaudiogen import metrics
from tfaudiogen.data import describe

FRAME, HOP, RANGE = 4096, 2048, (25.0, 2200.0)


def semitones_off(sound, rate, label):
    """Return how far a sound is above the pitch of its label; NaN where none is found."""
    low, high = RANGE
    pitches, voiced, _ = librosa.pyin(
        sound, fmin=low, fmax=high, sr=rate, frame_length=FRAME, hop_length=HOP
    )
    if not voiced.any():
        return np.nan
    wanted = librosa.note_to_hz(label.split()[-1].replace("s", "#"))
    return 12.0 * np.log2(np.median(pitches[voiced]) / wanted)


def real_notes(data, spectrogram, names, pitched, count, seed):
    """Return waveforms of the test split and their labels, `count` of those with a pitch."""
    batches = tfaudiogen.load_dataset(
        data, spectrogram, "test", 1, shuffle=True, seed=seed, audio=True
    )
    found = ((b["audio"].numpy()[0], names[int(b["label"][0])]) for b in batches)
    notes = [(sound, label) for sound, label in found if label in pitched]
    return zip(*notes[:count], strict=True)


def main():
    """Print the share of notes within a semitone, and the median distance."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a model of codes whose labels end in a pitch")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=36)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    model, names = tfaudiogen.load(options.model), describe(options.data).class_names
    pitched = [name for name in names if re.search(r" [A-G]s?\d$", name)]
    asked = list(np.random.default_rng(options.seed).permutation(pitched)[: options.count])
    drawn = np.asarray(model.sample(len(asked), label=asked, seed=options.seed, progress=True))
    real = real_notes(
        options.data, model.representation, names, pitched, options.count, options.seed
    )
    for title, (sounds, labels) in (("drawn", (drawn, asked)), ("real", real)):
        rate = model.representation.sample_rate
        pairs = zip(sounds, labels, strict=True)
        off = np.abs([semitones_off(sound, rate, label) for sound, label in pairs])
        right = int((off <= 1.0).sum())
        low, high = metrics.proportion_interval(right, len(off))
        print(
            f"{title}: {right / len(off):.1%} ({low:.1%} to {high:.1%}) of {len(off)} within a "
            f"semitone, median distance {np.nanmedian(off):.2f} semitones"
        )


if __name__ == "__main__":
    main()
