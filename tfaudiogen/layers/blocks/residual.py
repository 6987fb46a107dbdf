"""Building blocks of the convolutional encoder and decoder."""

import keras

from tfaudiogen.layers.blocks.channels_last import convolution

register = keras.saving.register_keras_serializable(package="tfaudiogen")


def normalize(x):
    """Return x [B, H, W, C] scaled to a root mean square of one over the channels of each place.

    Root mean square normalisation (Zhang and Sennrich, 2019) without a gain, in float32: a
    function of one example alone, so that replicas and batch sizes cannot differ.
    """
    wide = keras.ops.cast(x, "float32")
    square = keras.ops.mean(keras.ops.square(wide), axis=-1, keepdims=True)
    return keras.ops.cast(wide * keras.ops.rsqrt(square + 1e-6), x.dtype)


def embedded(layer, indices):
    """Return the vectors [..., D] of a `keras.layers.Embedding` for integers [...].

    Its gradient is dense, like those of all other weights: the product sees to it.
    """
    table = keras.ops.cast(layer.embeddings.value, layer.compute_dtype)
    return keras.ops.take(table * 1.0, indices, axis=0)


def freeze(layer):
    """Keep the weights of a layer and of its parts as they are.

    Of a layer that comes frozen out of a configuration the parts are not, and Keras takes no notice
    of a value that is there already.
    """
    layer.trainable = True
    layer.trainable = False


def copy_weights(mine, theirs):
    """Give a layer, or a model, the weights of another.

    Raises:
        ValueError: they are of other shapes.
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

    W2 starts at zero, so that a deep stack starts as the identity (De and Smith, "Batch
    normalization biases residual blocks towards the identity function", 2020). There are no batch
    statistics: the block is a pure function of its input, which is what compiled, replicated
    training asks for.

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


def fold(width, stride, policy, bias="zeros"):
    """Return the convolution that folds stride x stride patches into `width` channels.

    Args:
        width, stride: of the convolution.
        policy: its dtype policy.
        bias: initializer of the bias; "random_normal" where an input of zeros is to have a
            direction, without which the gradient of its normalisation grows beyond bounds.
    """
    return convolution(width, stride, strides=stride, bias_initializer=bias, dtype=policy)


@register
class Unfold(keras.layers.Layer):
    """Spread channels over stride x stride patches: a sub-pixel convolution (Shi et al., 2016).

    Args:
        width: channels C of the output.
        stride: how many times taller and wider the output is.

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
