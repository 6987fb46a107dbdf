"""Probability paths from data to noise and their solvers, as pure functions.

A path is x_t = a(t) x + b(t) e from data x at t = 0 to standard normal noise e at t = 1. A network
is taught its direction u = (a'(t) x + b'(t) e) / r, r being the speed of the path. The least
squared error has the mean of u over all (x, e) that x_t may come from, which is the direction of a
flow that makes data of noise (Lipman et al., "Flow matching for generative modeling", 2023,
theorem 2).

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

# Times are kept so far from 0 and 1, where sigmoids of large numbers end.
_MARGIN = 1e-4


def speed(objective):
    """Return r of a path."""
    return 1.0 if objective == "rectified_flow" else math.pi / 2.0


def coefficients(objective, time):
    """Return a, b, a' / r and b' / r at times."""
    if objective == "rectified_flow":
        return 1.0 - time, time, -tf.ones_like(time), tf.ones_like(time)
    angle = math.pi / 2.0 * time
    return tf.cos(angle), tf.sin(angle), -tf.sin(angle), tf.cos(angle)


def training_times(kind, level):
    """Return times in (0, 1) of levels uniform in (0, 1).

    Args:
        kind: "uniform", or "logit_normal": the sigmoid of a standard normal number, since errors
            are large in the middle (Esser et al., "Scaling rectified flow transformers", 2024,
            section 3.1).
        level: float32.
    """
    if kind == "logit_normal":
        normal = tf.cast(tf.math.ndtri(tf.cast(level, tf.float64)), tf.float32)
        level = tf.sigmoid(normal)
    return tf.clip_by_value(level, _MARGIN, 1.0 - _MARGIN)


def between(objective, data, noise, time):
    """Return x_t and u, lists like `data`.

    Args:
        data, noise: lists of [B, T, F, C].
        time: float32 [B].
    """
    a, b, da, db = (part[:, None, None, None] for part in coefficients(objective, time))
    pairs = list(zip(data, noise, strict=True))
    return [a * x + b * e for x, e in pairs], [da * x + db * e for x, e in pairs]


def advance(objective, direction, maps, time, target, solver):
    """Return the maps at another time: one step of a solver.

    Euler's step goes on with the x and e that u tells of (on a line it is x_t + (s - t) u, on a
    circle the DDIM step of Song et al., 2021). Heun's takes the mean of u there and u here.

    Args:
        objective: of the path.
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


def guided(told, untold, guidance, rescale):
    """Return u guided towards the source, a list of maps.

        u = u_0 + g (u_1 - u_0),    then r std(u_1) / std(u) u + (1 - r) u

    (Ho and Salimans, 2022; Lin et al., "Common diffusion noise schedules and sample steps are
    flawed", 2024, section 3.4), with the standard deviation of each example over all of its maps:
    strong guidance makes u long, and what is drawn too loud or too bright.

    Args:
        told, untold: u_1 and u_0, with the source and without.
        guidance, rescale: g and r, scalars.
    """
    pairs = zip(told, untold, strict=True)
    found = [without + guidance * (with_ - without) for with_, without in pairs]
    ratio = _deviation(told) / tf.maximum(_deviation(found), 1e-6)
    factor = rescale * ratio + (1.0 - rescale)
    return [factor[:, None, None, None] * one for one in found]


def _deviation(maps):
    """Return [B], the standard deviation of each example."""
    return tf.math.reduce_std(flat(maps), axis=1)


def flat(maps):
    """Return [B, N], all numbers of maps [B, T, F, C]."""
    return tf.concat([tf.reshape(one, (tf.shape(one)[0], -1)) for one in maps], axis=1)
