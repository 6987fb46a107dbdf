"""The signature of every autoencoder of sounds or pictures."""

from tfaudiogen.serving.request_checks import after
from tfaudiogen.serving.signatures.base import Signatures
from tfaudiogen.serving.signatures.given import given_of


class AutoencoderSignatures(Signatures):
    """The functions of a SavedModel of an autoencoder: `reconstruct`; see `Signatures`.

    Args:
        model: an autoencoder of sounds or pictures.
        seconds: duration of what `sample` draws; None for one window, and for pictures.
        limits: the `Limits` of a request.
    """

    default = "reconstruct"

    def __init__(self, model, seconds, limits):
        super().__init__(model, limits)
        self.given = given_of(model.spectrogram, limits)
        self.rows = self._rows_of(self.given.samples(seconds))

    def _rows_of(self, samples):
        """Return the graphs of the model; `samples` are those of a drawn sound, None for all."""
        raise NotImplementedError(f"{type(self).__name__} must define _rows_of")

    def entries(self):
        """Return the entries of `table`."""
        return {"reconstruct": self._entry(self.reconstruct, self.given.spec()), **self._further()}

    def _further(self):
        """Return the entries of `table` that not all models have."""
        raise NotImplementedError(f"{type(self).__name__} must define _further")

    def facts(self):
        """Return what `describe` tells; see `Signatures`."""
        given = self.given
        return {**given.facts(), **super().facts(), **given.limits(), **given.windows()}

    def _drawn_samples(self):
        """Return what `describe` tells of drawn sounds."""
        samples = self.rows.row.samples
        return {} if samples is None else {"sample_samples": samples}

    def _free_size(self, name):
        return 1 if name == "latents" else self.model.spectrogram.samples

    def _answer(self, drawn):
        """Return the outputs of a signature that gives sounds or pictures."""
        return {self.given.name: drawn}

    def _taken(self, given, name=None):
        """Return the tensor of sounds or pictures, once the checks have passed."""
        name = name or self.given.name
        return after([*self._check_rows(given), *self.given.checks(given, name)], given)[0]

    def reconstruct(self, given):
        """Return what the model makes of sounds or pictures, of the same shape."""
        return self._answer(self.rows.reconstruct(self._taken(given)))
