"""The signatures of a model with continuous latents."""

import tensorflow as tf

from tfaudiogen.models.modalities.latent_graph import LatentGraph
from tfaudiogen.serving.request_checks import after, check, check_finite
from tfaudiogen.serving.signatures.autoencoders import AutoencoderSignatures
from tfaudiogen.serving.signatures.specs import spec

_ANY = -1


class LatentSignatures(AutoencoderSignatures):
    """The signatures of a `ModalityModel`; see `AutoencoderSignatures`."""

    default = "sample"

    def _graph_of(self, samples):
        return LatentGraph(self.model, samples)

    def _further(self):
        inputs, latents = self.inputs.spec(), self.inputs.latents(self.model.latent_size)
        seed, component = (spec(name, dtype=tf.int64) for name in ("seed", "component"))
        ends = (self.inputs.spec("a"), self.inputs.spec("b"), spec("fraction"))
        return {
            "sample": self._entry(self.sample, seed, spec("temperature"), component),
            "encode": self._entry(self.encode, inputs),
            "decode": self._entry(self.decode, latents),
            "log_prob": self._entry(self.log_prob, inputs),
            "interpolate": self._entry(self.interpolate, *ends),
        }

    def facts(self):
        """Return the facts that `describe` outputs; see `Signatures`."""
        return {
            **super().facts(),
            **self._drawn_samples(),
            "latent_size": self.model.latent_size,
            "components": self.model.prior.components,
            "log_prob_draws": self.graph.draws,
        }

    def sample(self, seed, temperature, component):
        """Generate from seed int64 [B], temperature [B] and component int64 [B] (-1: any)."""
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
        return self._answer(self.graph.sample(seed, index, temperature, component))

    def encode(self, inputs):
        """Return posterior means, [B, W, D] for the W half-overlapping windows of audio."""
        return {"latents": self.graph.encode(self._taken(inputs))}

    def decode(self, latents):
        """Decode latents as `encode` returns them; W windows of audio have W + 1 half windows."""
        checks = [
            *self._check_rows(latents),
            *self.inputs.latent_checks(latents),
            check_finite("latents", latents),
        ]
        return self._answer(self.graph.decode(*after(checks, latents)))

    def log_prob(self, inputs):
        """Return the importance-weighted bound [B] in nats, the sum of consecutive windows."""
        inputs = self._taken(inputs)
        zeros = tf.zeros(tf.shape(inputs)[:1], tf.int64)
        return {"log_prob": self.graph.log_prob(inputs, zeros, zeros)}

    def interpolate(self, a, b, fraction):
        """Interpolate from a to b by a fraction [B]; audio has whole windows."""
        checks = [
            *self._check_rows(a, b, fraction),
            *self.inputs.checks(a, "a"),
            *self.inputs.checks(b, "b"),
            self._check_range("fraction", fraction, 1),
        ]
        return self._answer(self.graph.interpolate(*after(checks, a, b, fraction)))
