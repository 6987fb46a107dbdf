"""Keras' layers of images [B, H, W, C], told so: Keras itself would ask the user's keras.json."""

import functools

import keras

_LAST = {"data_format": "channels_last"}

convolution = functools.partial(keras.layers.Conv2D, **_LAST)
max_pooling = functools.partial(keras.layers.MaxPooling2D, **_LAST)
flatten = functools.partial(keras.layers.Flatten, **_LAST)
