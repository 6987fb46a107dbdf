"""Low-rank adapters (LoRA) of trained models, saved separately from the base model."""

import itertools
import zlib

import keras
import numpy as np

from tfaudiogen.disk import atomic_file
from tfaudiogen.validation.npz import read_npz
from tfaudiogen.validation.schema import expect, expect_keys

NAME = "adapter.npz"


class LowRank:
    """Low-rank adaptation (Hu et al., "LoRA: low-rank adaptation of large language models", 2022).

        W' = W + A B,    A [in, r],  B [r, out],

    for the `keras.layers.Dense` layers that a class returns from `adapted_layers`, using Keras'
    own `enable_lora`. Only A and B are trained; W and all other weights are frozen. B starts at
    zero, so the adapted model initially equals its base. The adapter is not part of the
    configuration: a saved model holds the merged weights, and the adapter is a separate file.
    """

    lora_rank = 0

    def enable_lora(self, rank):
        """Freezes the model and adds an adapter; must be called before `compile`.

        Args:
            rank: r, from 1 to the smaller side of each adapted matrix.

        Raises:
            ValueError: the rank is out of range, or the model already has an adapter.
        """
        layers = self.adapted_layers()
        most = min(min(layer.kernel.shape) for layer in layers.values())
        if self.lora_rank:
            raise ValueError(
                f"the model has an adapter of rank {self.lora_rank} already: go on with "
                "what merged() returns"
            )
        if not 1 <= rank <= most:
            raise ValueError(f"lora rank must be from 1 to {most}, received {rank}")
        for weight in self.trainable_weights:
            weight.trainable = False
        for standard in getattr(self, "standards", ()):
            standard.trainable = False
        for layer in layers.values():
            layer.enable_lora(rank)
        self.lora_rank = int(rank)

    @property
    def base_weights(self):
        """All weights except those of the adapter."""
        own = {id(weight) for pair in self._adapter().values() for weight in pair}
        return [weight for weight in self.weights if id(weight) not in own]

    @property
    def merged_weights(self):
        """Values of all base weights, float32, with the adapter merged into the adapted ones."""
        changed = {
            id(_kernel(layer)): keras.ops.add(_kernel(layer).value, _product(layer))
            for layer in (self.adapted_layers().values() if self.lora_rank else ())
        }
        return [changed.get(id(weight), weight) for weight in self.base_weights]

    def merged(self):
        """Return an equivalent model without an adapter, with merged weights."""
        model = type(self).from_config(self.get_config())
        for weight, value in zip(model.weights, self.merged_weights, strict=True):
            weight.assign(value)
        return model

    def save_adapter(self, path):
        """Writes the adapter only: its rank, the layer names, and A and B of each layer.

        Args:
            path: the file to write, an .npz without pickled objects.

        Raises:
            ValueError: the model has no adapter.
        """
        if not self.lora_rank:
            raise ValueError("the model has no adapter to save: enable_lora gives it one")
        adapter = self._adapter()
        arrays = {"rank": np.array(self.lora_rank), "targets": np.array(list(adapter))}
        arrays["base"] = np.array(self._fingerprint())
        for number, (a, b) in enumerate(adapter.values()):
            arrays[f"a_{number}"], arrays[f"b_{number}"] = map(keras.ops.convert_to_numpy, (a, b))
        with atomic_file(path, lasting=True) as temporary, open(temporary, "wb") as file:
            np.savez(file, **arrays)

    def load_adapter(self, path):
        """Loads a saved adapter, replacing any adapter the model has.

        Args:
            path: a file written by `save_adapter`.

        Raises:
            ValueError: the file is damaged, of another rank than the model's adapter, or an
                adapter of another model.
        """
        rank, targets, base, pairs = _read(path)
        if targets != list(self.adapted_layers()) or base != self._fingerprint():
            raise ValueError(
                f"{path} is an adapter of another model: give the model whose folder was named "
                "by --from when it was trained"
            )
        if self.lora_rank not in (0, rank):
            raise ValueError(
                f"{path} is of rank {rank}, and the model has an adapter of rank "
                f"{self.lora_rank}: load the model anew"
            )
        shapes = self._shapes(rank)
        if [tuple(value.shape for value in pair) for pair in pairs] != shapes:
            raise ValueError(f"{path} is damaged: its matrices are not of the sizes {shapes}")
        if not self.lora_rank:
            self.enable_lora(rank)
        for mine, theirs in zip(self._adapter().values(), pairs, strict=True):
            for weight, value in zip(mine, theirs, strict=True):
                weight.assign(value)

    def _adapter(self):
        """Return {name: (A, B)}."""
        if not self.lora_rank:
            return {}
        layers = self.adapted_layers().items()
        return {name: (layer.lora_kernel_a, layer.lora_kernel_b) for name, layer in layers}

    def _shapes(self, rank):
        """Return the shapes of A and B of each adapted layer, for a rank."""
        sizes = [layer.kernel.shape for layer in self.adapted_layers().values()]
        return [((inputs, rank), (rank, outputs)) for inputs, outputs in sizes]

    def _fingerprint(self):
        """Return a checksum of the base matrices W of the adapted layers."""
        total = 0
        for layer in self.adapted_layers().values():
            total = zlib.crc32(keras.ops.convert_to_numpy(_kernel(layer)).tobytes(), total)
        return total


def _kernel(layer):
    """Return the variable of W; the layer's own `kernel` is W + A B."""
    return next(weight for weight in layer.weights if weight.name == "kernel")


def _product(layer):
    """Return the scaled product A B that an adapter adds to W."""
    scale = layer.lora_alpha / layer.lora_rank
    return scale * keras.ops.matmul(layer.lora_kernel_a.value, layer.lora_kernel_b.value)


def _read(path):
    """Return the rank, the layer names, the checksum of the base, and (A, B) of each layer."""
    try:
        arrays = read_npz(path)
        expect_keys(arrays, "it", ("rank", "targets", "base"), arrays)
        targets = [str(name) for name in np.atleast_1d(arrays["targets"])]
        names = [(f"a_{number}", f"b_{number}") for number in range(len(targets))]
        expect_keys(arrays, "it", {"rank", "targets", "base", *itertools.chain(*names)})
        pairs = [tuple(arrays[name] for name in pair) for pair in names]
        return _integer(arrays, "rank"), targets, _integer(arrays, "base"), pairs
    except ValueError as error:
        raise ValueError(f"{path} is damaged or no adapter ({error})") from error


def _integer(arrays, name):
    values = arrays[name]
    expect(values.dtype.kind in "iu" and values.size == 1, name, (values.dtype.name, values.shape))
    return int(values.item())
