"""Whether samples are what their label says: a classifier trained on real sounds judges them.

    python scripts/benchmarks/judge.py speech_vqvae --data DATA --count 50

DATA is a folder that `tfaudiogen prepare` wrote, with the sample rate and duration of every MODEL.
The judge, a small convolutional network on mel spectrograms, sees the real training split alone;
its accuracy on the real test split stands above that of the models. `--count` sounds are drawn of
each label (a model without labels draws as many in all), all with the same settings, for all
figures. With `--first-words` it is the first word of each label that is judged and asked for, such
as the instrument of "oboe A4". With `--without-labels` none is asked for, so that models with and
without labels can be compared by what they draw of themselves:

- accuracy: the share of sounds that the judge gives the label asked for, with Wilson's interval;
- kernel distance x 1000 to the test split in the judge's features, with its interval over halves;
  the floor is that of the training split;
- diversity: mean distance of two sounds of one label in the judge's features, real test sounds = 1;
- copying: median distance to the nearest training sound, real test sounds = 1, and the share of
  sounds that are nearer to one than 99 of 100 real test sounds are.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

import tfaudiogen
from tfaudiogen import metrics
from tfaudiogen.data import Augmentation, describe

MEL_BINS = 64
FEATURES = 64
AUGMENTATION = Augmentation(
    gain_db=10.0, noise_db=-50.0, time_shift_seconds=0.1, frequency_mask=8, time_mask=12
)


def judging_spectrogram(spectrogram):
    """Return a mel spectrogram of the windows of another one, with 25 to 50 ms frames."""
    length = 2 ** int(np.log2(spectrogram.sample_rate * 0.05))
    return tfaudiogen.Spectrogram(
        sample_rate=spectrogram.sample_rate,
        frame_length=length,
        hop=spectrogram.hop,
        frames=spectrogram.frames,
        bins=MEL_BINS,
        scale="mel",
    )


def network(classes, image_shape=(None, MEL_BINS, 1)):
    """Return the judge: images [B, H, W, C] to features [B, 64] and logits [B, classes]."""
    keras.config.set_image_data_format("channels_last")  # whatever the user's keras.json says
    image = outputs = keras.Input(image_shape)
    for width in (24, 48, 96, 128):
        outputs = keras.layers.Conv2D(width, 3, padding="same", use_bias=False)(outputs)
        outputs = keras.layers.BatchNormalization()(outputs)
        outputs = keras.layers.ReLU()(outputs)
        outputs = keras.layers.MaxPooling2D(2, padding="same")(outputs)
    outputs = keras.layers.GlobalAveragePooling2D()(outputs)
    outputs = keras.layers.Dropout(0.3, seed=0)(outputs)
    features = keras.layers.Dense(FEATURES, activation="tanh")(outputs)
    return keras.Model(image, [features, keras.layers.Dense(classes)(features)])


def kinds(labels, first_words):
    """Return the names of what is judged, and for each label its number among them."""
    names = [label.split()[0] if first_words else label for label in labels]
    known = list(dict.fromkeys(names))
    return known, np.array([known.index(name) for name in names])


def trained_judge(data, representation, kind_of, epochs, seed, augment=AUGMENTATION):
    """Return the judge of sounds, changed by `augment`, or of pictures, after its training."""
    keras.utils.set_random_seed(seed)
    changes = {"augment": augment} if representation.kind == "sounds" else {}
    batches = tfaudiogen.load_dataset(
        data, representation, "train", batch_size=32, seed=seed, **changes
    )
    judge = network(int(kind_of.max()) + 1, (None, *representation.image_shape[1:]))
    model = keras.Model(judge.input, judge.outputs[1])
    schedule = keras.optimizers.schedules.CosineDecay(2e-3, epochs * len(batches))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"])
    pairs = batches.map(lambda batch: (batch["image"], tf.gather(kind_of, batch["label"])))
    model.fit(pairs, epochs=epochs, verbose=2)
    return judge


class Judged:
    """What a judge says of sounds: `features` [M, 64], `found` [M], and the labels `asked` [M]."""

    def __init__(self, judge, images, asked):
        self.features, logits = judge.predict(images, batch_size=32, verbose=0)
        self.found, self.asked = logits.argmax(axis=-1), asked

    @classmethod
    def of_split(cls, judge, data, representation, split, kind_of, batches=None):
        """Judge the real sounds, or pictures, of a split, or of so many batches of 32 of it."""
        dataset = tfaudiogen.load_dataset(data, representation, split, 32, shuffle=bool(batches))
        batches = list(dataset.take(batches or -1))
        images, labels = (
            np.concatenate([batch[name] for batch in batches]) for name in ("image", "label")
        )
        return cls(judge, images, kind_of[labels])

    def accuracy(self):
        """Return the share of sounds found to be what was asked, its interval, and both counts."""
        if self.asked is None:
            return None
        right = int((self.found == self.asked).sum())
        interval = metrics.proportion_interval(right, len(self.asked))
        return {"share": right / len(self.asked), "interval": interval, "count": len(self.asked)}

    def by_label(self, names):
        """Return the share of sounds found to be what was asked, by the name of the label."""
        if self.asked is None:
            return None
        return {
            name: float((self.found[self.asked == n] == n).mean())
            for n, name in enumerate(names)
            if n in self.asked
        }


def draw(model, names, options):
    """Return waveforms [M, N] and the labels asked for, [M]; None for a model without labels."""
    count = options.count * len(names)
    drawing = {"seed": options.seed, "progress": True}
    if options.temperature is not None:
        drawing["temperature"] = options.temperature
    if not isinstance(model, tfaudiogen.CodeModel):
        return model.sample(count, **drawing), None
    drawing |= {name: getattr(options, name) for name in ("top_k", "top_p", "guidance")}
    if options.without_labels:
        return model.sample(count, **drawing), None
    asked = np.repeat(np.arange(len(names)), options.count)
    return model.sample(count, label=[names[n] for n in asked], **drawing), asked


def figures(sounds, train, test, names):
    """Return the figures of judged sounds beside those of the real splits."""
    low, high = metrics.kernel_distance_interval(sounds.features, test.features)
    groups = (None, None) if sounds.asked is None else (sounds.asked, test.asked)
    spread, real_spread = (
        metrics.pairwise_distance(part.features, group)
        for part, group in zip((sounds, test), groups, strict=True)
    )
    nearest, real_nearest = (
        metrics.nearest_distance(part.features, train.features) for part in (sounds, test)
    )
    return {
        "accuracy": sounds.accuracy(),
        "by_label": sounds.by_label(names),
        "kernel_distance": metrics.kernel_distance(sounds.features, test.features),
        "kernel_distance_interval": (low, high),
        "diversity": spread / real_spread,
        "copying": float(np.median(nearest) / np.median(real_nearest)),
        "copies": float((nearest < np.quantile(real_nearest, 0.01)).mean()),
    }


def line(name, found):
    """Return a line of the table."""
    accuracy = "no labels"
    if found["accuracy"]:
        low, high = found["accuracy"]["interval"]
        count = found["accuracy"]["count"]
        accuracy = f"{found['accuracy']['share']:.1%} ({low:.1%} to {high:.1%}), n = {count}"
    low, high = found["kernel_distance_interval"]
    distance = f"{1000 * found['kernel_distance']:.1f} ({1000 * low:.1f} to {1000 * high:.1f})"
    rest = f"{found['diversity']:.2f} | {found['copying']:.2f} | {found['copies']:.1%}"
    return f"| {name} | {accuracy} | {distance} | {rest} |"


def main():
    """Train the judge and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=50, help="sounds of each label")
    parser.add_argument("--seed", type=int, default=0, help="of the samples")
    parser.add_argument("--first-words", action="store_true", help="judge these of the labels")
    parser.add_argument("--without-labels", action="store_true", help="ask for none")
    parser.add_argument("--judge-seed", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=20, help="of the judge")
    parser.add_argument("--temperature", type=float, help="the model's own if left out")
    parser.add_argument("--top-k", type=int)
    parser.add_argument("--top-p", type=float)
    parser.add_argument("--guidance", type=float, help="the model's own if left out")
    parser.add_argument("--out", type=Path, help="JSON file for all figures")
    options = parser.parse_args()
    names, kind_of = kinds(describe(options.data).class_names, options.first_words)
    models = {name: tfaudiogen.load(name) for name in options.models}
    spectrogram = judging_spectrogram(next(iter(models.values())).representation)
    judge = trained_judge(options.data, spectrogram, kind_of, options.epochs, options.judge_seed)
    train, test = (
        Judged.of_split(judge, options.data, spectrogram, split, kind_of)
        for split in ("train", "test")
    )
    found = {
        "real test sounds": figures(test, train, test, names),
        "real training sounds": figures(train, train, test, names),
    }
    print("| sounds | accuracy | kernel distance x 1000 | diversity | copying | copies |")
    print("|---" * 6 + "|")
    for name, row in found.items():
        print(line(name, row))
    for name, model in models.items():
        waveforms, asked = draw(model, names, options)
        sounds = Judged(judge, np.asarray(spectrogram(waveforms)), asked)
        found[name] = figures(sounds, train, test, names)
        print(line(name, found[name]), flush=True)
    for name, row in found.items():
        if row["by_label"]:
            print(name, {label: round(share, 3) for label, share in row["by_label"].items()})
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
