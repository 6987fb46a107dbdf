"""Scalars, images, audio and texts in TensorBoard's format.

Each function returns a `Summary.Value` or a list of them. `write` writes them to an event file,
`keep` writes images and sounds to PNG and WAV files.
"""

import math

import matplotlib
import numpy as np
import tensorflow as tf

from tfaudiogen.io import audio_files

# A TensorBoard tag can have one type only: "drawn/0" is the image, "drawn/0/sound" the sound.
_SOUND = "/sound"
_BINS = 30
_BAR_WIDTH, _BAR_HEIGHT = 6, 120


def write(writer, values, step):
    """Write values to the event file of a `tf.summary` writer."""
    summary = tf.compat.v1.Summary(value=values)
    with writer.as_default():
        tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=step)
    writer.flush()


def keep(folder, values):
    """Write the images and sounds among the values: "drawn/0" as `drawn_0.png` and `.wav`."""
    for value in values:
        path = folder / value.tag.removesuffix(_SOUND).replace("/", "_")
        if value.HasField("image"):
            audio_files.write_bytes(path.with_suffix(".png"), value.image.encoded_image_string)
        if value.HasField("audio"):
            audio_files.write_bytes(path.with_suffix(".wav"), value.audio.encoded_audio_string)


def of_contents(shown):
    """Return the summary values of sounds, images and texts.

    Args:
        shown: list of (tag, representation, contents): a `Spectrogram` and waveforms [B, N],
            `Pictures` and images [B, H, W, C], or the representation of a condition and B texts.
    """
    return [
        value
        for tag, representation, contents in shown
        for number, one in enumerate(np.asarray(contents))
        for value in _of_one(f"{tag}/{number}", representation, one)
    ]


def _of_one(tag, representation, one):
    if representation.kind == "pictures":
        return [picture(tag, one)]
    if representation.kind == "sounds":
        image = np.asarray(representation(one[None]))[0]
        return [spectrogram(tag, image), sound(tag, one, representation.sample_rate)]
    return [_text(tag, str(one))]


def scalars(figures):
    """Return summaries of the finite ones of the metrics {name: float}."""
    return [_scalar(name, value) for name, value in figures.items() if math.isfinite(value)]


def _scalar(tag, value):
    return tf.compat.v1.Summary.Value(tag=f"epoch/{tag}", simple_value=float(value))


def histogram(tag, values):
    """Return a histogram of 30 bins of equal width."""
    values = np.asarray(values, np.float64).ravel()
    counts, edges = np.histogram(values, _BINS)
    proto = tf.compat.v1.HistogramProto(
        min=values.min(),
        max=values.max(),
        num=len(values),
        sum=values.sum(),
        sum_squares=(values**2).sum(),
        bucket_limit=edges[1:].tolist(),
        bucket=counts.tolist(),
    )
    return tf.compat.v1.Summary.Value(tag=tag, histo=proto)


def bars(tag, values):
    """Draw values [D] in nats as bars from left to right; full height is max(1, largest)."""
    height = np.arange(_BAR_HEIGHT, 0, -1)[:, None] / _BAR_HEIGHT * max(1.0, values.max())
    lit = np.repeat(height <= values, _BAR_WIDTH, axis=1)
    return _coloured(tag, 0.75 * lit)


def spectrogram(tag, image):
    """Draw a spectrogram [T, F, 1] with time to the right and frequency upwards."""
    return _coloured(tag, np.clip(image[..., 0].T[::-1], 0.0, 1.0))


def picture(tag, image):
    """Draw an image [H, W, C] unchanged."""
    levels = np.rint(255.0 * np.clip(image, 0.0, 1.0)).astype(np.uint8)
    return _encoded(tag, np.broadcast_to(levels, (*levels.shape[:2], 3)))


def _coloured(tag, upright):
    return _encoded(tag, matplotlib.colormaps["magma"](upright, bytes=True)[..., :3])


def _encoded(tag, colours):
    """Return the image summary of levels uint8 [H, W, 3]."""
    encoded = tf.io.encode_png(colours).numpy()
    height, width, colourspace = colours.shape
    proto = tf.compat.v1.Summary.Image(
        height=height, width=width, colorspace=colourspace, encoded_image_string=encoded
    )
    return tf.compat.v1.Summary.Value(tag=tag, image=proto)


def sound(tag, waveform, sample_rate):
    """Return the audio summary of a waveform [N], scaled down if its peak exceeds full scale."""
    waveform = waveform / max(1.0, np.abs(waveform).max())
    encoded = tf.audio.encode_wav(waveform[:, None].astype(np.float32), sample_rate).numpy()
    proto = tf.compat.v1.Summary.Audio(
        sample_rate=sample_rate,
        num_channels=1,
        length_frames=len(waveform),
        encoded_audio_string=encoded,
        content_type="audio/wav",
    )
    return tf.compat.v1.Summary.Value(tag=tag + _SOUND, audio=proto)


def _text(tag, text):
    plugin = tf.compat.v1.SummaryMetadata.PluginData(plugin_name="text")
    return tf.compat.v1.Summary.Value(
        tag=tag,
        metadata=tf.compat.v1.SummaryMetadata(plugin_data=plugin),
        tensor=tf.make_tensor_proto(text, tf.string),
    )
