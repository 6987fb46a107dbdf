"""Contrastive losses, with exact gradients under accumulation and replication."""

import tensorflow as tf


def infonce(logits, positives):
    """Return the symmetric InfoNCE loss, nats [N].

    With the logits l_ik of sound i and image k, and the positives P(i) of example i,

        1/2 mean_(k in P(i)) -log softmax_k(l_ik)  +  1/2 mean_(k in P(i)) -log softmax_k(l_ki).

    With P(i) = {i} this is the symmetric InfoNCE loss (van den Oord et al., "Representation
    learning with contrastive predictive coding", 2018; symmetric as in Radford et al., "Learning
    transferable visual models from natural language supervision", 2021). With more positives it is
    the supervised contrastive loss L_out (Khosla et al., "Supervised contrastive learning", 2020,
    equation 2). Positives then compete with each other, so its minimum is the logarithm of their
    number. Uninformative embeddings give log N.

    Args:
        logits: float32 [N, N].
        positives: float32 [N, N] of 0 and 1, symmetric, with ones on the diagonal.
    """
    count = tf.reduce_sum(positives, axis=1)
    of_sounds, of_pictures = (
        tf.reduce_logsumexp(logits, axis) - tf.reduce_sum(positives * logits, axis) / count
        for axis in (1, 0)
    )
    return 0.5 * (of_sounds + of_pictures)


def sigmoid(logits, positives):
    """Return the sigmoid loss, a binary cross-entropy over all pairs, nats [N].

        1/2 sum_k -log sigma(z_ik l_ik)  +  1/2 sum_k -log sigma(z_ki l_ki),

    where z is 1 for positives and -1 for negatives (Zhai et al., "Sigmoid loss for language image
    pre-training", 2023, equation 1; its sum over the batch is split among rows and columns).

    Args:
        logits, positives: as in `infonce`.
    """
    nats = tf.nn.softplus((1.0 - 2.0 * positives) * logits)
    return 0.5 * (tf.reduce_sum(nats, axis=1) + tf.reduce_sum(nats, axis=0))


def compared(losses_of, own, everyone, position):
    """Return the losses [B] of one piece of a batch, with gradients that sum to those of the batch.

    The losses of all N examples depend on all embeddings, but only those of this piece can be
    differentiated here. The returned losses are therefore

        l_i + g_i . (e_i - stop(e_i)),    g_i = d(l_1 + ... + l_N) / d e_i,

    whose second term is zero but carries the gradient of the sum of all losses. Other parameters of
    the losses (a temperature) get their gradient through l_i. Summed over the pieces of a batch,
    both gradients equal those of the whole batch (Gao et al., "Scaling deep contrastive learning
    batch size under memory limited setup", 2021).

    A non-finite embedding makes only its own example's loss non-finite.

    Args:
        losses_of: function from embeddings, as in `everyone`, to losses [N].
        own: list of the embeddings of this piece, [B, E] each.
        everyone: list of the embeddings of all examples, [N, E] each; constants.
        position: int32 [B], positions of this piece's examples among all.
    """
    everyone = [tf.stop_gradient(_finite(one)) for one in everyone]
    with tf.GradientTape() as tape:
        tape.watch(everyone)
        losses = losses_of(*everyone)
        total = tf.reduce_sum(losses)
    losses = tf.gather(losses, position)
    for mine, slope in zip(own, tape.gradient(total, everyone), strict=True):
        slope = tf.stop_gradient(tf.gather(slope, position))
        losses += tf.reduce_sum(slope * (mine - tf.stop_gradient(mine)), axis=-1)
    return losses


def _finite(values):
    return tf.where(tf.math.is_finite(values), values, 0.0)
