"""Trains translator presets in stages: the parts, then the translator.

    RUN/autoencoder   run folder of the autoencoder, trained on the target data
    RUN/embedder      run folder of the embedder, trained on pairs; only if the translator is
                      conditioned on embeddings of the source
    RUN/translator    run folder of the translator, trained on pairs, with its encoder of the source
                      if there is no embedder
    RUN/model.keras   the complete translator, including autoencoder and encoder
    RUN/adapter.npz   only the low-rank matrices, if a translator is adapted by LoRA
    RUN/logs          its TensorBoard logs: conditions beside samples, as in those of the last stage

Once the last stage has begun, the earlier ones are not trained further, since the translator
depends on their codes and embeddings. The autoencoder stage is skipped if `translator.base` names
a trained model, which has one, or if the autoencoder is trained jointly with the translator. If a
trained translator is adapted, only the last stage remains. If the base is a `CodeModel`, the
translator is initialized with its priors too.
"""

from tfaudiogen import saving
from tfaudiogen.io import audio_files
from tfaudiogen.models.priors.code_model import CodeModel
from tfaudiogen.models.training_step import lora
from tfaudiogen.training import settings
from tfaudiogen.training.callbacks.translation_draws import TranslationDraws
from tfaudiogen.training.initialization import initialize_weights
from tfaudiogen.training.schedule import LearningRate
from tfaudiogen.training.stages.autoencoder_and_priors import AUTOENCODER, Stage, Stages

_EMBEDDER = "embedder"
_TRANSLATOR = "translator"


class TranslationStages(Stages):
    """A new or resumed training of autoencoder and translator; see `Stages`."""

    @property
    def contents(self):
        """Description of the model for its card."""
        coder = f"The autoencoder of {self._base}" if self._base else "An autoencoder"
        return f"{coder}, and what draws its codes or latents given the source"

    def train(self):
        """Train the stages that are not finished, and return the translator."""
        preset, names = self.preset.translation(), self._names()
        if not (self.out / _TRANSLATOR / settings.NAME).is_file():
            self._check(preset)
            if AUTOENCODER in names:
                self._train_autoencoder(Stage(AUTOENCODER, names))
            if _EMBEDDER in names:
                self.log("Training the embedder of source and target ...")
                self._trained(Stage(_EMBEDDER, names), self.preset.embedding())
        self.log("Training the translator ...")
        draws = TranslationDraws(self.summary.folder)
        stage = Stage(_TRANSLATOR, names)
        model = self._trained(stage, preset, self._parts(names), draws=draws)
        saving.save(model, self.out)
        if self._adapts:
            adapter = (self.out / _TRANSLATOR / lora.NAME).read_bytes()
            audio_files.write_bytes(self.out / lora.NAME, adapter, lasting=True)
        self._report(model)
        return model

    @property
    def _adapts(self):
        return bool(self.preset.translator.get("lora"))

    def _parts(self, names):
        """Return the models to initialize the translator with, or the one to adapt."""
        if self._adapts:
            return self.settings.initial
        trained = [] if AUTOENCODER in names else [self._base or self.settings.initial]
        return [*filter(None, trained), *(self.out / name for name in names[:-1])]

    @property
    def _base(self):
        return self.preset.translator.get("base")

    def _train_autoencoder(self, stage):
        self.log("Training the autoencoder of the target ...")
        target, initial = self.preset.without_priors(), self.settings.initial
        kind = "pictures" if target.pictures else "sounds"
        self._trained(stage, target, initial, summary=self.summary.of_kind(kind))

    def _check(self, preset):
        """Check the settings of later stages before the first is trained."""
        model = preset.build(self.summary.class_names)
        if self._adapts:
            self._check_adapted(model)
        self._check_base(model)
        for later in [preset, self.preset.embedding()] if self.preset.embeds_source else [preset]:
            LearningRate.of(later.fit)

    def _check_adapted(self, model):
        initial = self.settings.initial
        if initial is None or not isinstance(saving.load(initial), type(model)):
            raise ValueError(
                f"translator.lora={self.preset.translator['lora']} adapts a trained "
                f"{type(model).__name__}: name one by --from; received {initial!r}"
            )

    def _check_base(self, model):
        initial, base = self.settings.initial, self._base
        if base and initial:
            raise ValueError(
                f"translator.base={base!r} brings the autoencoder: leave out --from {initial}, or "
                "name that model as base"
            )
        if base:
            initialize_weights(model, [base])
        conditioned = self.preset.translator.get("conditioned_levels")
        if conditioned and not (base and isinstance(saving.load(base), CodeModel)):
            raise ValueError(
                f"translator.conditioned_levels={conditioned} leaves priors as a trained model of "
                f"codes has them: name one by --set translator.base=MODEL; received {base!r}"
            )

    def _names(self):
        if self._adapts:
            return [_TRANSLATOR]
        trained = self.preset.translator.get("joint") or self._base
        coder = [] if trained else [AUTOENCODER]
        embedder = [_EMBEDDER] if self.preset.embeds_source else []
        return [*coder, *embedder, _TRANSLATOR]
