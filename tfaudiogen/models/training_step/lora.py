"""Low-rank adapters of trained models (LoRA), saved apart from their base."""

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

    of the `keras.layers.Dense` that a class names in `adapted_layers`, by Keras' own `enable_lora`.
    W and everything else stay as they are; A and B alone are trained. B starts at zero, and the
    adapted model so as the one that it came from. The configuration knows nothing of an adapter: a
    saved model is the merged one, and the adapter a file beside it.
    """

    lora_rank = 0

    def enable_lora(self, rank):
        """Freeze the model and give it an adapter of a rank; to be done before `compile`.

        Args:
            rank: r, at least 1, and at most the smaller side of each matrix.

        Raises:
            ValueError: the rank is out of range, or there is an adapter already.
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
        """All weights but those of the adapter."""
        own = {id(weight) for pair in self._adapter().values() for weight in pair}
        return [weight for weight in self.weights if id(weight) not in own]

    @property
    def merged_weights(self):
        """The values of all weights of the model that the adapter makes of the base, float32."""
        changed = {
            id(_kernel(layer)): keras.ops.add(_kernel(layer).value, _product(layer))
            for layer in (self.adapted_layers().values() if self.lora_rank else ())
        }
        return [changed.get(id(weight), weight) for weight in self.base_weights]

    def merged(self):
        """Return a model without an adapter that gives the same."""
        model = type(self).from_config(self.get_config())
        for weight, value in zip(model.weights, self.merged_weights, strict=True):
            weight.assign(value)
        return model

    def save_adapter(self, path):
        """Write the adapter alone: its rank, the names of the layers, and A and B of each.

        Args:
            path: of the file, an .npz without pickled objects.

        Raises:
            ValueError: there is none.
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
        """Give the model a saved adapter, in place of the one that it may have.

        Args:
            path: of a file that `save_adapter` wrote.

        Raises:
            ValueError: the file is damaged, or of an adapter of another model.
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
        """Return a checksum of the matrices that are adapted."""
        total = 0
        for layer in self.adapted_layers().values():
            total = zlib.crc32(keras.ops.convert_to_numpy(_kernel(layer)).tobytes(), total)
        return total


def _kernel(layer):
    """Return the variable of W; the layer's own `kernel` is W + A B."""
    return next(weight for weight in layer.weights if weight.name == "kernel")


def _product(layer):
    """Return what an adapter adds to W."""
    scale = layer.lora_alpha / layer.lora_rank
    return scale * keras.ops.matmul(layer.lora_kernel_a.value, layer.lora_kernel_b.value)


def _read(path):
    """Return rank, names of layers, checksum of the base, and (A, B) of each layer."""
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
