"""Trains presets with priors in stages: autoencoder, codes, a prior for each level.

    RUN/autoencoder   run folder of the autoencoder
    RUN/codes.npz     codes of the data set
    RUN/prior_0, ...  run folder of each prior, the top level first
    RUN/model.keras   the complete `CodeModel`
    RUN/logs          its TensorBoard logs: reconstructions and samples, for audio also as sounds

`prior_draws` has the TensorBoard logs of a prior during training.

Each stage is a separate run that can be resumed. Once the codes are computed, the autoencoder is
not trained further, since the priors depend on its codes.
"""

import dataclasses
import json

from tfaudiogen import presets, saving
from tfaudiogen.io import audio_files
from tfaudiogen.models.priors.code_model import CodeModel
from tfaudiogen.training import settings
from tfaudiogen.training.callbacks import prior_draws
from tfaudiogen.training.initialization import settings_of
from tfaudiogen.training.inputs.training_data import TrainingData, representation_of
from tfaudiogen.training.run import Run
from tfaudiogen.training.run_report import CARD, METRICS, figure_table
from tfaudiogen.training.schedule import LearningRate
from tfaudiogen.training.stages import code_cache
from tfaudiogen.training.stages.summary import show_whole
from tfaudiogen.validation import strict_json
from tfaudiogen.validation.schema import expect_keys

AUTOENCODER, LOGS = "autoencoder", "logs"
_OF_STAGES = ("steps", "minutes", "parameters")


@dataclasses.dataclass(frozen=True)
class Stage:
    """A stage of a training: its name, which is that of its folder, among those of all stages."""

    name: str
    names: list

    @property
    def number(self):
        """Index of the stage."""
        return self.names.index(self.name)


def _names_of(levels):
    """Return the names of the stages of a training with priors on so many levels."""
    return [AUTOENCODER, *(f"prior_{number}" for number in range(levels))]


