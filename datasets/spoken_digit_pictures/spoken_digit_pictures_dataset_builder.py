"""Spoken digits paired at random with handwritten images of the same digit."""

import dataclasses
import math

import numpy as np
import tensorflow_datasets as tfds

from tfaudiogen.data.builders.image_sets import stored
from tfaudiogen.data.builders.pair_records import PairBuilder, PairConfig
from tfaudiogen.data.splits import SPLITS, split_names
from tfaudiogen.datasets import mnist, spoken_digits
from tfaudiogen.disk.errors import NothingUsable


@dataclasses.dataclass(eq=False)
class Config(PairConfig, spoken_digits.Config):
    """Which files are read, and how they are paired.

    Attributes:
        seed: seed of the pairs.
    """

    seed: int = 0


class Builder(PairBuilder, spoken_digits.Builder):
    """Windows of `spoken_digits` with images of `mnist` from the same split.

    The images of a digit and split are shuffled and distributed evenly among the sounds of that
    digit and split. Each sound gets the same number of images, and each image is used.
    """

    name = "spoken_digit_pictures"
    # `tfds build --config` needs one to find the class of the configuration.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "Spoken digits (FSDD), each with handwritten ones (MNIST) of the same digit."
    LICENCE = "sounds CC BY-SA 4.0; of the pictures none is stated"
    IMAGE_SHAPE = (28, 28, 1)
    EXTRA_FEATURES = {**PairBuilder.EXTRA_FEATURES, "speaker": tfds.features.Text()}

    def _pictures(self, found):
        """Return nothing, since images are not stored in the windows."""
        del found
        return {}

    def partners(self, sounds):
        """Return {name of a sound: names of its images} and the list of `Picture`s."""
        pictures = self._digits()
        splits = _splits(pictures)
        partners = {}
        for split in SPLITS:
            digits = {sound.name: spoken_digits.digit_of(sound.name) for sound in sounds[split]}
            for digit in sorted(set(digits.values())):
                names = sorted(name for name, spoken in digits.items() if spoken == digit)
                cards = [
                    one.name for one in pictures if (splits[one.name], one.label) == (split, digit)
                ]
                if not cards:
                    raise NothingUsable(
                        f"{split} has no picture of the digit {digit}", self._skipped
                    )
                seed = [self.builder_config.seed, SPLITS.index(split), int(digit)]
                partners |= dealt(cards, names, np.random.default_rng(seed))
        return partners, pictures

    def _digits(self):
        config, folder = self.builder_config, self._read_folder / "pictures"
        folder.mkdir(exist_ok=True)
        sources = (config.pictures,) if config.pictures else config.sources
        parts = mnist.read_parts(sources, self._skipped)
        pictures = stored(parts, folder, self.image_shape)
        if not pictures:
            raise NothingUsable(
                f"no pictures of digits in {', '.join(map(str, sources))}: the files "
                "train-images-idx3-ubyte and t10k-images-idx3-ubyte with their labels are needed",
                self._skipped,
            )
        return pictures


def _splits(pictures):
    fixed = {picture.name: picture.split for picture in pictures if picture.split}
    return split_names([picture.name for picture in pictures], fixed)


def dealt(cards, names, generator):
    """Distribute shuffled cards evenly: return {name: list of cards}, with each card used.

    If there are not enough cards, they are shuffled and distributed again. A name gets no card
    twice.

    Args:
        cards: at least one object of any kind.
        names: at least one.
        generator: `numpy.random.Generator`.
    """
    each = math.ceil(len(cards) / len(names))
    decks = math.ceil(each * len(names) / len(cards))
    order = np.concatenate([generator.permutation(len(cards)) for _ in range(decks)])
    hands = order[: each * len(names)].reshape(len(names), each)
    return {
        name: [cards[card] for card in dict.fromkeys(hand.tolist())]
        for name, hand in zip(names, hands, strict=True)
    }


def fits(files, pictures):
    """Return whether sounds are named as in `spoken_digits` and images as in `mnist`.

    Args:
        files: `SourceFile`s of the sounds.
        pictures: sources of the images.
    """
    return spoken_digits.fits(files) and mnist.fits(pictures)
