"""Samples code maps from an autoregressive prior, one code after the other."""

import tensorflow as tf

from tfaudiogen.layers.transformers.attention import BLOCK
from tfaudiogen.models.priors.truncation import categorical_quantile, truncate
from tfaudiogen.probability import noise

_TOGETHER, _SMALL = 32, 2**17
"""How many maps are drawn together by a graphics card, or by a prior of few weights. A processor
draws those of a larger prior one after the other: a step of one is products of matrices and one
vector, of which it does nine in the time of one step of four."""


class CodeSampling:
    """What `CodePrior` is mixed with: sampling by the core's steps, or, to compare, without them.

    Each draw is the quantile of the code's distribution at a uniform number that is keyed by the
    example and the place, so that cached and uncached sampling give the same codes.
    """

    def sample(
        self,
        count,
        seed=0,
        label=None,
        maps=(),
        vectors=None,
        temperature=1.0,
        top_k=None,
        top_p=None,
        guidance=1.0,
        given=None,
        known=None,
        cached=True,
    ):
        """Draw code maps.

        Args:
            count: B; at least 1.
            seed: int in [0, 2**31); the same seed gives the same codes.
            label: None, an int, or int32 [B].
            maps, vectors: the other conditions, with leading dimension B; see `CodePrior`.
            temperature: divides the logits, after guidance; 0 takes the most likely code.
            top_k: draw among the so many most likely codes; None for all.
            top_p: draw among the most likely codes that sum to this probability; None for all.
            guidance: how far logits move from those without label and vectors to those with them;
                1 for plain conditioning.
            given: int32 [B, *shape], codes that are not drawn where `known`; None for none.
            known: bool [B, *shape] or [*shape].
            cached: whether the core keeps what it has computed; the result is the same.

        Returns:
            int32 [B, *shape].

        Raises:
            ValueError: an argument out of its range.
        """
        self.check_sampling(count, temperature, top_k, top_p, guidance)
        if isinstance(label, int):
            label = tf.fill((count,), label)
        key = noise.key(seed, count)
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        given = self._given(count, given, known)
        conditions = {"label": label, "maps": list(maps), "vectors": vectors}
        return self.draw(key, conditions, given, guidance=guidance, cached=cached, **settings)

    def draw(
        self,
        key,
        conditions,
        given,
        temperature=1.0,
        top_k=None,
        top_p=None,
        guidance=1.0,
        cached=True,
        stream="codes",
    ):
        """Draw code maps [B, *shape] by a `Key`; see `sample`, which checks arguments.

        Args:
            key: `tfaudiogen.probability.noise.Key` of B examples.
            conditions: dict of "label", "maps" and "vectors".
            given: codes int32 [B, S] and which of them are known, bool [B, S].
            stream: name of the noise.
        """
        self._check_conditions(conditions.get("maps", ()), conditions.get("vectors"))
        truncated = top_k is not None or top_p is not None
        settings = {
            "temperature": tf.cast(temperature, tf.float32),
            "top_k": tf.constant(self.codes if top_k is None else top_k),
            "top_p": tf.constant(1.0 if top_p is None else top_p, tf.float32),
            "guidance": tf.cast(guidance, tf.float32),
        }
        levels = noise.uniform(key, stream, (self.length,))  # [B, S]
        conditions = {name: value for name, value in conditions.items() if value is not None}
        if "label" in conditions:
            conditions["label"] = tf.cast(conditions["label"], tf.int32)
        guided = guidance != 1.0 and self.can_be_guided
        sampler = self._sampler(cached, truncated, guided)
        parts = _equal_parts((levels, conditions, *given), self._together())
        drawn = [sampler(*rows, settings) for rows in parts]
        return tf.reshape(tf.concat(drawn, axis=0)[: len(levels)], (-1, *self.shape))

    def generate(self, levels, conditions, given, known, settings):
        """Draw code maps in the graph that calls this, without XLA; see `draw`.

        Args:
            levels: float32 [B, S], the uniform numbers at which quantiles are taken.
            conditions: as in `draw`; labels below 0 are none.
            given, known: int32 and bool [B, *shape], codes that are not drawn.
            settings: dict of the scalars temperature, top_k (int32; 0 for all), top_p (1 for all;
                0 for the likeliest) and guidance.

        Returns:
            int32 [B, *shape].
        """
        conditions = {name: value for name, value in conditions.items() if value is not None}
        if not self.conditions.classes:
            conditions.pop("label", None)
        top_k = tf.where(settings["top_k"] > 0, settings["top_k"], self.codes)
        flat = [tf.reshape(part, (-1, self.length)) for part in (given, known)]
        generation = _Generation(
            self, levels, *flat, {**settings, "top_k": top_k}, True, self.can_be_guided
        )
        return tf.reshape(generation.cached(conditions), (-1, *self.shape))

    def _together(self):
        small = self.count_params() <= _SMALL or tf.config.list_logical_devices("GPU")
        return _TOGETHER if small else 1

    def _given(self, count, given, known):
        if given is None:
            nothing = tf.zeros((count, self.length), tf.int32)
            return nothing, tf.zeros((count, self.length), tf.bool)
        known = tf.broadcast_to(tf.cast(known, tf.bool), (count, *self.shape))
        return self._flat(given), tf.reshape(known, (count, self.length))

    def _sampler(self, cached, truncated, guided):
        """Return the compiled graph for these choices, traced once for each."""
        made = self.__dict__.setdefault("_samplers", {})  # Keras tracks what it is told of
        if (cached, truncated, guided) not in made:

            def sampler(levels, conditions, given, known, settings):
                generation = _Generation(self, levels, given, known, settings, truncated, guided)
                return (generation.cached if cached else generation.uncached)(conditions)

            compiled = tf.function(sampler, jit_compile=True, autograph=False)
            made[cached, truncated, guided] = compiled
        return made[cached, truncated, guided]

    def check_sampling(self, count, temperature, top_k, top_p, guidance):
        if count < 1:
            raise ValueError(f"count must be at least 1, received {count}")
        if temperature < 0:
            raise ValueError(f"temperature must not be negative, received {temperature}")
        if top_k is not None and top_k < 1:
            raise ValueError(f"top_k must be at least 1 or None, received {top_k}")
        if top_p is not None and not 0 < top_p <= 1:
            raise ValueError(f"top_p must be in (0, 1] or None, received {top_p}")
        if guidance != 1.0 and not self.can_be_guided:
            raise ValueError(
                f"guidance must be 1 where there is no label and no vectors to strengthen; "
                f"received {guidance}"
            )