class Stages:
    """A new or resumed multi-stage training in the folder `out`.

    Args:
        out: the run folder.
        wanted: the `Settings` of the complete training.
        summary: the `DataSummary` of the data.
        strategy: the `tf.distribute.Strategy`, on one machine.
        cache: whether to store computed spectrograms below the data.
        limits: {"epochs", "steps", "patience"} of each stage, and "minutes" of all of them.
        log: function that shows a line to the user.
    """

    contents = "An autoencoder with codes, and priors over them"

    def __init__(self, out, wanted, summary, strategy, cache, limits, log):
        self.out, self.settings, self.summary = out, wanted, summary
        self.strategy, self.cache, self.limits, self.log = strategy, cache, limits, log
        self.preset = presets.Preset(**wanted.preset)

    def train(self):
        """Train the stages that are not finished, and return the complete model."""
        coder = self._autoencoder()
        codes = code_cache.read(self.out)
        passes, _ = self.preset.augmentation_passes(len(coder.quantizers))
        priors = []
        for number, own in enumerate(passes):
            self.log(f"Training the prior of level {number} of {len(passes)}, the top being 0 ...")
            preset = self._preset_of(number, coder)
            first = code_cache.first_passes(codes, own, max(passes))
            parts = (self.out / AUTOENCODER, (first, number))
            draws = prior_draws.draws_of(coder, codes, number, self.preset.draws())
            stage = Stage(f"prior_{number}", _names_of(len(passes)))
            priors.append(self._trained(stage, preset, *parts, draws=draws))
        model = CodeModel(coder, priors, **self.preset.draws())
        saving.save(model, self.out)
        self._report(model)
        return model

    def _autoencoder(self):
        """Return the trained autoencoder, after writing its codes to the run folder."""
        if (self.out / code_cache.NAME).is_file():
            return saving.load(self.out / AUTOENCODER)
        levels = self._check_priors()
        self.log("Training the autoencoder ...")
        preset, initial = self.preset.without_priors(), self.settings.initial
        coder = self._trained(Stage(AUTOENCODER, _names_of(levels)), preset, initial)
        self.log("Computing the codes of the data ...")
        passes, changes = self.preset.augmentation_passes(len(coder.quantizers))
        code_cache.write(self.out, coder, self._training_data(coder), max(passes), changes)
        return coder

    def _check_priors(self):
        """Check the settings of the priors before the autoencoder is trained; return the levels."""
        coder = self.preset.without_priors().build(self.summary.class_names)
        code_cache.check_augmentation(
            *self.preset.augmentation_passes(len(coder.quantizers)), self.summary.kind
        )
        for number in range(len(coder.quantizers)):
            preset = self._preset_of(number, coder)
            preset.build()
            LearningRate.of(preset.fit)
        return len(coder.quantizers)

    def _preset_of(self, number, coder):
        """Return the preset of the prior of level `number` over the codes of `coder`."""
        sizes = [table.shape[-1] for table in coder.code_vectors()]
        return self.preset.prior(number, *coder.code_maps(), sizes, coder.class_names)

    def _trained(self, stage, preset, initial=None, codes=None, summary=None, draws=None):
        """Train or resume a stage, and return its best model.

        Args:
            stage: the `Stage`.
            preset: preset of the stage.
            initial: initial model, or the autoencoder of a prior, or None.
            codes, draws: see `Run`.
            summary: `DataSummary` of its data; None for that of the complete training.
        """
        folder, summary = self.out / stage.name, summary or self.summary
        resume = (folder / settings.NAME).is_file()
        initial = None if resume else initial  # on resuming it is in the stored settings
        stored = settings.read(folder) if resume else None
        size, seed = preset.fit["batch_size"], self.settings.seed
        wanted = settings_of(preset, summary, size, seed, initial, stored)
        if resume:
            wanted.check_same(stored, folder)
        devices = (self.strategy, self.cache, resume, self.log)
        whole = (self.out, self.settings)
        run = Run(folder, wanted, summary, *devices, codes=codes, whole=whole, draws=draws)
        self.settings.write(self.out)  # after all checks passed
        run.fit({**self.limits, "minutes": self._minutes(stage)}, asked=self.limits)
        return saving.load(folder)

    def _minutes(self, stage):
        """Return the time limit of a stage: an equal part of what the earlier ones have left."""
        if self.limits["minutes"] is None:
            return None
        earlier, left = stage.names[: stage.number], len(stage.names) - stage.number
        spent = sum(self._metrics(name)["minutes"] for name in earlier)
        share = max(0.0, self.limits["minutes"] - spent) / left
        self.log(f"This stage may take {share:.1f} of the {self.limits['minutes']:g} minutes.")
        return share

    def _training_data(self, model):
        size = 16 if self.settings.batch_size == "auto" else self.settings.batch_size
        options = (size, self.settings.seed, self.cache)
        conditioning = getattr(model, "conditioning", None)
        return TrainingData(
            self.summary.folder, representation_of(model), *options, conditioning=conditioning
        )

    def _report(self, model):
        """Evaluate the complete model on the validation split; write metrics, card and logs."""
        model.compile(jit_compile=False, seed=self.settings.seed)
        batches = self._training_data(model).batches("validation", shuffle=False)
        found = model.evaluate(batches, verbose=0, return_dict=True)
        figures = {f"val_{name}": float(value) for name, value in found.items()}
        metrics = {**figures, "parameters": model.count_params(), **self._times()}
        counts = {f"{split}_examples": n for split, n in self.summary.examples.items()}
        text = json.dumps({**metrics, **counts}, indent=1)
        audio_files.write_text(self.out / METRICS, text + "\n")
        audio_files.write_text(self.out / CARD, self._card(model, figures))
        show_whole(self.out / LOGS, model, self.summary.folder, figures)

    def _times(self):
        """Return the steps and minutes of each stage, and the total minutes."""
        stages = {name: self._metrics(name) for name in self._names()}
        found = {f"{n}_{key}": m[key] for n, m in stages.items() for key in ("steps", "minutes")}
        return {**found, "minutes": sum(metrics["minutes"] for metrics in stages.values())}

    def _metrics(self, name):
        path = self.out / name / METRICS
        metrics = strict_json.read(path, finite=False)
        expect_keys(metrics, str(path), _OF_STAGES, metrics)
        return metrics

    def _names(self):
        return [AUTOENCODER, *sorted(path.name for path in self.out.glob("prior_*"))]

    def _card(self, model, figures):
        neutral = dataclasses.replace(self.settings, data=self.summary.folder.name)
        command = neutral.command(self.out.name, **self.limits)
        stages = [
            f"- {name}: {m['steps']} steps in {m['minutes']:.1f} minutes, {m['parameters']:,} "
            f"parameters; its own card is [{name}/{CARD}]({name}/{CARD})"
            for name, m in ((name, self._metrics(name)) for name in self._names())
        ]
        # Labels that sampling can be conditioned on, or else the labels of the data.
        labels = getattr(model, "label_names", None) or model.class_names
        sections = [
            f"# {self.preset.name}\n\n{self.preset.summary}",
            f"{self.contents}: {model.count_params():,} "
            f"parameters. Labels: {', '.join(labels) or 'none'}. Data: "
            f"{self.summary.folder.name} (licence: {self.summary.licence or 'not known'}).",
            f"## Training\n\n    {command}\n\n" + "\n".join(stages),
            f"## Numbers\n\nOn the validation split, {model.units}; levels "
            f"of codes count from the top:\n\n{figure_table(figures)}",
        ]
        return "\n\n".join(sections) + "\n"
