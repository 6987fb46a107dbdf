"""CLAP embeddings of sounds; weights and implementation come from other projects.

CLAP (Wu et al., "Large-scale contrastive language-audio pretraining", 2023) is the one of the
package transformers, in PyTorch; both come with the extra `clap` and are imported here alone.
"""

import sys
from pathlib import Path

import numpy as np

from tfaudiogen.runtime import optional
from tfaudiogen.validation import arrays, strict_json

_CONFIG = "config.json"


class Clap:
    """A CLAP model in a folder, which is looked for nowhere else.

    Weights are read from safetensors files alone, which hold numbers and no code.

    Args:
        folder: that `ClapModel.save_pretrained` and `ClapFeatureExtractor.save_pretrained` wrote,
            or that was downloaded whole.

    Raises:
        tfaudiogen.runtime.optional.Unavailable: the extra is not installed, or cannot be imported.
        ValueError: the folder holds no CLAP model, or not all of it.
    """

    def __init__(self, folder):
        _, transformers = libraries()
        _check_kind(Path(folder))
        local = {"local_files_only": True}
        try:
            self._features = transformers.ClapFeatureExtractor.from_pretrained(folder, **local)
            self._model, loading = transformers.ClapModel.from_pretrained(
                folder, use_safetensors=True, output_loading_info=True, **local
            )
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(
                f"{folder} cannot be read as a CLAP model ({_first_line(error)}): it needs "
                f"{_CONFIG}, preprocessor_config.json and model.safetensors"
            ) from error
        missing = sorted(loading["missing_keys"])
        if missing:
            raise ValueError(
                f"{folder} lacks {len(missing)} weights of the model, {missing[0]} first: copy it "
                "again"
            )
        self._model.eval()

    @property
    def sample_rate(self):
        """Hz of the sounds that `embed` takes."""
        return self._features.sampling_rate

    @property
    def window(self):
        """Samples that the model hears at a time."""
        return int(self._features.nb_max_samples)

    @property
    def size(self):
        """E, the numbers of an embedding."""
        return self._model.config.projection_dim

    def embed(self, waveform):
        """Return the embedding of a sound of any length, float32 [E] of Euclidean length 1.

        A sound that is longer than a window is cut into windows, one after the other, whose
        embeddings are averaged, weighted by how much of the sound each holds. One window at a time
        is computed, so that memory does not grow with the sound. A window that is not full is
        repeated, as CLAP was trained.

        Args:
            waveform: [N] at `sample_rate`, as `tfaudiogen.validation.arrays.waveforms` takes it.

        Raises:
            ValueError: for another shape, or numbers that it refuses.
        """
        sound = arrays.waveforms(waveform)
        if sound.ndim != 1:
            raise ValueError(f"waveform must be [N], received the shape {list(sound.shape)}")
        parts = [sound[start : start + self.window] for start in range(0, len(sound), self.window)]
        total = sum(len(part) * self._of_window(part) for part in parts)
        return (total / max(np.linalg.norm(total), 1e-12)).astype(np.float32)

    def _of_window(self, part):
        """Return float64 [E] of length 1 of at most one window."""
        torch, _ = libraries()
        features = self._features(part, sampling_rate=self.sample_rate, return_tensors="pt")
        # Which of several short sounds is called long, the extractor draws at random.
        longer = torch.zeros_like(features["is_longer"], dtype=torch.bool)
        with torch.inference_mode():
            found = self._model.get_audio_features(features["input_features"], is_longer=longer)
        # A tensor before transformers 5, and afterwards what holds it.
        vector = getattr(found, "pooler_output", found)[0].double().numpy()
        return vector / max(np.linalg.norm(vector), 1e-12)


def libraries():
    """Return the modules torch and transformers.

    Without Triton, in which PyTorch compiles and which nothing here needs: to import it beside
    TensorFlow aborts the process (seen with PyTorch 2.15, Triton 3.9 and TensorFlow 2.21).

    Raises:
        tfaudiogen.runtime.optional.Unavailable: the extra is not installed, or cannot be imported.
    """
    sys.modules.setdefault("triton", None)
    return optional.modules("clap", "CLAP", "torch", "transformers")


def _check_kind(folder):
    """Raise ValueError unless a folder says that it holds a CLAP model."""
    try:
        kind = strict_json.read(folder / _CONFIG).get("model_type")
    except (ValueError, AttributeError) as error:
        raise ValueError(
            f"{folder} holds no CLAP model (it has no readable {_CONFIG}): give the folder of its "
            "weights"
        ) from error
    if kind != "clap":
        raise ValueError(f"{folder} holds a model of the type {kind!r}, and must hold a CLAP model")


def _first_line(error):
    return str(error).strip().split("\n")[0] or type(error).__name__