class _Generation:
    """One sampling: a loop over places, as a graph.

    Guided, the batch is twice as long: conditions as they are, then none.
    """

    def __init__(self, prior, levels, given, known, settings, truncated, guided):
        self.prior, self.settings = prior, settings
        self.truncated, self.guided = truncated, guided
        # The place comes first, to take one at a time.
        self.levels, self.given, self.known = map(tf.transpose, (levels, given, known))
        self.batch = levels.shape[0] or tf.shape(levels)[0]

    def _conditions(self, conditions):
        """Return what the core is told at all places, [R, S, D], and its context."""
        rows = self.batch * (2 if self.guided else 1)
        dropped = tf.range(rows) >= self.batch
        if self.guided:
            conditions = tf.nest.map_structure(lambda x: tf.concat([x, x], axis=0), conditions)
        steady, context = self.prior.told(dropped, **conditions)
        return tf.broadcast_to(steady, (rows, *steady.shape[1:])), context

    def cached(self, conditions):
        """Return codes [B, S], each from one step of the core."""
        prior = self.prior
        steady, context = self._conditions(conditions)
        inputs = tf.transpose(steady, (1, 0, 2))  # [S, R, D]
        state = prior.core.start(tf.shape(steady)[0], prior.length, context)
        last = tf.fill((self.batch,), prior.codes)
        codes = tf.zeros((prior.length, self.batch), tf.int32)

        def body(place, last, state, codes):
            x = prior.inputs_of(self._both(last), place - 1) + inputs[place]
            outputs, state = prior.core.step(x, place, state)
            last = self._draw(prior.logits_of(outputs, place), place)
            return place + 1, last, state, _put(codes, place, last)

        def block(begin, *values):
            _, last, state, codes = _repeat(body, (begin, *values), BLOCK)
            return begin + BLOCK, last, prior.core.settle(state, begin), codes

        # Each loop is compiled for itself: few of them, since that takes longer than to draw.
        whole, rest = divmod(prior.length, BLOCK)
        values = _repeat(block, (tf.constant(0), last, state, codes), whole, step=BLOCK)
        values = _repeat(body, values, rest)
        return tf.transpose(values[-1])

    def uncached(self, conditions):
        """Return codes [B, S], each from the whole sequence."""
        steady, context = self._conditions(conditions)

        def body(place, codes):
            before = tf.transpose(codes)
            before = tf.concat([before, before], axis=0) if self.guided else before
            logits = self.prior._logits(before, steady, context)[:, place]
            return place + 1, _put(codes, place, self._draw(logits, place))

        codes = tf.zeros((self.prior.length, self.batch), tf.int32)
        return tf.transpose(_repeat(body, (tf.constant(0), codes), self.prior.length)[1])

    def _both(self, codes):
        return tf.concat([codes, codes], axis=0) if self.guided else codes

    def _draw(self, logits, place):
        """Return the codes [B] at a place, drawn or known, for logits [R, K]."""
        settings = self.settings
        if self.guided:
            with_them, without = tf.split(logits, 2)
            logits = without + settings["guidance"] * (with_them - without)
        warm = logits / tf.maximum(settings["temperature"], 1e-6)
        if self.truncated:
            warm = truncate(warm, settings["top_k"], settings["top_p"])
        drawn = categorical_quantile(warm, self.levels[place])
        return tf.where(self.known[place], self.given[place], drawn)


def _equal_parts(rows, size):
    """Return a structure of tensors [B, ...] in parts of one size, the last filled up with zeros.

    One graph so serves every B, and what is drawn of a row does not depend on how many there are.
    """
    count = len(tf.nest.flatten(rows)[0])

    def filled(values):
        values = tf.convert_to_tensor(values)
        return tf.pad(values, [[0, -count % size]] + [[0, 0]] * (values.shape.rank - 1))

    rows = tf.nest.map_structure(filled, rows)
    return [
        tf.nest.map_structure(lambda values, at=at: values[at : at + size], rows)
        for at in range(0, count, size)
    ]


def _put(codes, place, values):
    """Return codes [S, B] with those at one place replaced."""
    return tf.tensor_scatter_nd_update(codes, place[None, None], values[None])


def _repeat(body, values, times, step=1):
    """Return the values after so many passes through `body`.

    The first value is the place, to which a pass adds `step`.
    """
    if not times:
        return values
    end = values[0] + times * step
    return tf.while_loop(
        lambda place, *_: place < end, body, values, maximum_iterations=times, parallel_iterations=1
    )
