"""Two-dimensional maps of latents (PCA or UMAP of posterior means) with the mixture prior."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from tfaudiogen.app.abilities import draws_pictures
from tfaudiogen.app.examples import name_of
from tfaudiogen.app.refusals import Refused
from tfaudiogen.app.studio import fits
from tfaudiogen.data import load_dataset
from tfaudiogen.metrics.latents import mixture_parameters
from tfaudiogen.runtime import optional

PCA_MAP, UMAP_MAP = "PCA", "UMAP"
_BATCH = 16
_NEIGHBOURS = 15


@dataclass(frozen=True)
class LatentMap:
    """Latents of n sounds or images, projected onto a plane.

    Attributes:
        latents: [n, D].
        labels: label text of each.
        names: display name of each.
        ids: example id of each in its split; None if the latents are samples of the prior.
        components: means of the prior's components, [K, D].
        projection: fitted `sklearn.decomposition.PCA` or `umap.UMAP` between latents and plane.
        ellipses: (weight, centre [2], axes [2, 2]) for each component. The axes are those of the
            one-sigma ellipse of the projected Gaussian; None if the map is not linear.
    """

    latents: np.ndarray
    labels: list
    names: list
    ids: np.ndarray | None
    components: np.ndarray
    projection: object
    ellipses: list

    @classmethod
    def of(cls, model, latents, labels, names, ids=None, kind=PCA_MAP):
        """Return the map of latents [n, D], n at least 2, by `PCA_MAP` or `UMAP_MAP`."""
        projection = _projections()[kind](len(latents)).fit(latents)
        weights, locs, scales = mixture_parameters(model.prior.distribution())
        directions = getattr(projection, "components_", None)
        ellipses = [
            (weight, centre, None if directions is None else _axes(directions, scale))
            for weight, centre, scale in zip(
                weights, projection.transform(locs), scales, strict=True
            )
        ]
        return cls(latents, labels, names, ids, locs, projection, ellipses)

    @property
    def is_linear(self):
        """Whether a straight line through latent space is straight on the map."""
        return isinstance(self.projection, PCA)

    @property
    def plane(self):
        """Positions of the latents on the map, [n, 2]."""
        return self.projection.transform(self.latents)

    @property
    def shown(self):
        """Positions of latents and component means, all of which must be visible, [n + K, 2]."""
        return np.concatenate([self.plane, [centre for _, centre, _ in self.ellipses]])

    def position_of(self, latents):
        """Return the position [2] of latents [D] on the map."""
        return self.projection.transform(np.atleast_2d(latents))[0]

    def latents_at(self, position):
        """Return latents [D] that project to a position on the map.

        PCA sets all other dimensions to their mean. UMAP searches for latents with the same
        neighbours as the position has on the map.
        """
        return self.projection.inverse_transform(np.asarray(position, np.float32)[None])[0]


def _projections():
    """Return {kind of map: function from the number of latents to an unfitted projection}."""
    return {PCA_MAP: lambda count: PCA(2), UMAP_MAP: _umap}


def _umap(count):
    """Return a deterministic two-dimensional UMAP (McInnes et al., 2018)."""
    if count <= _NEIGHBOURS:
        raise Refused(f"a map by UMAP needs at least {_NEIGHBOURS + 1} points: ask for more.")
    (umap,) = optional.modules("umap", "a map by UMAP, unlike one by PCA,", "umap")
    return umap.UMAP(n_neighbors=_NEIGHBOURS, random_state=0, n_jobs=1)


def map_of_data(studio, model, data, split, count, kind=PCA_MAP, progress=None):
    """Return the `LatentMap` of random sounds or images of a prepared data set.

    Args:
        studio: `Studio`.
        model: the model that encodes them.
        data: name of a data set of the studio.
        split: "train", "validation" or "test".
        count: number of examples.
        kind: `PCA_MAP` or `UMAP_MAP`.
        progress: function of (done, total), or None.
    """
    summary = studio.dataset(data)
    if not fits(summary, model):
        raise Refused(
            f"the data set {data} has another rate, window or size than this model: choose other "
            "data."
        )
    pictures = draws_pictures(model)
    dataset = load_dataset(
        summary.folder, model.representation, split, _BATCH, shuffle=True, audio=not pictures
    )
    latents, labels, ids = [], [], []
    for batch in dataset:
        if progress:
            progress(len(ids), count)
        with studio.compute_lock.taken():
            found = model.encode(batch["image" if pictures else "audio"])
            latents.append(found if pictures else found[:, 0])
        labels += batch["label"].numpy().tolist()
        ids += batch["id"].numpy().tolist()
        if len(ids) >= count:
            break
    if len(ids) < 2:
        raise Refused(f"the {split} split of {data} has too few examples for a map.")
    summary = summary.of_kind(model.representation.kind)
    origins = summary.files(split)
    words = [summary.class_names[label] for label in labels[:count]]
    names = [name_of(origins[i]) for i in ids[:count]]
    latents = np.concatenate(latents)[:count]
    return LatentMap.of(model, latents, words, names, np.array(ids[:count]), kind)


def map_of_prior(model, count, kind=PCA_MAP):
    """Return the `LatentMap` of samples of the prior, which needs no data."""
    latents = model.prior.sample(count, seed=0).numpy()
    names = [f"draw {position}" for position in range(count)]
    return LatentMap.of(model, latents, ["draws of the prior"] * count, names, kind=kind)


def _axes(directions, scale):
    """Return the axes [2, 2] of the projected one-sigma ellipse of N(m, diag(scale)^2)."""
    values, vectors = np.linalg.eigh((directions * scale**2) @ directions.T)
    return np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
