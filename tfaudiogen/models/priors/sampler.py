"""Autoregressive sampling of code maps from a `CodePrior`."""

import tensorflow as tf

from tfaudiogen.layers.transformers.attention import BLOCK
from tfaudiogen.models.priors.truncation import categorical_quantile, truncate
from tfaudiogen.probability import noise
from tfaudiogen.runtime.renamed import accepts_old_names

_TOGETHER, _SMALL = 32, 2**17
"""Batch size on a GPU or for a prior with few weights, and the maximum of these. On a CPU, larger
priors sample one map at a time: steps of one map are matrix-vector products, of which nine take the
time of one step of four maps."""


class CodeSampling:
    """Mixin of `CodePrior` for sampling with a KV cache or, for comparison, without.

    Each code is the quantile of its distribution at a uniform number keyed by example and
    position, so cached and uncached sampling give the same codes.
    """

    @accepts_old_names("sample's ", {"given": "known_codes"})
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
        known_codes=None,
        known=None,
        cached=True,
    ):
        """Samples code maps.

        Args:
            count: B; at least 1.
            seed: int in [0, 2**31); the same seed gives the same codes.
            label: None, an int, or int32 [B].
            maps, vectors: the other conditions, with leading dimension B; see `CodePrior`.
            temperature: divides the logits, after guidance; 0 takes the most likely code.
            top_k: sample among the `top_k` most likely codes; None for all.
            top_p: sample among the most likely codes that sum to this probability; None for all.
            guidance: scale of classifier-free guidance by label and vectors; 1 for plain
                conditioning.
            known_codes: int32 [B, *shape], fixed codes where `known`; None for none.
            known: bool [B, *shape] or [*shape], positions that are not sampled.
            cached: whether to use the KV cache (or LSTM state); the result is the same.

        Returns:
            int32 [B, *shape].

        Raises:
            ValueError: an argument is out of range.
        """
        self.check_sampling(count, temperature, top_k, top_p, guidance)
        if isinstance(label, int):
            label = tf.fill((count,), label)
        key = noise.key(seed, count)
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        known_codes = self._known_codes(count, known_codes, known)
        conditions = {"label": label, "maps": list(maps), "vectors": vectors}
        return self.draw(key, conditions, known_codes, guidance=guidance, cached=cached, **settings)

    def draw(
        self,
        key,
        conditions,
        known_codes,
        temperature=1.0,
        top_k=None,
        top_p=None,
        guidance=1.0,
        cached=True,
        stream="codes",
    ):
        """Samples code maps [B, *shape] by a `Key`; see `sample`, which validates arguments.

        Args:
            key: `tfaudiogen.probability.noise.Key` of B examples.
            conditions: dict of "label", "maps" and "vectors".
            known_codes: pair of fixed codes int32 [B, S] and bool [B, S], where they are fixed.
            temperature, top_k, top_p, guidance, cached: as in `sample`.
            stream: name of the noise stream.
        """
        self._check_conditions(conditions.get("maps", ()), conditions.get("vectors"))
        truncated = top_k is not None or top_p is not None
        settings = {
            "temperature": tf.cast(temperature, tf.float32),
            "top_k": tf.constant(self.codebook_size if top_k is None else top_k),
            "top_p": tf.constant(1.0 if top_p is None else top_p, tf.float32),
            "guidance": tf.cast(guidance, tf.float32),
        }
        uniforms = noise.uniform(key, stream, (self.length,))  # [B, S]
        conditions = {name: value for name, value in conditions.items() if value is not None}
        if "label" in conditions:
            conditions["label"] = tf.cast(conditions["label"], tf.int32)
        guided = guidance != 1.0 and self.can_be_guided
        sampler = self._sampler(cached, truncated, guided)
        parts = _equal_parts((uniforms, conditions, *known_codes), self._together())
        drawn = [sampler(*rows, settings) for rows in parts]
        return tf.reshape(tf.concat(drawn, axis=0)[: len(uniforms)], (-1, *self.shape))

    def generate(self, uniforms, conditions, known_codes, known, settings):
        """Samples code maps in the calling graph, without XLA; see `draw`.

        Args:
            uniforms: float32 [B, S], uniform numbers at which quantiles are taken.
            conditions: as in `draw`; negative labels mean no label.
            known_codes, known: int32 and bool [B, *shape], fixed codes and where they are fixed.
            settings: dict of the scalars temperature, top_k (int32; 0 for all), top_p (1 for all;
                0 for the most likely code) and guidance.

        Returns:
            int32 [B, *shape].
        """
        conditions = {name: value for name, value in conditions.items() if value is not None}
        if not self.conditions.classes:
            conditions.pop("label", None)
        top_k = tf.where(settings["top_k"] > 0, settings["top_k"], self.codebook_size)
        flat = [tf.reshape(part, (-1, self.length)) for part in (known_codes, known)]
        generation = _Generation(
            self, uniforms, *flat, {**settings, "top_k": top_k}, True, self.can_be_guided
        )
        return tf.reshape(generation.cached(conditions), (-1, *self.shape))

    def _together(self):
        small = self.count_params() <= _SMALL or tf.config.list_logical_devices("GPU")
        return _TOGETHER if small else 1

    def _known_codes(self, count, known_codes, known):
        if known_codes is None:
            nothing = tf.zeros((count, self.length), tf.int32)
            return nothing, tf.zeros((count, self.length), tf.bool)
        known = tf.broadcast_to(tf.cast(known, tf.bool), (count, *self.shape))
        return self._flat(known_codes), tf.reshape(known, (count, self.length))

    def _sampler(self, cached, truncated, guided):
        """Return the XLA-compiled function for these options, traced once for each."""
        made = self.__dict__.setdefault("_samplers", {})  # setattr would make Keras track it
        if (cached, truncated, guided) not in made:

            def sampler(uniforms, conditions, known_codes, known, settings):
                generation = _Generation(
                    self, uniforms, known_codes, known, settings, truncated, guided
                )
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
    """One autoregressive sampling loop over positions, in a graph.

    With guidance the batch is doubled: the conditional half first, then the unconditional half.
    """

    def __init__(self, prior, uniforms, known_codes, known, settings, truncated, guided):
        self.prior, self.settings = prior, settings
        self.truncated, self.guided = truncated, guided
        # Transposed to [S, B], to index by position.
        self.uniforms = tf.transpose(uniforms)
        self.known_codes, self.known = tf.transpose(known_codes), tf.transpose(known)
        self.batch = uniforms.shape[0] or tf.shape(uniforms)[0]

    def _conditions(self, conditions):
        """Return the embedded conditions [R, S, D] and context of `CodePrior.embed_conditions`."""
        rows = self.batch * (2 if self.guided else 1)
        dropped = tf.range(rows) >= self.batch
        if self.guided:
            conditions = tf.nest.map_structure(lambda x: tf.concat([x, x], axis=0), conditions)
        embedding, context = self.prior.embed_conditions(dropped, **conditions)
        return tf.broadcast_to(embedding, (rows, *embedding.shape[1:])), context

    def cached(self, conditions):
        """Samples codes [B, S], each by one step of the backbone with its KV cache."""
        prior = self.prior
        embedding, context = self._conditions(conditions)
        inputs = tf.transpose(embedding, (1, 0, 2))  # [S, R, D]
        state = prior.backbone.init_cache(tf.shape(embedding)[0], prior.length, context)
        last = tf.fill((self.batch,), prior.codebook_size)
        codes = tf.zeros((prior.length, self.batch), tf.int32)

        def body(position, last, state, codes):
            x = prior.inputs_of(self._both(last), position - 1) + inputs[position]
            outputs, state = prior.backbone.step(x, position, state)
            last = self._draw(prior.logits_of(outputs, position), position)
            return position + 1, last, state, _put(codes, position, last)

        def block(begin, *values):
            _, last, state, codes = _repeat(body, (begin, *values), BLOCK)
            return begin + BLOCK, last, prior.backbone.flush_cache(state, begin), codes

        # XLA compiles each loop separately, which takes longer than sampling: use few loops.
        whole, rest = divmod(prior.length, BLOCK)
        values = _repeat(block, (tf.constant(0), last, state, codes), whole, step=BLOCK)
        values = _repeat(body, values, rest)
        return tf.transpose(values[-1])

    def uncached(self, conditions):
        """Samples codes [B, S], each from a pass over the whole sequence."""
        embedding, context = self._conditions(conditions)

        def body(position, codes):
            before = tf.transpose(codes)
            before = tf.concat([before, before], axis=0) if self.guided else before
            logits = self.prior._logits(before, embedding, context)[:, position]
            return position + 1, _put(codes, position, self._draw(logits, position))

        codes = tf.zeros((self.prior.length, self.batch), tf.int32)
        return tf.transpose(_repeat(body, (tf.constant(0), codes), self.prior.length)[1])

    def _both(self, codes):
        return tf.concat([codes, codes], axis=0) if self.guided else codes

    def _draw(self, logits, position):
        """Return the codes [B] at a position, sampled or known, given logits [R, K]."""
        settings = self.settings
        if self.guided:
            with_them, without = tf.split(logits, 2)
            logits = without + settings["guidance"] * (with_them - without)
        warm = logits / tf.maximum(settings["temperature"], 1e-6)
        if self.truncated:
            warm = truncate(warm, settings["top_k"], settings["top_p"])
        drawn = categorical_quantile(warm, self.uniforms[position])
        return tf.where(self.known[position], self.known_codes[position], drawn)


def _equal_parts(rows, size):
    """Splits a structure of tensors [B, ...] into parts of equal size, padding the last with zeros.

    One graph then serves every B, and an example's samples do not depend on B.
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


def _put(codes, position, values):
    """Return codes [S, B] with those at one position replaced."""
    return tf.tensor_scatter_nd_update(codes, position[None, None], values[None])


def _repeat(body, values, times, step=1):
    """Return the loop variables after `times` iterations of `body`.

    The first variable is the position, to which each iteration adds `step`.
    """
    if not times:
        return values
    end = values[0] + times * step
    return tf.while_loop(
        lambda position, *_: position < end,
        body,
        values,
        maximum_iterations=times,
        parallel_iterations=1,
    )
