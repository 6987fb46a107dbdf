"""Validates the arguments of `compile`."""

import keras

from tfaudiogen.runtime.renamed import accepts_old_names

OLD_OPTIONS = {"accumulate": "gradient_accumulation_steps", "average": "ema_momentum"}
"""{old name: new name} of the arguments of `compile`."""
accepts_old_options = accepts_old_names("compile's ", OLD_OPTIONS)

_OWN = ("loss", "loss_weights", "metrics", "weighted_metrics")


def check_keras_arguments(arguments):
    """Raise an error unless unsupported `keras.Model.compile` arguments are at their defaults.

    Args:
        arguments: {name: value} of the arguments that a `ProbabilisticModel` does not use.

    Raises:
        ValueError: a loss, metrics, their weights, or `steps_per_execution` other than 1 is given.
        TypeError: there is no such argument.
    """
    for name, value in arguments.items():
        if name in _OWN:
            if value:
                raise ValueError(
                    f"{name} must be left out of compile, received {value!r}: the model has its "
                    "own loss, and logs all of its terms"
                )
        elif name != "steps_per_execution":
            raise TypeError(f"compile has no argument {name!r}; see its documentation")
        elif value != 1:
            raise ValueError(
                f"steps_per_execution must be 1: steps are compiled one by one; received {value}"
            )


def check_options(jit_compile, gradient_accumulation_steps, ema_momentum, optimizer, objectives):
    """Raise ValueError unless the options of `compile` are valid and compatible.

    Args:
        jit_compile, gradient_accumulation_steps, ema_momentum: see `ProbabilisticModel.compile`.
        optimizer: the `keras.optimizers.Optimizer`.
        objectives: names of the minimized terms.
    """
    if not (jit_compile == "auto" or isinstance(jit_compile, (bool, int))):
        raise ValueError(f'jit_compile must be True, False or "auto"; received {jit_compile!r}')
    if not gradient_accumulation_steps >= 1:
        raise ValueError(
            "gradient_accumulation_steps must be at least 1; received "
            f"{gradient_accumulation_steps}"
        )
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            f"optimizer must be one of Keras or the name of one; received {optimizer!r}"
        )
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        raise ValueError(
            "optimizer must not be a LossScaleOptimizer: under the policy mixed_float16 the model "
            "scales its loss itself; give the optimizer inside it"
        )
    if optimizer.use_ema and (ema_momentum or len(objectives) > 1):
        raise ValueError(
            f"use_ema of the optimizer must be False with ema_momentum={ema_momentum} and the "
            f"objectives {', '.join(objectives)}: give ema_momentum=0.999 alone, which averages "
            "all weights, validates them and saves them"
        )
