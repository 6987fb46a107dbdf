"""The signature that all autoencoders of audio or images share."""

from tfaudiogen.serving.request_checks import after
from tfaudiogen.serving.signatures.base import Signatures
from tfaudiogen.serving.signatures.inputs import inputs_of


class AutoencoderSignatures(Signatures):
    """Base of the signatures of an autoencoder: `reconstruct`; see `Signatures`.

    Args:
        model: an autoencoder of audio or images.
        seconds: duration of the audio that `sample` generates; None for one window, and for images.
        limits: the `Limits` of a request.
    """

    default = "reconstruct"

    def __init__(self, model, seconds, limits):
        super().__init__(model, limits)
        self.inputs = inputs_of(model.representation, limits)
        self.graph = self._graph_of(self.inputs.samples(seconds))

    def _graph_of(self, samples):
        """Return the model's per-example graphs; `samples` of generated audio, or None."""
        raise NotImplementedError(f"{type(self).__name__} must define _graph_of")

    def entries(self):
        """Return the entries of `table`; see `Signatures`."""
        return {"reconstruct": self._entry(self.reconstruct, self.inputs.spec()), **self._further()}

    def _further(self):
        """Return the entries of `table` that depend on the kind of model."""
        raise NotImplementedError(f"{type(self).__name__} must define _further")

    def facts(self):
        """Return the facts that `describe` outputs; see `Signatures`."""
        inputs = self.inputs
        return {**inputs.facts(), **super().facts(), **inputs.limits(), **inputs.windows()}

    def _drawn_samples(self):
        """Return the fact about the length of generated audio, if there is any."""
        samples = self.graph.modality.samples
        return {} if samples is None else {"sample_samples": samples}

    def _free_size(self, name):
        return 1 if name == "latents" else self.model.representation.samples

    def _answer(self, drawn):
        """Return audio or images as the outputs of a signature."""
        return {self.inputs.name: drawn}

    def _taken(self, inputs, name=None):
        """Return the tensor of audio or images, once the checks have passed."""
        name = name or self.inputs.name
        return after([*self._check_rows(inputs), *self.inputs.checks(inputs, name)], inputs)[0]

    def reconstruct(self, inputs):
        """Return reconstructions of audio or images, of the same shape."""
        return self._answer(self.graph.reconstruct(self._taken(inputs)))
