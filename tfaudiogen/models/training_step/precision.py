"""Checks that a model's weights are float32."""

_ADMISSIBLE = (
    "the dtype policy must be float32, mixed_bfloat16 or mixed_float16, which keep weights in "
    "float32"
)


def check_policy(policy):
    """Raise ValueError unless a Keras dtype policy keeps weights in float32.

    With 16-bit weights small updates are rounded away; with 64-bit weights the types of operations
    do not match.
    """
    if policy.variable_dtype != "float32":
        raise ValueError(
            f"{_ADMISSIBLE}; received {policy.name}, which keras.config.set_dtype_policy, the "
            "floatx of keras.json or the argument dtype sets"
        )


def check_weights(weights):
    """Raise ValueError unless all weights to train are float32."""
    for weight in weights:
        if weight.dtype != "float32":
            raise ValueError(f"{_ADMISSIBLE}; received {weight.path} of {weight.dtype}")
