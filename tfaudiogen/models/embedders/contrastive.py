"""Contrastive losses, with exact gradients for batches computed in pieces."""

import tensorflow as tf


def infonce(logits, positives):
    """Return -log of the probability of the right answer, mean of both directions, nats [N].

    With the logits l_ik of sound i and picture k, and P(i) the right answers of i,

        1/2 mean_(k in P(i)) -log softmax_k(l_ik)  +  1/2 mean_(k in P(i)) -log softmax_k(l_ki).

    With P(i) = {i} this is the symmetric InfoNCE loss (van den Oord et al., "Representation
    learning with contrastive predictive coding", 2018; symmetric as in Radford et al., "Learning
    transferable visual models from natural language supervision", 2021). With more it is the
    supervised contrastive loss in its form L_out (Khosla et al., "Supervised contrastive learning",
    2020, equation 2), whose right answers are one another's competitors: its least value is the
    logarithm of their number. Embeddings that know nothing have log N.

    Args:
        logits: float32 [N, N].
        positives: float32 [N, N] of 0 and 1, symmetric, with ones on the diagonal.
    """
    count = tf.reduce_sum(positives, axis=1)
    given_sound, given_picture = (
        tf.reduce_logsumexp(logits, axis) - tf.reduce_sum(positives * logits, axis) / count
        for axis in (1, 0)
    )
    return 0.5 * (given_sound + given_picture)


def sigmoid(logits, positives):
    """Return minus the log-probability of which answers are right, each by itself, nats [N].

        1/2 sum_k -log sigma(z_ik l_ik)  +  1/2 sum_k -log sigma(z_ki l_ki),

    z being 1 for right answers and -1 for wrong ones (Zhai et al., "Sigmoid loss for language image
    pre-training", 2023, equation 1; its sum over a batch is shared out among rows and columns).

    Args:
        logits, positives: as in `infonce`.
    """
    nats = tf.nn.softplus((1.0 - 2.0 * positives) * logits)
    return 0.5 * (tf.reduce_sum(nats, axis=1) + tf.reduce_sum(nats, axis=0))


def compared(losses_of, own, everyone, place):
    """Return the losses [B] of our examples among all, with a gradient that adds up exactly.

    The losses of all N examples are functions of all embeddings, of which ours alone may be
    differentiated here. So ours carry the slope of the sum of all losses with respect to them,

        l_i + g_i . (e_i - stop(e_i)),    g_i = d(l_1 + ... + l_N) / d e_i,

    whose second term is zero, while all other parameters of the losses (a temperature) have their
    gradient through l_i: summed over the pieces of a batch, both are those of the whole batch (Gao
    et al., "Scaling deep contrastive learning batch size under memory limited setup", 2021).

    An embedding that is not finite makes the loss of its own example alone not finite.

    Args:
        losses_of: function of embeddings like `everyone` to [N].
        own: list of our embeddings, [B, E] each.
        everyone: list of those of all examples, [N, E] each; constants.
        place: int32 [B], where ours are among all.
    """
    everyone = [tf.stop_gradient(_finite(one)) for one in everyone]
    with tf.GradientTape() as tape:
        tape.watch(everyone)
        losses = losses_of(*everyone)
        total = tf.reduce_sum(losses)
    losses = tf.gather(losses, place)
    for mine, slope in zip(own, tape.gradient(total, everyone), strict=True):
        slope = tf.stop_gradient(tf.gather(slope, place))
        losses += tf.reduce_sum(slope * (mine - tf.stop_gradient(mine)), axis=-1)
    return losses


def _finite(values):
    return tf.where(tf.math.is_finite(values), values, 0.0)
