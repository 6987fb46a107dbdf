"""A map of the latents: two principal components of posterior means, and the mixture."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from tfaudiogen.app.limits import Refused
from tfaudiogen.app.studio import fits
from tfaudiogen.data import load_dataset
from tfaudiogen.data.storage import Records
from tfaudiogen.metrics.latents import mixture_parameters

_BATCH = 16
_FULL_SCALE = 2.0**15


@dataclass(frozen=True)
class LatentMap:
    """Latents of n sounds on the plane of their first two principal components.

    Attributes:
        latents: [n, D].
        labels: text of each.
        names: what each is, for people.
        ids: place of each in its split; None where the latents are draws of the prior.
        components: means of the prior's components, [K, D].
        pca: the fitted `sklearn.decomposition.PCA` of two dimensions.
        ellipses: for each component (weight, centre [2], axes [2, 2]: its standard deviations along
            the axes of the ellipse that its Gaussian has on the plane).
    """

    latents: np.ndarray
    labels: list
    names: list
    ids: np.ndarray | None
    components: np.ndarray
    pca: PCA
    ellipses: list

    @classmethod
    def of(cls, model, latents, labels, names, ids=None):
        """Return the map of latents [n, D], n at least 2."""
        pca = PCA(2).fit(latents)
        weights, locs, scales = mixture_parameters(model.prior.distribution())
        ellipses = [
            (weight, centre, _axes(pca.components_, scale))
            for weight, centre, scale in zip(weights, pca.transform(locs), scales, strict=True)
        ]
        return cls(latents, labels, names, ids, locs, pca, ellipses)

    @property
    def plane(self):
        """Places of the latents on the map, [n, 2]."""
        return self.pca.transform(self.latents)

    def latents_at(self, place):
        """Return the latents [D] of a place on the plane, at the mean of all other dimensions."""
        return self.pca.inverse_transform(np.asarray(place, np.float32)[None])[0]


def map_of_data(studio, model, data, split, count, progress=None):
    """Return the `LatentMap` of sounds of a prepared data set, drawn at random.

    Args:
        studio: `Studio`.
        model: the model that encodes them.
        data: name of a data set of the studio.
        split: "train", "validation" or "test".
        count: how many.
        progress: function of (done, of how many), or None.
    """
    summary = studio.dataset(data)
    if not fits(summary, model):
        raise Refused(f"the data set {data} has another rate or window than this model.")
    dataset = load_dataset(
        summary.folder, model.spectrogram, split, _BATCH, shuffle=True, audio=True
    )
    latents, labels, ids = [], [], []
    for batch in dataset:
        if progress:
            progress(len(ids), count)
        with studio.turn.taken():
            latents.append(model.encode(batch["audio"])[:, 0])
        labels += batch["label"].numpy().tolist()
        ids += batch["id"].numpy().tolist()
        if len(ids) >= count:
            break
    if len(ids) < 2:
        raise Refused(f"the {split} split of {data} has too few windows for a map.")
    origins = summary.files(split)
    words = [summary.class_names[label] for label in labels[:count]]
    names = [f"{origins[i].file}, {origins[i].start:.2f} s" for i in ids[:count]]
    latents = np.concatenate(latents)[:count]
    return LatentMap.of(model, latents, words, names, np.array(ids[:count]))


def map_of_prior(model, count):
    """Return the `LatentMap` of draws of the prior, for want of data."""
    latents = model.prior.sample(count, seed=0).numpy()
    names = [f"draw {place}" for place in range(count)]
    return LatentMap.of(model, latents, ["draws of the prior"] * count, names)


def recording(studio, data, split, id_):
    """Return the recorded window [N] of an example."""
    example = Records(studio.dataset(data).folder, split).example(id_)
    return example["audio"].astype(np.float32) / _FULL_SCALE


def _axes(directions, scale):
    """Return the axes [2, 2] of the ellipse of one standard deviation of N(m, diag(scale)^2)."""
    values, vectors = np.linalg.eigh((directions * scale**2) @ directions.T)
    return np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
