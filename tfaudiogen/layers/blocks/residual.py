"""Building blocks of the convolutional encoder and decoder."""

import keras

from tfaudiogen.layers.blocks.channels_last import convolution
from tfaudiogen.runtime.registration import PACKAGE
from tfaudiogen.runtime.renamed import accepts_old_arguments


def register(cls):
    """Class decorator: registers a class with Keras, and accepts old names of its arguments."""
    return keras.saving.register_keras_serializable(PACKAGE)(accepts_old_arguments(cls))


def normalize(x):
    """Return x [B, H, W, C] scaled to a root mean square of 1 over the channels of each position.

    Root mean square normalisation (Zhang and Sennrich, 2019) without a gain, in float32. It depends
    on one example alone, so replicas and batch sizes make no difference.
    """
    wide = keras.ops.cast(x, "float32")
    square = keras.ops.mean(keras.ops.square(wide), axis=-1, keepdims=True)
    return keras.ops.cast(wide * keras.ops.rsqrt(square + 1e-6), x.dtype)


def embedded(layer, indices):
    """Return the vectors [..., D] of a `keras.layers.Embedding` for integers [...].

    The product with 1 makes the gradient dense, like that of all other weights.
    """
    table = keras.ops.cast(layer.embeddings.value, layer.compute_dtype)
    return keras.ops.take(table * 1.0, indices, axis=0)


def freeze(layer):
    """Sets `trainable` to False on a layer and all of its sublayers.

    A layer restored from a config with `trainable=False` has trainable sublayers, and Keras ignores
    setting the value that is already set; so it is set to True first.
    """
    layer.trainable = True
    layer.trainable = False


def copy_weights(mine, theirs):
    """Copies the weights of a layer, or a model, to another.

    Raises:
        ValueError: the shapes differ.
    """
    shapes = [[tuple(weight.shape) for weight in one.weights] for one in (mine, theirs)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"{mine.name} must have weights of the shapes {shapes[0]}, received {shapes[1]}"
        )
    for weight, trained in zip(mine.weights, theirs.weights, strict=True):
        weight.assign(trained)


@register
class ResidualBlock(keras.layers.Layer):
    """x + W2 * silu(W1 * silu(normalize(x))), with 3x3 convolutions.

    W2 is initialized to zero, so a deep stack starts as the identity (De and Smith, "Batch
    normalization biases residual blocks towards the identity function", 2020). There are no batch
    statistics: the block is a pure function of its input, as compiled, replicated training needs.

    Args:
        width: channels C of the input and of the output.

    Call: [B, H, W, C] -> [B, H, W, C].
    """

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.first = convolution(
            width, 3, padding="same", kernel_initializer="he_normal", dtype=self.dtype_policy
        )
        self.second = convolution(
            width, 3, padding="same", kernel_initializer="zeros", dtype=self.dtype_policy
        )

    def build(self, input_shape):
        if input_shape[-1] != self.width:
            raise ValueError(
                f"ResidualBlock(width={self.width}) needs inputs of {self.width} channels, "
                f"received shape {input_shape}"
            )
        self.first.build(input_shape)
        self.second.build(input_shape)
        self.built = True

    def call(self, x):
        return x + self.second(keras.ops.silu(self.first(keras.ops.silu(normalize(x)))))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "width": self.width}


def patchify(width, stride, policy, bias="zeros"):
    """Return the convolution that patchifies stride x stride patches into `width` channels.

    Args:
        width: number of output channels.
        stride: patch size.
        policy: dtype policy.
        bias: bias initializer. "random_normal" keeps features of an all-zero input away from zero,
            where the gradient of their normalisation would be unbounded.
    """
    return convolution(width, stride, strides=stride, bias_initializer=bias, dtype=policy)


@register
class Unfold(keras.layers.Layer):
    """Sub-pixel convolution: moves channels to stride x stride patches (Shi et al., 2016).

    Args:
        width: channels C of the output.
        stride: upsampling factor of both sides.

    Call: [B, H, W, C'] -> [B, H stride, W stride, C].
    """

    def __init__(self, width, stride, **kwargs):
        super().__init__(**kwargs)
        self.width, self.stride = width, stride
        self.project = convolution(width * stride**2, 1, dtype=self.dtype_policy)

    def build(self, input_shape):
        self.project.build(input_shape)
        self.built = True

    def call(self, x):
        x = self.project(x)
        if self.stride == 1:
            return x
        _, height, width, _ = x.shape
        x = keras.ops.reshape(x, (-1, height, width, self.stride, self.stride, self.width))
        x = keras.ops.transpose(x, (0, 1, 3, 2, 4, 5))  # [B, H, stride, W, stride, C]
        return keras.ops.reshape(x, (-1, height * self.stride, width * self.stride, self.width))

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, height * self.stride, width * self.stride, self.width)

    def get_config(self):
        return {**super().get_config(), "width": self.width, "stride": self.stride}
