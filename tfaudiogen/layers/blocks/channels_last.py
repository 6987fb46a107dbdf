"""Keras' image layers fixed to `channels_last`, whatever keras.json says."""

import functools

import keras

_LAST = {"data_format": "channels_last"}

convolution = functools.partial(keras.layers.Conv2D, **_LAST)
max_pooling = functools.partial(keras.layers.MaxPooling2D, **_LAST)
flatten = functools.partial(keras.layers.Flatten, **_LAST)
