"""Flow matching: probability paths from data to noise and ODE solvers, as pure functions.

A path is x_t = a(t) x + b(t) e from data x at t = 0 to standard normal noise e at t = 1. A network
is trained to predict its velocity u = (a'(t) x + b'(t) e) / r, where r is the speed of the path.
The minimizer of the squared error is the mean of u given x_t, which is the velocity of a flow from
noise to data (Lipman et al., "Flow matching for generative modeling", 2023, theorem 2).

- "rectified_flow": a = 1 - t, b = t, u = e - x (Liu et al., "Flow straight and fast", 2023).
- "v_prediction": a = cos(pi t / 2), b = sin(pi t / 2) and r = pi / 2, so that u = a e - b x is the
  v of Salimans and Ho ("Progressive distillation", 2022, appendix D) and the variance stays one.

On both x = (b' / r) x_t - b u and e = a u - (a' / r) x_t, since a b' - a' b = r.
"""

import math

import tensorflow as tf

OBJECTIVES = ("rectified_flow", "v_prediction")
TIMES = ("uniform", "logit_normal")
SOLVERS = ("euler", "heun")

# Minimum distance of times from 0 and 1, where the sigmoid saturates.
_MARGIN = 1e-4


def speed(objective):
    """Return r, the speed of a path."""
    return 1.0 if objective == "rectified_flow" else math.pi / 2.0


def coefficients(objective, time):
    """Return a, b, a' / r and b' / r at times t."""
    if objective == "rectified_flow":
        return 1.0 - time, time, -tf.ones_like(time), tf.ones_like(time)
    angle = math.pi / 2.0 * time
    return tf.cos(angle), tf.sin(angle), -tf.sin(angle), tf.cos(angle)


def training_times(kind, level):
    """Return training times in (0, 1), given uniform numbers in (0, 1).

    Args:
        kind: "uniform", or "logit_normal": the sigmoid of a standard normal number, which samples
            the middle more often, where errors are large (Esser et al., "Scaling rectified flow
            transformers", 2024, section 3.1).
        level: float32 tensor, uniform.
    """
    if kind == "logit_normal":
        normal = tf.cast(tf.math.ndtri(tf.cast(level, tf.float64)), tf.float32)
        level = tf.sigmoid(normal)
    return tf.clip_by_value(level, _MARGIN, 1.0 - _MARGIN)


def between(objective, data, noise, time):
    """Return x_t and the velocity u, lists like `data`.

    Args:
        data, noise: lists of [B, T, F, C].
        time: float32 [B].
    """
    a, b, da, db = (part[:, None, None, None] for part in coefficients(objective, time))
    pairs = list(zip(data, noise, strict=True))
    return [a * x + b * e for x, e in pairs], [da * x + db * e for x, e in pairs]


def advance(objective, direction, maps, time, target, solver):
    """Return the maps at another time, after one step of an ODE solver.

    An Euler step evaluates the path at time s with the x and e implied by u (for rectified flow
    x_t + (s - t) u, for v-prediction the DDIM step of Song et al., 2021). A Heun step uses the
    mean of u at both times.

    Args:
        objective: name of the path.
        direction: function of maps and a time that returns u, a list of maps.
        maps: list of [B, T, F, C] at `time`.
        time, target: float32 scalars, t and s.
        solver: one of `SOLVERS`.
    """
    here = direction(maps, time)
    there = _euler(objective, maps, here, time, target)
    if solver == "euler":
        return there
    step = 0.5 * (target - time) * speed(objective)
    pairs = zip(maps, here, direction(there, target), strict=True)
    return [x + step * (one + other) for x, one, other in pairs]


def _euler(objective, maps, direction, time, target):
    a, b, da, db = coefficients(objective, time)
    next_a, next_b, _, _ = coefficients(objective, target)
    found = []
    for x, u in zip(maps, direction, strict=True):
        data, noise = db * x - b * u, a * u - da * x
        found.append(next_a * data + next_b * noise)
    return found


def guided(conditional, unconditional, guidance, rescale):
    """Return the velocity u with classifier-free guidance, a list of maps.

        u = u_0 + g (u_1 - u_0),    then r std(u_1) / std(u) u + (1 - r) u

    (Ho and Salimans, 2022; Lin et al., "Common diffusion noise schedules and sample steps are
    flawed", 2024, section 3.4), with the standard deviation of each example over all of its maps.
    Without rescaling, strong guidance makes u too large, and samples too loud or too bright.

    Args:
        conditional, unconditional: u_1 and u_0, the conditional and unconditional velocity.
        guidance, rescale: g and r, scalars.
    """
    pairs = zip(conditional, unconditional, strict=True)
    found = [without + guidance * (with_ - without) for with_, without in pairs]
    ratio = _deviation(conditional) / tf.maximum(_deviation(found), 1e-6)
    factor = rescale * ratio + (1.0 - rescale)
    return [factor[:, None, None, None] * one for one in found]


def _deviation(maps):
    """Return the standard deviation of each example over all of its maps, [B]."""
    return tf.math.reduce_std(flat(maps), axis=1)


def flat(maps):
    """Flattens and concatenates maps [B, T, F, C] to [B, N]."""
    return tf.concat([tf.reshape(one, (tf.shape(one)[0], -1)) for one in maps], axis=1)
