"""Converts user-supplied conditions to inputs of their encoder."""

import numpy as np

from tfaudiogen.validation import arrays
from tfaudiogen.validation.text import collapsed, composed


class TextModality:
    """Converts text conditions: a str or a list of B.

    Args:
        texts: the `Texts`.
    """

    def __init__(self, texts):
        self.texts = texts

    def batch(self, text):
        """Return int32 [B, S], the UTF-8 bytes, and whether the input was a single text.

        Raises:
            ValueError: a text has more bytes than the model reads. Texts are not truncated.
        """
        single = isinstance(text, str)
        rows = [self._bytes(one) for one in ([text] if single else text)]
        if not rows:
            raise ValueError("text must be a str or a list of at least one, received an empty list")
        return np.stack(rows), single

    def _bytes(self, text):
        # The same Unicode normalization as for stored captions.
        plain = composed(str(text)).replace("\0", " ").strip()
        found = plain.encode("utf-8")
        if len(found) > self.texts.length:
            raise ValueError(
                f"text must have at most {self.texts.length} bytes in UTF-8, which are all that "
                f"the model reads; received {len(found)} in {text[:40]!r}...: shorten it"
            )
        padded = found.ljust(self.texts.length, b"\0")
        return np.frombuffer(padded, np.uint8).astype(np.int32)


class LabelModality:
    """Converts label conditions: {"gloomy": 0.7, "slow": 0.3}, a single name, or a list of B.

    Args:
        labels: the `Labels`.
    """

    def __init__(self, labels):
        self.labels = labels

    def batch(self, inputs):
        """Return weights float32 [B, K] that sum to one, and whether the input was a single one.

        Raises:
            ValueError: a label is unknown, a weight is negative or not finite, or all are zero.
        """
        single = isinstance(inputs, (str, dict))
        rows = [self._weights(one) for one in ([inputs] if single else inputs)]
        if not rows:
            raise ValueError("labels must be at least one of {label: weight}, received none")
        return np.stack(rows), single

    def _weights(self, inputs):
        inputs = {inputs: 1.0} if isinstance(inputs, str) else inputs
        known, weights = self.labels.labels, np.zeros(len(self.labels.labels), np.float32)
        for asked, weight in inputs.items():
            name = asked if asked in known else collapsed(asked)
            if name not in known:
                raise ValueError(f"label must be one of {', '.join(known)}; received {asked!r}")
            if not 0.0 <= weight < np.inf:
                raise ValueError(f"weight of {name} must not be negative, received {weight}")
            weights[known.index(name)] = weight
        if not weights.sum() > 0.0:
            raise ValueError(f"weights of labels must not all be zero, received {inputs}")
        return weights / weights.sum()


class VectorModality:
    """Converts vector conditions: embeddings of another model, [E] or [B, E].

    Args:
        vectors: the `Vectors`.
    """

    def __init__(self, vectors):
        self.vectors = vectors

    def batch(self, vector):
        """Return float32 [B, E], and whether the input was a single vector.

        Raises:
            ValueError: see `tfaudiogen.validation.arrays.vectors`.
        """
        found = arrays.vectors(vector, self.vectors.size)
        return np.atleast_2d(found), found.ndim == 1


def weights_of(text):
    """Parses "gloomy=0.7,slow=0.3" to {label: weight}; the default weight is 1.

    Raises:
        ValueError: a weight is not a number.
    """
    found = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, weight = part.rpartition("=")
        try:
            found[(name if equals else part).strip()] = float(weight) if equals else 1.0
        except ValueError as error:
            raise ValueError(f"{part!r} is not NAME=WEIGHT, for example gloomy=0.7") from error
    return found
