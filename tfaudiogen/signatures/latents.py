"""The signatures of a model with a latent distribution."""

import tensorflow as tf

from tfaudiogen.models.latent_rows import LatentRows
from tfaudiogen.request_checks import after, check, check_finite
from tfaudiogen.signatures.base import Signatures, spec

_ANY = -1


class LatentSignatures(Signatures):
    """All that a `MediumModel` can do; see `Signatures`."""

    default = "sample"

    def _rows_of(self, samples):
        return LatentRows(self.model, samples)

    def _further(self):
        waveform, latents = spec("waveform", None), spec("latents", None, self.model.latent_size)
        seed, component = (spec(name, dtype=tf.int64) for name in ("seed", "component"))
        ends = (spec("a", None), spec("b", None), spec("fraction"))
        return {
            "sample": self._entry(self.sample, seed, spec("temperature"), component),
            "encode": self._entry(self.encode, waveform),
            "decode": self._entry(self.decode, latents),
            "log_prob": self._entry(self.log_prob, waveform),
            "interpolate": self._entry(self.interpolate, *ends),
        }

    def facts(self):
        """Return what `describe` tells; see `Signatures`."""
        return {
            **super().facts(),
            "sample_samples": self.rows.samples,
            "latent_size": self.model.latent_size,
            "components": self.model.prior.components,
            "log_prob_draws": self.rows.draws,
            "most_windows": self.most_windows,
        }

    def sample(self, seed, temperature, component):
        """Draw sounds: seed int64 [B], temperature [B], component int64 [B] (-1: any)."""
        components = self.model.prior.components
        checks = [
            *self._check_rows(seed, temperature, component),
            *self._check_draw(seed, temperature),
            check(
                tf.reduce_all((component >= _ANY) & (component < components)),
                f"component must be from 0 to {components - 1}, or -1 for any",
            ),
        ]
        seed, temperature, component = after(checks, seed, temperature, component)
        index = tf.zeros_like(seed)
        return {"waveform": self.rows.sample(seed, index, temperature, component)}

    def encode(self, waveform):
        """Return posterior means [B, W, D] of the W half overlapping windows of sounds [B, N]."""
        checks = [*self._check_rows(waveform), *self._check_sound("waveform", waveform)]
        return {"latents": self.rows.encode(*after(checks, waveform))}

    def decode(self, latents):
        """Return the waveforms [B, N] of latents [B, W, D]; N is W + 1 half windows."""
        windows = tf.shape(latents)[1]
        checks = [
            *self._check_rows(latents),
            check(
                (windows >= 1) & (windows <= self.most_windows),
                f"latents must be of from 1 to {self.most_windows} windows",
            ),
            check_finite("latents", latents),
        ]
        return {"waveform": self.rows.decode(*after(checks, latents))}

    def log_prob(self, waveform):
        """Return the importance-weighted bound [B] in nats, the sum over consecutive windows."""
        checks = [*self._check_rows(waveform), *self._check_sound("waveform", waveform)]
        (waveform,) = after(checks, waveform)
        zeros = tf.zeros(tf.shape(waveform)[:1], tf.int64)
        return {"log_prob": self.rows.log_prob(waveform, zeros, zeros)}

    def interpolate(self, a, b, fraction):
        """Return sounds [B, N] of whole windows, a fraction [B] of the way from a to b."""
        checks = [
            *self._check_rows(a, b, fraction),
            *self._check_sound("a", a),
            *self._check_sound("b", b),
            self._check_range("fraction", fraction, 1),
        ]
        return {"waveform": self.rows.interpolate(*after(checks, a, b, fraction))}
