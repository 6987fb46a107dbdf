"""Measures how well samples of translators show their sources, as `judge.py` does.

    python scripts/benchmarks/translators.py PAINTER... --data PAIRS --count 4

PAIRS is a data set of pairs with labels, such as spoken digits and MNIST, that `tfaudiogen prepare`
wrote; the MODELs all draw pictures for sounds, or all sounds for pictures. Of each example of the
test split `--count` draws are made, all with the same settings, for all figures. A classifier that
saw real training examples of the targets alone judges them. Of each split of those 2,048 are
taken for the figures, by chance, where there are more. With `--first-words` it is the first word of
each label that is judged and swapped, such as the digit of "7 jackson"; what the rest says, models
that have labels draw by chance. Beside the columns of `judge.py`:

- swapped: of as many draws with the same noise but given the source of another label, the share
  that the judge finds to be of that label, and no longer of the first;
- nats: mean lower bound of log p(target | source) of the test pairs, with its interval over
  examples, where the model has one;
- seconds: of one draw, in batches, after one to warm up;
- parameters.

With `--classifier` a classifier of the sources, trained on the same training split, is asked for
the labels of the same test examples: what a translator can know at best, say of a speaker whom
neither has heard (`tfaudiogen prepare --test-speaker NAME`). The accuracy of each translator is
printed as a share of its own.
"""

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import judge
import numpy as np
from machine import setting

import tfaudiogen
from tfaudiogen import metrics
from tfaudiogen.data import Augmentation, describe
from tfaudiogen.presets.embedders import VOICES

COLUMNS = "drawn, accuracy, kernel distance x 1000, diversity, copying, copies, swapped, nats"
COLUMNS += ", seconds, parameters"


def test_pairs(data, model, kind_of):
    """Return sources, targets and kinds of the test split, as the model takes and returns them."""
    batches = list(
        tfaudiogen.load_dataset(data, model.sounds, "test", 32, shuffle=False, audio=True)
    )
    sounds, pictures, labels = (
        np.concatenate([batch[name] for batch in batches]) for name in ("audio", "picture", "label")
    )
    paints, kinds = model.source_representation.kind == "sounds", kind_of[labels]
    return (sounds, pictures, kinds) if paints else (pictures, sounds, kinds)


def judged_representation(model):
    """Return what the judge sees of the samples."""
    drawn = model.representation
    return drawn if drawn.kind == "pictures" else judge.judging_spectrogram(drawn)


def swapped_places(labels, seed):
    """Return for each example the place of one of another label, by chance."""
    generator = np.random.default_rng(seed)
    return np.array([generator.choice(np.flatnonzero(labels != label)) for label in labels])


class Drawer:
    """What a model draws for the test pairs, as the judge of its target sees it."""

    def __init__(self, model, network, representation, options):
        self.model, self.network, self.representation = model, network, representation
        self.options = options
        self.settings = {"seed": options.seed, "count": options.count}
        names = ("guidance", "temperature", "steps")
        chosen = {name: getattr(options, name) for name in names}
        self.settings |= {name: value for name, value in chosen.items() if value is not None}

    def draw(self, sources):
        """Return draws [B n, ...] for sources [B, ...]."""
        drawn = np.asarray(self.model.sample(sources, progress=True, **self.settings))
        return drawn.reshape(-1, *drawn.shape[2:])

    def judged(self, drawn, labels):
        """Return what the judge says of draws for sources of these labels."""
        sounds = self.representation.kind == "sounds"
        images = np.asarray(self.representation(drawn)) if sounds else drawn
        return judge.Judged(self.network, images, np.repeat(labels, self.options.count))


def nats(model, targets, sources):
    """Return the mean lower bound of log p(target | source), with its interval, as text."""
    if isinstance(model, tfaudiogen.FlowTranslator):
        return "none"
    found = model.log_prob(targets, sources)
    low, high = metrics.bootstrap_interval(found)
    return f"{found.mean():.1f} ({low:.1f} to {high:.1f})"


def row(name, model, pairs, drawer, train, test, names):
    """Return the cells of a model, and its figures."""
    sources, targets, labels = pairs
    drawer.draw(sources[:2])  # traces and compiles
    begin = time.perf_counter()
    drawn = drawer.draw(sources)
    seconds = (time.perf_counter() - begin) / len(drawn)
    own = drawer.judged(drawn, labels)
    found = judge.figures(own, train, test, names)
    places = swapped_places(labels, drawer.options.seed)
    other = drawer.judged(drawer.draw(sources[places]), labels[places])
    moved = (other.found == other.asked) & (other.found != own.asked)
    low, high = metrics.proportion_interval(int(moved.sum()), len(moved))
    bound = nats(model, targets, sources)
    parameters = model.count_params()
    found |= {"swapped": float(moved.mean()), "seconds": seconds, "parameters": parameters}
    cells = f" {moved.mean():.1%} ({low:.1%} to {high:.1%}) | {bound} | {seconds:.3f} |"
    return f"{judge.line(name, found)}{cells} {parameters:,} |", found


def classified(model, kind_of, options):
    """Return the accuracy on the test split of a classifier of the model's sources."""
    source = model.source_representation
    if source.kind == "sounds":
        source = judge.judging_spectrogram(source)
    epochs = options.classifier
    seed, changes = options.judge_seed, Augmentation(**VOICES)  # as embedders hear sounds
    network = judge.trained_judge(options.data, source, kind_of, epochs, seed, changes)
    return judge.Judged.of_split(network, options.data, source, "test", kind_of).accuracy()


def print_beside_classifier(found, own):
    """Print the accuracy of a classifier, and of all translators as a share of it."""
    low, high = own["interval"]
    print(f"\nclassifier of the sources: {own['share']:.1%} ({low:.1%} to {high:.1%}), ", end="")
    print(f"n = {own['count']}")
    for name, figures in found.items():
        if "swapped" in figures:
            print(f"{name}: {figures['accuracy']['share'] / own['share']:.3f} of that")


def parse():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=4, help="draws of each test example")
    parser.add_argument("--seed", type=int, default=0, help="of the draws")
    parser.add_argument("--first-words", action="store_true", help="judge these of the labels")
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--steps", type=int, help="of flows")
    parser.add_argument("--judge-seed", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=3, help="of the judge")
    parser.add_argument("--classifier", type=int, metavar="EPOCHS", help="train one of the source")
    parser.add_argument("--out", type=Path, help="JSON file for all figures")
    return parser.parse_args()


def main():
    """Train the judge and print the table."""
    options = parse()
    models = {name: tfaudiogen.load(name) for name in options.models}
    first = next(iter(models.values()))
    representation = judged_representation(first)
    names, kind_of = judge.kinds(describe(options.data).class_names, options.first_words)
    network = judge.trained_judge(
        options.data, representation, kind_of, options.epochs, options.judge_seed
    )
    train, test = (
        judge.Judged.of_split(network, options.data, representation, split, kind_of, batches=64)
        for split in ("train", "test")
    )
    pairs = test_pairs(options.data, first, kind_of)
    print(f"{setting()}; {len(pairs[2])} test examples, {options.count} draws each\n")
    print(f"| {COLUMNS.replace(', ', ' | ')} |\n{'|---' * 10}|")
    found = {"real test": judge.figures(test, train, test, names)}
    print(judge.line("real test", found["real test"]), "| | | |")
    for name, model in models.items():
        drawer = Drawer(model, network, representation, options)
        text, found[name] = row(name, model, pairs, drawer, train, test, names)
        print(text, flush=True)
    if options.classifier:
        found["classifier"] = classified(first, kind_of, options)
        print_beside_classifier(found, found["classifier"])
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
