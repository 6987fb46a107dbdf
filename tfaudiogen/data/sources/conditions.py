"""Conditioning of source files other than labels: captions and external embeddings."""

from dataclasses import dataclass, field

import numpy as np
import tensorflow_datasets as tfds

from tfaudiogen.data.sources.embeddings import match_embeddings
from tfaudiogen.validation.text import composed

SOUND_FEATURES = {
    "caption": tfds.features.Text(),
    "vector": tfds.features.Sequence(np.float32),
}
PICTURE_FEATURES = {
    "caption": tfds.features.Sequence(tfds.features.Text()),
    "vector": tfds.features.Sequence(np.float32),
}
"""An image has the captions and (concatenated) vectors of all its sounds."""


@dataclass
class Conditioning:
    """Captions and embeddings by file name.

    Attributes:
        captions: {name: list of texts}.
        vectors: {name: list of float32 [E]}.
    """

    captions: dict = field(default_factory=dict)
    vectors: dict = field(default_factory=dict)

    @classmethod
    def of(cls, files, embeddings=None):
        """Return the conditioning of files, the usable files, and the `Skipped` without embedding.

        Args:
            files: list of `SourceFile`s.
            embeddings: folder of `.npy` files, or None.
        """
        conditioning, skipped = cls(), []
        if embeddings is not None:
            files, vectors, skipped = match_embeddings(embeddings, files)
            conditioning.vectors = {name: [vector] for name, vector in vectors.items()}
        conditioning.captions = {
            file.name: [composed(file.caption)] for file in files if file.caption
        }
        return conditioning, files, skipped

    def shared(self, users):
        """Return the `Conditioning` of other files that share it, without duplicate captions.

        Args:
            users: {name of another file: names of files of this object}.
        """
        captions = {
            name: list(dict.fromkeys(text for own in names for text in self.captions.get(own, ())))
            for name, names in users.items()
        }
        vectors = {
            name: [vector for own in names for vector in self.vectors.get(own, ())]
            for name, names in users.items()
        }
        return Conditioning(captions, vectors)

    def of_sound(self, name):
        """Return the values of `SOUND_FEATURES` for a file."""
        caption, vector = self._lists(name)
        return {"caption": caption[0] if caption else "", "vector": vector}

    def of_picture(self, name):
        """Return the values of `PICTURE_FEATURES` for a file."""
        caption, vector = self._lists(name)
        return {"caption": caption, "vector": vector}

    def _lists(self, name):
        vectors = self.vectors.get(name)
        flat = np.concatenate(vectors) if vectors else np.zeros(0, np.float32)
        return self.captions.get(name, []), flat

    def metadata(self):
        """Return the bytes of the longest caption and the vector size; 0 if there are none."""
        lengths = [len(text.encode()) for texts in self.captions.values() for text in texts]
        sizes = [len(vector) for vectors in self.vectors.values() for vector in vectors]
        return {"caption_bytes": max(lengths, default=0), "vector_size": max(sizes, default=0)}

    def notices(self, names):
        """Return notices about captions and embeddings of the used files."""
        silent = sum(not self.captions.get(name) for name in names)
        if 0 < silent < len(names):
            yield f"{silent} of the {len(names)} files have no caption"
        size = self.metadata()["vector_size"]
        if size:
            yield f"embeddings of {size} numbers"
