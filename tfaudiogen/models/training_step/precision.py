"""The precision of a model's weights."""

_ADMISSIBLE = (
    "the dtype policy must be float32, mixed_bfloat16 or mixed_float16, which keep weights in "
    "float32"
)


def check_policy(policy):
    """Raise ValueError unless a Keras dtype policy keeps weights in float32.

    Steps of training are lost in weights of 16 bits, and in those of 64 operations do not fit.
    """
    if policy.variable_dtype != "float32":
        raise ValueError(
            f"{_ADMISSIBLE}; received {policy.name}, which keras.config.set_dtype_policy, the "
            "floatx of keras.json or the argument dtype sets"
        )


def check_weights(weights):
    """Raise ValueError unless all weights that are to be trained are in float32."""
    for weight in weights:
        if weight.dtype != "float32":
            raise ValueError(f"{_ADMISSIBLE}; received {weight.path} of {weight.dtype}")
