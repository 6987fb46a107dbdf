"""`FlowTranslator`: samples the latents of a target by a flow, given a source."""

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


@register
class FlowTranslator(LowRank, Translation):
    """A flow from noise to the latents of pictures given a sound, or of sounds given a picture.

        z = (latents of y - m) / s,    z_t = a(t) z + b(t) e,    e ~ N(0, I),
        loss = E_(t, e) |u(z_t, t, f(x)) - (a'(t) z + b'(t) e) / r|^2 / N

    y is the target, whose trained and frozen autoencoder has the latents: the vectors of a `VQVAE`
    before they are rounded to codes (see `UnroundedVectors`) or a draw of the posterior of a `VAE`.
    m and s are the mean and the spread of each dimension over the training data, kept with the
    model. x is the source, of which the encoder f makes a sequence of vectors. The network u is a
    `DiffusionTransformer`; encoder and network are trained together. Of the two `objective`s,
    rectified flow and v-prediction diffusion, `tfaudiogen.models.translators.flow_path` has a, b
    and r.

    The loss is that of one time t and noise e of each example, a mean over the N numbers of z and
    so not in nats: that of a network that knows nothing, u = 0, is 2 with rectified flow and 1 with
    v-prediction.

    For a share `condition_dropout` of the examples the vectors are left out, so that one network
    knows the flow with and without the source and a draw can be guided towards it. A draw solves
    dz_t / dt = r u from e at t = 1 to t = 0.

    A trained model can be adapted to other pairs by matrices of low rank; see `LowRank`.

    What is given, batches and long sounds are as in `Translation`. In a drawn sound of several
    windows those overlap by half, and where they do the mean of their u leads on (Bar-Tal et al.,
    "MultiDiffusion", 2023), so that they agree in what they have in common; windows of a `VAE`
    share but the source and part of their noise, and are blended.

    Args:
        source: the representation of what is given, a `Spectrogram` or `Pictures`.
        encoder: layer from images of the source to [B, M, V], such as `SequenceEncoder`.
        target: a trained `VQVAE` or `VAE` of the other kind; is frozen.
        width, depth, heads, patch: of the `DiffusionTransformer`.
        objective: "rectified_flow" or "v_prediction".
        times: how t is drawn in training, "uniform" or "logit_normal".
        condition_dropout: share, in [0, 1).

    Raises:
        ValueError: source and target are of one kind, or a setting is none of its choices.
    """

    units = "of the direction of the flow and not in nats"
    note_on_loss = "The loss is a mean squared error"

    def __init__(
        self,
        source,
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
        super().__init__(source, encoder, target, **kwargs)
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
        given, wanted = self.source_and_target(batch)
        data = self._standard(self.latents.of(wanted, key), training)
        vectors = self(given, training=training)
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

    def sample(
        self,
        inputs,
        count=1,
        seed=0,
        temperature=None,
        guidance=None,
        rescale=0.0,
        steps=16,
        solver="heun",
        seconds=None,
        phase="heap",
        progress=False,
    ):
        """Draw pictures for sounds, or sounds for pictures.

        Args:
            inputs: the source: waveforms [N] or [B, N], or pictures [H, W, C] or [B, H, W, C].
            count: n, draws for each; at least 1.
            seed: int in [0, 2**31); the same seed gives the same draws for the same place in a
                batch.
            temperature: spread of the noise that draws begin with; in [0, inf). Another one than 1
                is a matter of taste: such draws are of no distribution that was trained. None for
                the model's own.
            guidance: how far u moves from that without the source to that with it; 1 for the
                plain flow, 0 for the one without, more for draws that show the source more clearly.
                None for the model's own.
            rescale: part, in [0, 1], to which the length that guidance adds to u is taken back; see
                `flow_path.guided`.
            steps: of the solver, at least 1; 8 to 50 are usual.
            solver: "heun", of second order, with two evaluations of the network a step, or "euler".
            seconds: duration of sounds; None for one window. See the class.
            phase: of sounds, "heap" or "graph"; see `AudioModality`.
            progress: show a progress bar, on a terminal.

        Returns:
            float32 [B, n, ...] of pictures [H, W, C] or waveforms [N]; [n, ...] for a single input.

        Raises:
            ValueError: an argument is out of its range or of another shape.
        """
        temperature, guidance = self.drawing(count, seed, temperature, guidance)
        _check_solving(rescale, steps, solver)

        def draw(key, vectors, windows):
            self.latents.check_windows(windows)
            start = [temperature * one for one in self.latents.noise(key, windows)]
            found = self._solver(windows, solver, guidance not in (0.0, 1.0))(
                start, vectors, *map(tf.constant, (float(guidance), float(rescale), int(steps)))
            )
            return self.latents.images(found, windows)

        return self.drawn(draw, inputs, count, seed, seconds, phase, progress)

    def _solver(self, windows, solver, both):
        """Return the function of `solved`, traced once for each of these."""
        known = self.__dict__.setdefault("_known_solvers", {})  # Keras tracks what it is told of
        if (windows, solver, both) not in known:
            fixed = {"windows": windows, "solver": solver, "both": both}
            known[windows, solver, both] = tf.function(
                functools.partial(self.solved, **fixed), autograph=False, reduce_retracing=True
            )
        return known[windows, solver, both]

    def _direction(self, vectors, windows, guidance, rescale, both):
        """Return the function of long maps and a time that returns u, a list of long maps.

        Args:
            vectors: [B, M, V] of the source.
            windows: W.
            guidance, rescale: scalars; see `sample`.
            both: whether the flows with and without the source are needed.
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
            return flow_path.guided(list(with_), list(without), guidance, rescale)

        def direction(maps, time):
            pairs = zip(maps, self.latents.shapes, strict=True)
            found = of_windows([long_maps.split(m, s[0], windows) for m, s in pairs], time)
            return [long_maps.average(one, windows) for one in found]

        return direction

    def solved(self, start, vectors, guidance, rescale, steps, windows=1, solver="heun", both=True):
        """Return the latents that the flow makes of noise, in `steps` equal steps of time.

        Args:
            start: the noise, a list of long maps [B, columns, F, D].
            vectors: [B, M, V] of the source.
            guidance, rescale, steps: scalar tensors; see `sample`.
            windows: W.
            solver: as in `sample`.
            both: whether the flows with and without the source are computed; without, `guidance`
                is 0 or 1.
        """
        direction = self._direction(vectors, windows, guidance, rescale, both)
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
        """Refuse: the probability of a picture or a sound is not known.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            "a FlowTranslator has no log_prob: the likelihood of what a flow draws is an integral "
            "over its whole path. Compare its loss or its draws, or train a translator of codes or "
            "a VariationalTranslator, which have one"
        )

    def adapted_layers(self):
        """Return {name: `keras.layers.Dense`} of what is adapted: all matrices of the blocks."""
        return self.network.dense_layers()

    def get_config(self):
        names = ("objective", "times", "condition_dropout")
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **self.sizes, **own}


def _check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; received {value!r}")


def _check_solving(rescale, steps, solver):
    if not 0 <= rescale <= 1:
        raise ValueError(f"rescale must be in [0, 1], received {rescale}")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, received {steps}")
    _check_choice("solver", solver, flow_path.SOLVERS)
