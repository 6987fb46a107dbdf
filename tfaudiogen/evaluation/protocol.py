"""`evaluate`: one evaluation protocol for all models, tables and model cards."""

import importlib.metadata
import math

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from tfaudiogen import metrics
from tfaudiogen.data import describe, load_dataset
from tfaudiogen.evaluation.classification import tagging_report
from tfaudiogen.evaluation.retrieval import retrieval_report, source_of
from tfaudiogen.metrics.latents import active_units, marginal_kl, mixture_parameters
from tfaudiogen.metrics.pixels import fit_logistic_scale, logistic_code_length
from tfaudiogen.metrics.reconstruction import reconstruction_of
from tfaudiogen.models.autoencoders.code_usage import usage_figures
from tfaudiogen.probability import distributions, noise

_PACKAGES = ("tensorflow", "keras", "tensorflow-probability", "librosa", "numpy")


def evaluate(
    model,
    data,
    split="test",
    samples=16,
    batch_size=8,
    limit=None,
    seed=0,
    phase="pghi",
    progress=True,
):
    """Evaluates an autoencoder, an embedder or a tagger on a prepared data set.

    Every metric is a mean over windows (bits per dimension: a ratio of sums) of recorded frames,
    without the padding of short files. Its interval is a 95 % bootstrap over source files.
    Args:
        model: a VAE, a VQVAE or a CodeModel, of audio or of pictures; an AudioImageEmbedder, on
            pairs, for which `tfaudiogen.evaluation.retrieval.retrieval_report` makes the report; or
            a PictureTagger, for which `tfaudiogen.evaluation.classification.tagging_report` does.
        data: folder that `tfaudiogen.data.prepare` wrote.
        split: "train", "validation" or "test".
        samples: k of the importance-weighted bound.
        batch_size: windows per batch; memory depends on it alone.
        limit: evaluate this many windows, drawn at random by `seed`; None for all.
        seed: int in [0, 2**31), for posterior draws and the bootstrap.
        phase: "pghi" or "graph", as in `model.reconstruct`.
        progress: whether to show progress bars.

    Returns:
        A dict that can be written as JSON; values that do not apply are None. Its entries:

        - `likelihood`: the likelihood of the levels. One without a density ("bernoulli") has no
          bits per dimension of its own; all its metrics then use one global scale, as `scored_by`
          says.
        - `rate`, `distortion`, `negative_elbo` and `negative_log_prob` (importance weighted): nats
          of the 8-bit image.
        - `bits_per_dimension_global_scale`: comparable across models, from a discretised logistic
          around the decoded image with one scale fitted on the validation split.
        - `reconstruction`: compares waveforms; each metric has the value of the `codec` beside it,
          which is analysis and inversion without a model. For pictures, mean squared error (of
          values in [0, 1]), PSNR and SSIM of 8-bit reconstructions, without a codec.
        - `bits_per_second`: the rate over whole windows, padding included; `bits_per_picture` for
          pictures.
        - `units`: diagnostics of the latent dimensions of a Gaussian posterior; `codes`, top level
          first: diagnostics of discrete codes on this split.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be at least 1 or None, received {limit}")
    embeds, tags = hasattr(model, "embed_images"), hasattr(model, "tag")
    if not (embeds or tags or hasattr(model, "reconstruct_images")):
        raise ValueError(
            "model must be one that reconstructs its images, embeds or tags; received a "
            f"{type(model).__name__}"
        )

    summary = describe(data)
    representation = (
        getattr(model, "sounds", model.representation) if embeds else model.representation
    )
    draws_pictures = not embeds and model.representation.kind == "pictures"
    if draws_pictures or getattr(model, "conditioning", None):  # of pairs, use the pictures alone
        summary = summary.of_kind("pictures")
    if tags:
        _check_classes(model, summary)
    sounds = model.representation.kind == "sounds"

    def batches(split, audio):
        dataset = load_dataset(
            data,
            representation,
            split=split,
            batch_size=batch_size,
            shuffle=limit is not None,
            seed=seed,
            audio=audio,
            drop_remainder=False,
            conditioning=getattr(model, "conditioning", None),
        )
        dataset = dataset if limit is None else dataset.unbatch().take(limit).batch(batch_size)
        count = min(limit or math.inf, summary.examples[split])
        steps = math.ceil(count / batch_size)
        yield from tqdm(dataset, split, steps, unit="batch", disable=not progress)

    settings = {"split": split, "limit": limit, "seed": seed, "batch_size": batch_size}
    if tags:
        report = tagging_report(model, batches(split, audio=False), seed)
        return {**settings, **report, "versions": _versions()}
    if embeds:
        windows, known = batches(split, audio=False), (summary.files(split), summary.class_names)
        return {
            **settings,
            **retrieval_report(model, windows, *known, seed),
            "versions": _versions(),
        }
    validation, windows = batches("validation", audio=False), batches(split, audio=sounds)
    report = evaluate_batches(
        model, windows, validation, summary.files(split), summary.class_names, samples, seed, phase
    )
    return {**settings, **report, "versions": _versions()}


def _check_classes(model, summary):
    """Raise ValueError unless the data has the classes of the tagger."""
    if list(summary.class_names) != model.class_names:
        raise ValueError(
            f"labels of the data in {str(summary.folder)!r} are {', '.join(summary.class_names)}, "
            f"and those of the model {', '.join(model.class_names)}: evaluate on data that were "
            "prepared with the same labels"
        )


def evaluate_batches(
    model, windows, validation, files, class_names=(), samples=16, seed=0, phase="pghi"
):
    """Evaluates an autoencoder on batches, as `evaluate` does on a prepared data set.

    Args:
        model: a VAE or a VQVAE.
        windows: iterable of batches, dicts of "image", "frames", "id", "label" and "audio"; for
            pictures of "image", "id" and "label".
        validation: iterable of batches without "audio", for the global scale.
        files: source file of each id: a sequence, or a mapping.
        class_names: names of the labels.
        samples, seed, phase: as in `evaluate`.
    """
    discrete = hasattr(model, "encode_codes")
    judge = (_CodeJudge if discrete else _Judge)(model, samples, seed, phase)
    scale = fit_logistic_scale(judge.decoded(batch) for batch in validation)
    rows = [judge.measure(batch, scale) for batch in windows]
    if not rows:
        raise ValueError("windows must hold at least one batch, received none")
    table = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    table["file"] = np.array([source_of(files, example) for example in table["id"]])
    return _report(table, judge, class_names, scale)


class _Judge:
    """Computes columns of per-example metrics from batches, with functions traced once."""

    def __init__(self, model, samples, seed, phase):
        self.model, self.samples, self.seed, self.phase = model, samples, seed, phase
        image = tf.TensorSpec((None, *model.representation.image_shape))
        frames, ids = tf.TensorSpec((None,), tf.int32), tf.TensorSpec((None,), tf.int64)
        self._decode = _graph(self._decode_draw, image, ids)
        self._terms = _graph(self._likelihood_terms, image, frames, ids)
        self._reconstruct = _graph(model.reconstruct_images, image)
        self.reconstruction = reconstruction_of(model.representation, phase)

    def decoded(self, batch):
        """Return images, decoded images of one posterior draw, and frames."""
        images = distributions.quantize(batch["image"])
        frames = self.model.fill_defaults(batch)["frames"]
        return images, self._decode(images, batch["id"]), frames

    def measure(self, batch, scale):
        """Return a dict of columns [B, ...], one value per window."""
        images, means, frames = self.decoded(batch)
        row = {
            name: value.numpy() for name, value in self._terms(images, frames, batch["id"]).items()
        }
        code_length = logistic_code_length(images, means, frames, scale).numpy()
        row["global_code_length"] = row["rate"] + code_length
        row |= self._diagnosed(row)
        row |= {name: np.asarray(batch[name]) for name in ("id", "label")}
        rebuilt = self._reconstruct(images)
        return row | self.reconstruction.columns({**batch, "frames": frames}, images, rebuilt)

    def _diagnosed(self, row):
        """Return the columns about the latent dimensions."""
        prior = mixture_parameters(self.model.prior.distribution())
        return {"marginal_kl": marginal_kl(row["loc"], row.pop("spread"), *prior)}

    def diagnostics(self, table):
        """Return the part of the report about the latents."""
        return {"units": _units(table), "codes": None}

    def _decode_draw(self, images, ids):
        loc, scale_tril = self.model.posterior_parameters(images)
        key = noise.key(self.seed, tf.size(ids))._replace(index=ids)
        standard = noise.normal(key, "evaluation", (self.model.latent_size,))
        return self.model.decode_images(loc + tf.linalg.matvec(scale_tril, standard))

    def _likelihood_terms(self, images, frames, ids):
        key = noise.key(self.seed, tf.size(ids))._replace(index=ids)
        batch = {"image": images, "frames": frames, "id": ids}
        terms = self.model.loss_terms(batch, key, training=False)
        loc, scale_tril = self.model.posterior_parameters(images)
        row = {name: terms[name] for name in ("rate", "code_length", "pixels")}
        row |= {"loc": loc, "spread": tf.norm(scale_tril, axis=-1)}
        if self.model.likelihood.is_density:
            draws = (self.samples, self.seed, ids)
            row["log_prob"] = self.model.image_log_prob(images, frames, *draws)
        return {name: tf.cast(value, tf.float64) for name, value in row.items()}


class _CodeJudge(_Judge):
    """The same for a model with discrete codes, which are deterministic: one decoding suffices.

    The negative ELBO is the bound at the codes of x; more draws would not tighten it.
    """

    def _decode_draw(self, images, ids):
        return self.model.reconstruct_images(images)

    def _likelihood_terms(self, images, frames, ids):
        key = noise.key(self.seed, tf.size(ids))._replace(index=ids)
        batch = {"image": images, "frames": frames, "id": ids}
        terms = self.model.loss_terms(batch, key, training=False)
        counts = [name for name in terms if name.startswith("counts_")]
        wanted = ["rate", "code_length", "pixels", *counts]
        return {name: tf.cast(terms[name], tf.float64) for name in wanted}

    def _diagnosed(self, row):
        return {}

    def diagnostics(self, table):
        levels = []
        for name in sorted(name for name in table if name.startswith("counts_")):
            counts = table[name].sum(axis=0)
            figures = usage_figures(counts)
            values = {key: float(value) for key, value in figures.items()}
            levels.append({"codes": len(counts), "places": float(counts.sum()), **values})
        return {"units": None, "codes": levels}


def _graph(function, *signature):
    # AutoGraph has nothing to convert here, and would warn about source it cannot read.
    return tf.function(function, signature, autograph=False)


def _report(table, judge, class_names, scale):
    own = judge.model.likelihood.is_density
    table["negative_elbo"] = table["code_length" if own else "global_code_length"]
    table["distortion"] = table["negative_elbo"] - table["rate"]
    nats = table["pixels"] * math.log(2.0)

    def mean(name, weights=None):
        return _mean(table[name], weights, table["file"], judge.seed)

    shared = "discretised logistic around the decoded image, one scale fitted on validation"
    return {
        "windows": len(nats),
        "files": len(np.unique(table["file"])),
        **judge.reconstruction.amount(table),
        "likelihood": {
            "family": judge.model.likelihood.family,
            "scored_by": "itself, as probabilities of 256 levels" if own else shared,
            "global_scale": scale,
        },
        "rate": mean("rate"),
        "distortion": mean("distortion"),
        "negative_elbo": mean("negative_elbo"),
        **judge.reconstruction.rate(float(table["rate"].mean())),
        "negative_log_prob": _negative_log_prob(table, judge) if "log_prob" in table else None,
        "bits_per_dimension": mean("negative_elbo", nats),
        "bits_per_dimension_global_scale": mean("global_code_length", nats),
        "reconstruction": judge.reconstruction.report(mean),
        **judge.diagnostics(table),
        "labels": _labels(table, class_names, judge),
        "uncertainty": "95 % bootstrap over source files, 2000 resamples",
    }


def _mean(values, weights, groups, seed):
    """Return the mean, or the ratio of sums, with its interval; NaNs are counted and left out."""
    valid = ~np.isnan(values)
    if not valid.any():
        return {"mean": None, "interval": None}
    weights = np.ones_like(values) if weights is None else weights
    low, high = metrics.bootstrap_interval(values, weights, groups, seed=seed)
    row = {
        "mean": float(values[valid].sum() / weights[valid].sum()),
        "interval": None if math.isnan(low) else [low, high],
    }
    return row if valid.all() else {**row, "left_out": int(np.sum(~valid))}


def _negative_log_prob(table, judge):
    values, count = -table["log_prob"], len(table["log_prob"])
    error = float(values.std(ddof=1) / math.sqrt(count)) if count > 1 else None
    row = _mean(values, None, table["file"], judge.seed)
    return {**row, "standard_error": error, "samples": judge.samples}


def _units(table):
    means = table["loc"]
    return {
        "active": int(active_units(means).sum()),
        "size": means.shape[1],
        "variance_of_means": means.var(axis=0).tolist(),
        "marginal_kl": table["marginal_kl"].mean(axis=0).tolist(),
    }


def _labels(table, class_names, judge):
    rows, seed, headline = {}, judge.seed, judge.reconstruction.headline
    for label in np.unique(table["label"]):
        chosen = {name: column[table["label"] == label] for name, column in table.items()}
        nats = chosen["pixels"] * math.log(2.0)
        groups = chosen["file"]
        name = class_names[label] if 0 <= label < len(class_names) else str(label)
        rows[name] = {
            "windows": len(nats),
            "files": len(np.unique(groups)),
            "bits_per_dimension": _mean(chosen["negative_elbo"], nats, groups, seed),
            headline: _mean(chosen[headline], None, groups, seed),
        }
    return rows


def _versions():
    import tfaudiogen

    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {"tfaudiogen": tfaudiogen.__version__, **found}
