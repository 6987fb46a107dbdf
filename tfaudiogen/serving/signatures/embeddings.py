"""The signatures of an embedder of audio and images."""

from tfaudiogen.models.embedders.embedding_graph import EmbeddingGraph
from tfaudiogen.serving.request_checks import after
from tfaudiogen.serving.signatures.base import Signatures
from tfaudiogen.serving.signatures.inputs import inputs_of


class EmbeddingSignatures(Signatures):
    """The signatures of an `AudioImageEmbedder`: `embed_sound` and `embed_picture`.

    Args:
        model: an `AudioImageEmbedder`.
        seconds: must be None.
        limits: the `Limits` of a request.
    """

    default = "embed_sound"

    def __init__(self, model, seconds, limits):
        super().__init__(model, limits)
        if seconds is not None:
            raise ValueError(
                f"seconds must be None for an embedder, which draws nothing; received {seconds}"
            )
        self.sounds = inputs_of(model.representation, limits)
        self.pictures = inputs_of(model.pictures, limits)
        self.graph = EmbeddingGraph(model)

    def entries(self):
        """Return the entries of `table`; see `Signatures`."""
        return {
            "embed_sound": self._entry(self.embed_sound, self.sounds.spec()),
            "embed_picture": self._entry(self.embed_picture, self.pictures.spec()),
        }

    def facts(self):
        """Return the facts that `describe` outputs; see `Signatures`."""
        facts = {**self.sounds.facts(), **self.pictures.facts(), **super().facts()}
        return {**facts, **self.sounds.limits(), "embedding_size": self.model.size}

    def _free_size(self, name):
        return self.model.representation.samples

    def embed_sound(self, waveform):
        """Return the embeddings [B, E] of audio, of length 1."""
        checks = [*self._check_rows(waveform), *self.sounds.checks(waveform)]
        return {"embedding": self.graph.embed_sound(*after(checks, waveform))}

    def embed_picture(self, picture):
        """Return the embeddings [B, E] of images, of length 1."""
        checks = [*self._check_rows(picture), *self.pictures.checks(picture)]
        return {"embedding": self.graph.embed_picture(*after(checks, picture))}
