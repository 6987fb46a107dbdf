"""The stages of a preset that translates: what it is made of, then the translator.

    RUN/autoencoder   a training of the autoencoder, on what is to be drawn
    RUN/embedder      a training of the embedder, on pairs, where the source is told by embeddings
    RUN/translator    a training of the priors, and of any other encoder of the source, on pairs
    RUN/model.keras   the `Translator`, which holds the autoencoder and the encoder

As soon as the last stage has begun, those before are left as they are: the priors speak of their
codes and embeddings.
"""

from tfaudiogen import saving
from tfaudiogen.training import settings
from tfaudiogen.training.schedule import LearningRate
from tfaudiogen.training.stages import AUTOENCODER, Stages

_EMBEDDER = "embedder"
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
            if self.preset.embeds_source:
                self.tell("Training the embedder of source and target ...")
                self._trained(_EMBEDDER, self.preset.embedding())
        self.tell("Training the translator ...")
        parts = [self.out / name for name in self._names()[:-1]]
        model = self._trained(_TRANSLATOR, preset, parts)
        saving.save(model, self.out)
        self._report(model)
        return model

    def _train_autoencoder(self):
        self.tell("Training the autoencoder of the target ...")
        target, initial = self.preset.without_priors(), self.settings.initial
        kind = "pictures" if target.pictures else "sounds"
        self._trained(AUTOENCODER, target, initial, summary=self.summary.of_kind(kind))

    def _check(self, preset):
        """Find what is wrong with a later stage before the first is trained."""
        preset.build(self.summary.class_names)
        for later in [preset, self.preset.embedding()] if self.preset.embeds_source else [preset]:
            LearningRate.of(later.fit)

    def _names(self):
        embedder = [_EMBEDDER] if self.preset.embeds_source else []
        return [AUTOENCODER, *embedder, _TRANSLATOR]
