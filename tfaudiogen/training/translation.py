"""The stages of a preset that translates: the autoencoder of the target, then the translator.

    RUN/autoencoder   a training of the autoencoder, on what is to be drawn
    RUN/translator    a training of the encoder of the source and of the priors, on pairs
    RUN/model.keras   the `Translator`, which holds the autoencoder

As soon as the second stage has begun, the autoencoder is left as it is: the priors speak of its
codes.
"""

from tfaudiogen import saving
from tfaudiogen.training import settings
from tfaudiogen.training.schedule import LearningRate
from tfaudiogen.training.stages import AUTOENCODER, Stages

_TRANSLATOR = "translator"


class TranslationStages(Stages):
    """A training of autoencoder and translator in the folder `out`; see `Stages`."""

    contents = "An autoencoder with codes, and priors over them given the source"

    def train(self):
        """Train what is not yet trained, and return the translator."""
        preset = self.preset.translation()
        if not (self.out / _TRANSLATOR / settings.NAME).is_file():
            self._check(preset)
            self._train_autoencoder()
        self.tell("Training the translator ...")
        model = self._trained(_TRANSLATOR, preset, self.out / AUTOENCODER)
        saving.save(model, self.out)
        self._report(model)
        return model

    def _train_autoencoder(self):
        self.tell("Training the autoencoder of the target ...")
        target, initial = self.preset.without_priors(), self.settings.initial
        kind = "pictures" if target.pictures else "sounds"
        self._trained(AUTOENCODER, target, initial, summary=self.summary.of_kind(kind))

    def _check(self, preset):
        """Find what is wrong with the second stage before the first is trained."""
        preset.build(self.summary.class_names)
        LearningRate.of(preset.fit)

    def _names(self):
        return [AUTOENCODER, _TRANSLATOR]
