"""Synthetic sounds of five families, for examples and tests without a download."""

import dataclasses

import numpy as np

from tfaudiogen.data.builders.records import RecordBuilder, RecordConfig, record
from tfaudiogen.data.report import Report, Share
from tfaudiogen.data.splits import SPLITS, split_names
from tfaudiogen.datasets.sinewave.synthesis import FAMILIES, synthesise


@dataclasses.dataclass(eq=False)
class Config(RecordConfig):
    """Number of windows, and seed.

    Attributes:
        count: total number of windows, at least three, distributed evenly over the families.
        seed: seed of the sounds.
    """

    count: int = 1000
    seed: int = 0


@dataclasses.dataclass(frozen=True)
class Sound:
    """A sound to synthesise."""

    name: str
    index: int
    config: Config

    def example(self):
        """Synthesise the sound and return the example to store."""
        config, families = self.config, list(FAMILIES)
        family = families[self.index % len(families)]
        generator = np.random.default_rng([config.seed, self.index])
        sound = synthesise(family, generator, config.samples, config.sample_rate)
        window = np.rint(sound * (2**15 - 1)).astype(np.int16)
        return record(window, config.samples, label=family, source=self.name, start=0)


class Builder(RecordBuilder):
    """Sums of sines, ascending, descending and bouncing chirps, plucked harmonic tones.

    The label is the family. Splits are by hash of the example's name.
    """

    name = "sinewave"
    BUILDER_CONFIGS = [Config(name="thousand")]
    DESCRIPTION = "Synthesised sounds of five families between 10 and 4000 Hz."
    LICENCE = "CC0, generated"

    def plan(self, workers):
        """Return {split: {name: Sound}}."""
        del workers
        config, families = self.builder_config, list(FAMILIES)
        if config.count < len(SPLITS):
            raise ValueError(f"count must be at least {len(SPLITS)}; received {config.count}")
        self.info.features["label"].names = families
        places = {
            f"{families[index % len(families)]}_{index:06}": index for index in range(config.count)
        }
        splits = split_names(places)
        plan = {
            split: {
                name: Sound(name, index, config)
                for name, index in places.items()
                if splits[name] == split
            }
            for split in SPLITS
        }
        self.report = _report(plan, config)
        return plan


def _report(plan, config):
    minutes = config.samples / config.sample_rate / 60

    def shares(names):
        counts = {family: sum(name.startswith(family) for name in names) for family in FAMILIES}
        return {family: Share(n, n, n * minutes) for family, n in counts.items() if n}

    splits = {split: shares(names) for split, names in plan.items()}
    return Report("sinewave", config.sample_rate, config.samples, splits)
