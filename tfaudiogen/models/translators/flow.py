"""`FlowTranslator`: conditional flow matching in the latent space of an autoencoder."""

import functools

import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.probabilistic.standardizer import Standardizer
from tfaudiogen.layers.transformers.diffusion import DiffusionTransformer
from tfaudiogen.models.training_step.lora import LowRank
from tfaudiogen.models.translators import flow_path, long_maps
from tfaudiogen.models.translators.base import Translation
from tfaudiogen.models.translators.target_latents import latents_of
from tfaudiogen.probability import noise
from tfaudiogen.runtime.renamed import accepts_old_names


@register
class FlowTranslator(LowRank, Translation):
    """A translator that generates target latents by conditional flow matching.

        z = (latents of y - m) / s,    z_t = a(t) z + b(t) e,    e ~ N(0, I),
        loss = E_(t, e) |u(z_t, t, f(x)) - (a'(t) z + b'(t) e) / r|^2 / N

    y is the target. Its trained, frozen autoencoder defines the latents: the encoder vectors of a
    `VQVAE` before quantization (see `UnroundedVectors`) or a posterior sample of a `VAE`. m and s
    are the mean and standard deviation of each dimension over the training data, saved with the
    model. x is the source, which the encoder f maps to a sequence of vectors. The network u is a
    `DiffusionTransformer`; encoder and network are trained jointly. The `objective` is rectified
    flow or v-prediction; `tfaudiogen.models.translators.flow_path` defines a, b and r.

    The loss uses one time t and noise e per example. It is a mean over the N numbers of z and so
    not in nats: u = 0 gives 2 with rectified flow and 1 with v-prediction.

    In training the vectors are dropped for a fraction `condition_dropout` of the examples, so one
    network models both the conditional and unconditional flow, for classifier-free guidance.
    Sampling solves dz_t / dt = r u from e at t = 1 to t = 0.

    A trained model can be fine-tuned with low-rank adapters; see `LowRank`.

    Sources, batches and long audio are as in `Translation`. In sampled audio of several windows,
    these overlap by half. With a `VQVAE` their u is averaged in overlaps (Bar-Tal et al.,
    "MultiDiffusion", 2023), so that they agree there. With a `VAE` windows share only the source
    and part of their noise, and are blended.

    Args:
        source_representation: representation of the source; see `Translation`.
        encoder: layer from source inputs to [B, M, V], such as `SequenceEncoder`.
        target: a trained `VQVAE` or `VAE` of another modality; it is frozen.
        width, depth, heads, patch: arguments of the `DiffusionTransformer`.
        objective: "rectified_flow" or "v_prediction".
        times: distribution of t in training, "uniform" or "logit_normal".
        condition_dropout: fraction in [0, 1).

    Raises:
        ValueError: source and target have the same modality, or an argument is invalid.
    """

    units = "of the direction of the flow and not in nats"
    note_on_loss = "The loss is a mean squared error"

    def __init__(
        self,
        source_representation,
        encoder,
        target,
        width=128,
        depth=6,
        heads=4,
        patch=1,
        objective="rectified_flow",
        times="logit_normal",
        condition_dropout=0.15,
        **kwargs,
    ):
        super().__init__(source_representation, encoder, target, **kwargs)
        _check_choice("objective", objective, flow_path.OBJECTIVES)
        _check_choice("times", times, flow_path.TIMES)
        if not 0 <= condition_dropout < 1:
            raise ValueError(f"condition_dropout must be in [0, 1), received {condition_dropout}")
        self.sizes = {"width": width, "depth": depth, "heads": heads, "patch": patch}
        self.objective, self.times = objective, times
        self.condition_dropout = float(condition_dropout)
        self.latents = latents_of(target)
        shapes, policy = self.latents.shapes, self.dtype_policy
        self.standards = [Standardizer(shape[2]) for shape in shapes]
        self.network = DiffusionTransformer(shapes, self.vector_width, **self.sizes, dtype=policy)
        for part in (*self.standards, self.network):
            part.build()
        self.built = True

    def loss_terms(self, batch, key, training):
        inputs, wanted = self.source_and_target(batch)
        data = self._standard(self.latents.of(wanted, key), training)
        vectors = self(inputs, training=training)
        time = flow_path.training_times(self.times, noise.uniform(key, "time"))  # [B]
        noisy, goal = flow_path.between(self.objective, data, self.latents.noise(key), time)
        share = self.condition_dropout if training else 0.0
        dropped = noise.uniform(key, "condition") < share
        found = self.network(noisy, time, vectors, dropped)
        gaps = flow_path.flat([one - other for one, other in zip(found, goal, strict=True)])
        return {"loss": tf.reduce_mean(tf.square(gaps), axis=1)}

    def _standard(self, latents, training):
        pairs = list(zip(self.standards, latents, strict=True))
        if training:
            for standard, one in pairs:
                standard.observe(one)
        return [standard(one) for standard, one in pairs]

    @accepts_old_names("sample's ", {"rescale": "guidance_rescale"})
    def sample(
        self,
        inputs,
        count=1,
        seed=0,
        temperature=None,
        guidance=None,
        guidance_rescale=0.0,
        steps=16,
        solver="heun",
        seconds=None,
        phase="pghi",
        progress=False,
    ):
        """Samples targets given sources.

        Args:
            inputs: sources: waveforms [N] or [B, N], images [H, W, C] or [B, H, W, C], or
                conditions; see `Translation`.
            count: n, number of samples per source; at least 1.
            seed: int in [0, 2**31); the same seed gives the same samples at the same position of a
                batch.
            temperature: standard deviation of the initial noise, in [0, inf). Values other than 1
                are heuristic: the model is not trained for them. None for the model's default.
            guidance: scale of classifier-free guidance; 1 for the conditional flow, 0 for the
                unconditional one, more to follow the source more closely. None for the model's
                default.
            guidance_rescale: in [0, 1], how far to undo the growth of u caused by guidance; see
                `flow_path.guided`.
            steps: number of solver steps, at least 1; 8 to 50 are usual.
            solver: "heun", second order with two network evaluations per step, or "euler".
            seconds: duration of audio; None for one window. See the class.
            phase: for audio, "pghi" or "graph"; see `ModalityAutoencoder`.
            progress: whether to show a progress bar on a terminal.

        Returns:
            float32 [B, n, ...], images [H, W, C] or waveforms [N]; [n, ...] for a single source.

        Raises:
            ValueError: an argument is out of range or has a wrong shape.
        """
        temperature, guidance = self.drawing(count, seed, temperature, guidance)
        _check_solving(guidance_rescale, steps, solver)

        def draw(key, vectors, windows):
            self.latents.check_windows(windows)
            start = [temperature * one for one in self.latents.noise(key, windows)]
            settings = (float(guidance), float(guidance_rescale), int(steps))
            solve = self._solver(windows, solver, guidance not in (0.0, 1.0))
            found = solve(start, vectors, *map(tf.constant, settings))
            return self.latents.images(found, windows)

        return self.drawn(draw, inputs, count, seed, seconds, phase, progress)

    def _solver(self, windows, solver, both):
        """Return the `tf.function` of `solved`, traced once for each of these settings."""
        known = self.__dict__.setdefault("_known_solvers", {})  # setattr would make Keras track it
        if (windows, solver, both) not in known:
            fixed = {"windows": windows, "solver": solver, "both": both}
            known[windows, solver, both] = tf.function(
                functools.partial(self.solved, **fixed), autograph=False, reduce_retracing=True
            )
        return known[windows, solver, both]

    def _direction(self, vectors, windows, guidance, guidance_rescale, both):
        """Return the velocity function, from long maps and a time to u, a list of long maps.

        Args:
            vectors: source vectors [B, M, V].
            windows: W.
            guidance, guidance_rescale: scalars; see `sample`.
            both: whether to compute the conditional and the unconditional flow.
        """
        vectors = tf.repeat(vectors, windows, axis=0)  # [B W, M, V]
        size = tf.shape(vectors)[0]
        vectors = tf.tile(vectors, (2, 1, 1)) if both else vectors
        dropped = tf.range(2 * size) >= size if both else tf.fill([size], guidance == 0.0)

        def of_windows(maps, time):
            maps = [tf.tile(one, (2, 1, 1, 1)) for one in maps] if both else maps
            found = self.network(maps, tf.fill(tf.shape(dropped), time), vectors, dropped)
            if not both:
                return found
            with_, without = zip(*(tf.split(one, 2) for one in found), strict=True)
            return flow_path.guided(list(with_), list(without), guidance, guidance_rescale)

        def direction(maps, time):
            pairs = zip(maps, self.latents.shapes, strict=True)
            found = of_windows([long_maps.split(m, s[0], windows) for m, s in pairs], time)
            return [long_maps.average(one, windows) for one in found]

        return direction

    def solved(
        self, start, vectors, guidance, guidance_rescale, steps, windows=1, solver="heun", both=True
    ):
        """Solves the flow from noise to latents in `steps` equal time steps.

        Args:
            start: the noise, a list of long maps [B, columns, F, D].
            vectors: source vectors [B, M, V].
            guidance, guidance_rescale, steps: scalar tensors; see `sample`.
            windows: W.
            solver: as in `sample`.
            both: whether to compute the conditional and the unconditional flow; if False,
                `guidance` must be 0 or 1.
        """
        direction = self._direction(vectors, windows, guidance, guidance_rescale, both)
        whole = tf.cast(steps, tf.float32)

        def step(number, maps):
            time, target = (1.0 - tf.cast(number + one, tf.float32) / whole for one in (0, 1))
            arguments = (self.objective, direction, maps, time, target, solver)
            return number + 1, flow_path.advance(*arguments)

        shapes = [tf.TensorShape([None, *one.shape[1:]]) for one in start]
        _, found = tf.while_loop(
            lambda number, maps: number < steps,
            step,
            (tf.constant(0), start),
            shape_invariants=(tf.TensorShape(()), shapes),
        )
        pairs = zip(self.standards, found, strict=True)
        return [standard.inverse(one) for standard, one in pairs]

    def log_prob(self, targets, inputs):
        """Not available: a flow has no tractable log-probability here.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            "a FlowTranslator has no log_prob: the likelihood of what a flow draws is an integral "
            "over its whole path. Compare its loss or its draws, or train a translator of codes or "
            "a VariationalTranslator, which have one"
        )

    def adapted_layers(self):
        """Return {name: `keras.layers.Dense`}, the layers for LoRA: all those of the blocks."""
        return self.network.dense_layers()

    def get_config(self):
        names = ("objective", "times", "condition_dropout")
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **self.sizes, **own}


def _check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; received {value!r}")


def _check_solving(guidance_rescale, steps, solver):
    if not 0 <= guidance_rescale <= 1:
        raise ValueError(f"guidance_rescale must be in [0, 1], received {guidance_rescale}")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, received {steps}")
    _check_choice("solver", solver, flow_path.SOLVERS)
