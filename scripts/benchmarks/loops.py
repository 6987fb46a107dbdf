"""Whether what goes there and back is found again: sounds by way of pictures, pictures by labels.

    python scripts/benchmarks/loops.py --data PAIRS --embedder EMBEDDER \
        --loop PAINTER SPEAKER --chain TAGGER COMPOSER

PAIRS is a data set of pairs with labels that `tfaudiogen prepare` wrote, EMBEDDER an
`AudioImageEmbedder` that was trained on such pairs with another seed than those inside of the
translators. For each example of the test split

- the loop draws a picture for the sound and a sound for that picture; the original sound is looked
  for among all test sounds by the cosine of its embedding to that of the new one;
- the chain takes the labels of the picture from a `PictureTagger`, the three likeliest with their
  probabilities, and draws a sound for them; a `CodeModel` such as speech_vqvae in place of COMPOSER
  takes the likeliest. The original picture is looked for among all test pictures by the cosine of
  its embedding to that of the sound.

The columns are the recall at 1 and the median rank of the original, with 95 % intervals over
examples, and by label, where all that have the original's label are right; chance beside each. With
`--first-words` they are right that have the first word of its label, such as the digit of "7 theo".
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import judge
import numpy as np
from machine import setting

import tfaudiogen
from tfaudiogen import metrics
from tfaudiogen.data import describe

LABELS = 3


def test_pairs(data, embedder):
    """Return waveforms, pictures and labels of the test split."""
    batches = list(
        tfaudiogen.load_dataset(data, embedder.sounds, "test", 32, shuffle=False, audio=True)
    )
    names = ("audio", "picture", "label")
    return [np.concatenate([batch[name] for batch in batches]) for name in names]


def looped(painter, speaker, sounds, seed):
    """Return the sounds for the pictures for sounds."""
    pictures = np.asarray(painter.sample(sounds, count=1, seed=seed, progress=True))[:, 0]
    return np.asarray(speaker.sample(pictures, count=1, seed=seed, progress=True))[:, 0]


def chained(tagger, composer, pictures, seed):
    """Return the sounds for the labels of pictures."""
    if isinstance(composer, tfaudiogen.CodeModel):
        named = [next(iter(tagger.tag(picture, count=1))) for picture in pictures]
        return np.asarray(composer.sample(len(named), seed=seed, label=named, progress=True))
    tags = [tagger.tag(picture, count=LABELS) for picture in pictures]
    return np.asarray(composer.sample(tags, count=1, seed=seed, progress=True))[:, 0]


def figures(found, originals, labels):
    """Return recall at 1 and median rank of the originals, and of those of their labels.

    Args:
        found: [N, E], embeddings of what came back.
        originals: [N, E], embeddings of what is looked for.
        labels: int [N].
    """
    cosines = np.round(found @ originals.T, 6)
    right = {"original": np.eye(len(labels), dtype=bool), "label": labels[:, None] == labels}
    report = {}
    for name, relevant in right.items():
        ranking = metrics.ranking(cosines, relevant)
        for state, one in (("", ranking), (" by chance", ranking.at_chance())):
            recall, ranks = metrics.recall_at(one, 1), metrics.expected_rank(one)
            report[name + state] = {
                "recall_at_1": float(recall.mean()),
                "recall_interval": metrics.bootstrap_interval(recall),
                "median_rank": float(np.median(ranks)),
                "rank_interval": metrics.bootstrap_median_interval(ranks),
            }
    return report


def line(name, report):
    """Return a line of the table."""
    cells = []
    for right in ("original", "label"):
        own, chance = report[right], report[f"{right} by chance"]
        low, high = own["recall_interval"]
        cells.append(f"{own['recall_at_1']:.1%} ({low:.1%} to {high:.1%})")
        cells.append(f"{chance['recall_at_1']:.1%}")
        low, high = own["rank_interval"]
        cells.append(f"{own['median_rank']:.1f} ({low:.1f} to {high:.1f})")
        cells.append(f"{chance['median_rank']:.1f}")
    return f"| {name} | " + " | ".join(cells) + " |"


def parse():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--embedder", required=True)
    parser.add_argument("--loop", nargs=2, metavar=("PAINTER", "SPEAKER"))
    parser.add_argument("--chain", nargs=2, metavar=("TAGGER", "COMPOSER"))
    parser.add_argument("--first-words", action="store_true", help="go by these of the labels")
    parser.add_argument("--seed", type=int, default=0, help="of the draws")
    parser.add_argument("--out", type=Path, help="JSON file for all figures")
    options = parser.parse_args()
    if not (options.loop or options.chain):
        parser.error("give --loop PAINTER SPEAKER, --chain TAGGER COMPOSER, or both")
    return options


def main():
    """Go there and back, and print the table."""
    options = parse()
    embedder = tfaudiogen.load(options.embedder)
    sounds, pictures, labels = test_pairs(options.data, embedder)
    _, kind_of = judge.kinds(describe(options.data).class_names, options.first_words)
    kinds = kind_of[labels]
    print(f"{setting()}; {len(labels)} test examples\n")
    columns = [
        f"{right}: {name}"
        for right in ("original", "same label")
        for name in ("recall at 1", "chance", "median rank", "chance")
    ]
    print(f"| way | {' | '.join(columns)} |\n{'|---' * 9}|")
    found = {}
    if options.loop:
        models = map(tfaudiogen.load, options.loop)
        back = embedder.embed_sounds(looped(*models, sounds, options.seed))
        found["loop"] = figures(back, embedder.embed_sounds(sounds), kinds)
        print(line("sound, picture, sound", found["loop"]), flush=True)
    if options.chain:
        models = map(tfaudiogen.load, options.chain)
        back = embedder.embed_sounds(chained(*models, pictures, options.seed))
        found["chain"] = figures(back, embedder.embed_pictures(pictures), kinds)
        print(line("picture, labels, sound", found["chain"]), flush=True)
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
