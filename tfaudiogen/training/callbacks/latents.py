"""Posterior parameters of validation examples, for other callbacks."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfaudiogen.io import audio_files
from tfaudiogen.metrics.latents import marginal_kl, mixture_parameters

_CONFIGURATION = """embeddings {
  tensor_path: "latents.tsv"
  metadata_path: "labels.tsv"
}
"""


@dataclass(frozen=True)
class Latents:
    """Gaussian posteriors of n examples.

    Attributes:
        means, spreads: mean and standard deviation of each dimension, [n, D].
        labels: int [n].
    """

    means: np.ndarray
    spreads: np.ndarray
    labels: np.ndarray

    @classmethod
    def of(cls, batches):
        """Return the `Latents` of batches ((means [B, D], scale [B, D, D]), labels [B])."""
        means, scales, labels = zip(*((m, s, label) for (m, s), label in batches), strict=True)
        # z = m + L e: the variance of a dimension is the squared norm of its row of L.
        spreads = [np.linalg.norm(scale, axis=-1) for scale in scales]
        return cls(*map(np.concatenate, (means, spreads, labels)))

    def kl_per_dimension(self, prior):
        """Return the mean KL of posterior from prior marginals for each dimension, [D]."""
        parameters = mixture_parameters(prior.distribution())
        return marginal_kl(self.means, self.spreads, *parameters).mean(axis=0)

    def write_for_projector(self, folder, class_names):
        """Write the means and labels in the format of TensorBoard's embedding projector."""
        folder = Path(folder)
        rows = ("\t".join(f"{value:.5g}" for value in row) for row in self.means)
        audio_files.write_text(folder / "latents.tsv", "\n".join(rows) + "\n")
        names = dict(enumerate(class_names))
        labels = (names.get(int(label), str(label)) for label in self.labels)
        audio_files.write_text(folder / "labels.tsv", "\n".join(labels) + "\n")
        audio_files.write_text(folder / "projector_config.pbtxt", _CONFIGURATION)
