"""`Audio`: a sound as an immutable value, with chained calls that are computed when needed."""

import html
import math
from pathlib import Path

from tfaudiogen.audio import edits, features, instruments, player
from tfaudiogen.audio.comparison import Comparison
from tfaudiogen.audio.lazy import Lazy
from tfaudiogen.audio.picture import Picture
from tfaudiogen.audio.synthesis import envelopes
from tfaudiogen.audio.value import LazySound, Sound, checked_rate
from tfaudiogen.audio.writing import save
from tfaudiogen.io import audio_files
from tfaudiogen.plots.sound import PANELS, plot_sound

_IN_NOTEBOOKS = ("waveform", "log")


class Audio(LazySound):
    """A mono sound: reads, edits, analyses, plots, plays, compares and writes it.

    Nothing changes an `Audio`. Each call returns another, and computes nothing: files are read,
    and samples computed, when they are first needed, once.

        sound = ta.Audio.from_file("drum.wav").window(1.0, seed=1).lowpass(2000)
        sound.mel(64).plot("mel.png")

    Args:
        waveform: [N], floats in [-1, 1] or integers of 8, 16 or 32 bits; it is copied.
        sample_rate: in hertz, a whole number from 1 to 10,000,000.
        label: name for pictures and `repr`.

    Raises:
        ValueError: an argument is of another shape, type or range.
    """

    __slots__ = ()

    def __init__(self, waveform, sample_rate, label=""):
        super().__init__(waveform, sample_rate, label)

    @classmethod
    def from_file(cls, path, sample_rate=None, channel="mix", label=None):
        """Return the sound of a file, which is read when it is first needed.

        The whole file is read, as training reads it; a warning says what is missing in it.

        Args:
            path: wav, flac, ogg, mp3 or another format of libsndfile.
            sample_rate: in hertz, to which the sound is converted; that of the file if None.
            channel: "mix", "left" or "right" of a file with several channels.
            label: the name of the file if None.
        """
        if channel not in audio_files.CHANNELS:
            known = ", ".join(audio_files.CHANNELS)
            raise ValueError(f"channel must be one of {known}, received {channel!r}")
        rate = None if sample_rate is None else checked_rate(sample_rate)

        def read():
            found = rate or audio_files.sample_rate_of(path)
            return Sound(audio_files.read_audio(path, found, channel), found)

        name = Path(path).name if label is None else label
        return cls._of(Lazy(read), name)

    @classmethod
    def sine(cls, hertz, seconds=1.0, sample_rate=22050, amplitude=0.5, levels=None):
        """Return a sine, or a sum of K with weights `levels` [K].

        Args:
            hertz: frequency in hertz or a note such as "A4", or a list of them.
            seconds, sample_rate, amplitude: duration, rate in hertz, and peak in (0, 1].
            levels: weights of the sines; equal if None.
        """
        make = instruments.sine(hertz, levels)
        return cls._made(f"sine {hertz}", make, seconds, sample_rate, amplitude)

    @classmethod
    def harmonic(cls, hertz, seconds=1.0, sample_rate=22050, amplitude=0.5, harmonics=8, slope=1.0):
        """Return a tone with harmonics; see `synthesis.tones.harmonic`."""
        make = instruments.harmonic(hertz, harmonics, slope)
        return cls._made(f"harmonic {hertz}", make, seconds, sample_rate, amplitude)

    @classmethod
    def plucked(cls, hertz, seconds=2.0, sample_rate=22050, amplitude=0.5, decay=2.0, seed=0):
        """Return a plucked string (Karplus-Strong); see `synthesis.tones.plucked`."""
        make = instruments.plucked(hertz, decay, seed)
        return cls._made(f"plucked {hertz}", make, seconds, sample_rate, amplitude)

    @classmethod
    def chord(
        cls, name, seconds=2.0, sample_rate=22050, amplitude=0.5, octave=4, tone="plucked", seed=0
    ):
        """Return a chord such as "Am7", "F#maj7", "Bbsus4" or "C/G".

        Args:
            name: root, quality and bass; see `synthesis.pitches.chord_frequencies`.
            seconds, sample_rate, amplitude: duration, rate in hertz, and peak in (0, 1].
            octave: of the root, from 0 to 9.
            tone: "plucked", "harmonic" or "sine".
            seed: of plucked strings.
        """
        make = instruments.chord(name, octave, tone, seed)
        return cls._made(name, make, seconds, sample_rate, amplitude)

    @classmethod
    def chirp(
        cls,
        low,
        high,
        seconds=1.0,
        sample_rate=22050,
        amplitude=0.5,
        shape="ascending",
        bounces=2,
    ):
        """Return a sine that moves from `low` to `high` hertz; see `synthesis.chirps.chirp`."""
        make = instruments.chirp(low, high, shape, bounces)
        return cls._made(f"{shape} chirp", make, seconds, sample_rate, amplitude)

    @classmethod
    def noise(cls, colour="white", seconds=1.0, sample_rate=22050, amplitude=0.5, seed=0):
        """Return "white", "pink" or "brown" noise; see `synthesis.noise.noise`."""
        make = instruments.noise(colour, seed)
        return cls._made(f"{colour} noise", make, seconds, sample_rate, amplitude)

    @classmethod
    def _made(cls, label, make, seconds, sample_rate, amplitude):
        rate, seconds = checked_rate(sample_rate), _positive(seconds, "seconds")
        if not 0 < amplitude <= 1:
            raise ValueError(f"amplitude must be above 0 and at most 1, received {amplitude}")
        samples = max(1, round(seconds * rate))
        return cls._of(
            Lazy(lambda: edits.scaled(Sound(make(samples, rate), rate), amplitude)), label
        )

    @classmethod
    def from_mel(cls, values, sample_rate=None, frame_length=None, hop=None, decibels=False):
        """Return a sound with a mel spectrogram; the phase is retrieved.

        Args:
            values: `Features` of `mel` or `log_mel`, or an array [T, bins] of such values.
            sample_rate, frame_length, hop: those of an array, as in `mel`.
            decibels: whether an array is in decibels.
        """
        settings = (sample_rate, frame_length, hop)
        kind = "log_mel" if decibels else "mel"
        return features.known(values, ("mel", "log_mel"), kind, settings, cls._of).to_audio()

    @classmethod
    def from_mfcc(cls, values, sample_rate=None, frame_length=None, hop=None, bins=128):
        """Return a sound with these MFCCs; the phase is retrieved.

        Args:
            values: `Features` of `mfcc`, or an array [T, coefficients].
            sample_rate, frame_length, hop, bins: those of an array, as in `mfcc`.
        """
        settings = (sample_rate, frame_length, hop)
        return features.known(values, ("mfcc",), "mfcc", settings, cls._of, bins).to_audio()

    def window(self, seconds, at="start", seed=None, between=None):
        """Return a part of the sound.

        Args:
            seconds: duration.
            at: "start", "middle" or "end", or seconds from the start.
            seed: for a window at a random place, instead of `at`; the same seed, the same place.
            between: (low, high) in seconds, within which the window lies; the whole sound if None.

        Raises:
            ValueError: the window does not lie within the sound, once it is computed.
        """
        seconds = _positive(seconds, "seconds")
        if isinstance(at, str) and at not in edits.PLACES:
            raise ValueError(
                f"at must be one of {', '.join(edits.PLACES)} or seconds, received {at!r}"
            )
        if not isinstance(at, str) and not at >= 0:
            raise ValueError(f"at must be at least 0 seconds, received {at}: 'end' is the last")
        if seed is not None and at != "start":
            raise ValueError(f"give at or seed, not both; received at={at!r} and seed={seed}")
        step = _call(
            "window", seconds, at=at if at != "start" else None, seed=seed, between=between
        )
        return self._then(step, lambda sound: edits.window(sound, seconds, at, seed, between))

    def pad(self, seconds, side="right"):
        """Return the sound with silence, so that it lasts at least `seconds`.

        Args:
            seconds: duration; a longer sound stays as it is.
            side: "left", "right" or "both", where the silence is.
        """
        seconds = _positive(seconds, "seconds")
        if side not in edits.SIDES:
            raise ValueError(f"side must be one of {', '.join(edits.SIDES)}, received {side!r}")
        step = _call("pad", seconds, side=side if side != "right" else None)
        return self._then(step, lambda sound: edits.pad(sound, seconds, side))

    def resample(self, sample_rate):
        """Return the sound at another sample rate in hertz."""
        rate = checked_rate(sample_rate)
        return self._then(_call("resample", rate), lambda sound: edits.resample(sound, rate))

    def gain(self, decibels):
        """Return the sound louder by so many decibels; negative ones make it quieter."""
        decibels = _finite(decibels, "decibels")
        return self._then(_call("gain", decibels), lambda sound: edits.gain(sound, decibels))

    def normalize(self, decibels=-1.0):
        """Return the sound with a peak of so many decibels, 0 being full scale; see `denormalize`.

        A silent sound stays silent.
        """
        decibels = _finite(decibels, "decibels")
        return self._then(
            _call("normalize", decibels), lambda sound: edits.normalize(sound, decibels)
        )

    def denormalize(self):
        """Return the sound at the level from before `normalize`, also after edits in between."""
        return self._then("denormalize()", edits.denormalize)

    def lowpass(self, hertz, order=4):
        """Return the sound without what is above a frequency.

        A Butterworth filter, forwards and backwards: nothing is delayed, and the cutoff is 6 dB
        down.

        Args:
            hertz: cutoff, above 0 and below half of the sample rate.
            order: of the filter in one direction, from 1 to 12.
        """
        return self._filtered("lowpass", hertz, order)

    def highpass(self, hertz, order=4):
        """Return the sound without what is below a frequency; see `lowpass`."""
        return self._filtered("highpass", hertz, order)

    def _filtered(self, kind, hertz, order):
        hertz = _positive(hertz, "hertz")
        if order not in range(1, 13):
            raise ValueError(f"order must be a whole number from 1 to 12, received {order}")
        step = _call(kind, hertz, order=order if order != 4 else None)
        return self._then(step, lambda sound: edits.butterworth(sound, kind, hertz, order))

    def envelope(self, attack=0.01, decay=0.1, sustain=0.7, release=0.1):
        """Return the sound with attack, decay, sustain and release; see `synthesis.envelopes`."""
        shape = (attack, decay, sustain, release)
        return self._then(
            _call("envelope", *shape),
            lambda sound: edits.envelope(sound, lambda n, rate: envelopes.adsr(n, rate, *shape)),
        )

    def spectrogram(self, frame_length=None, hop=None):
        """Return the magnitudes [T, 1 + frame_length // 2] as `Features`, T = 1 + N // hop.

        Args:
            frame_length: window length in samples; a power of two of about 50 ms if None.
            hop: hop length in samples; a quarter of frame_length if None.
        """
        return self._features("spectrogram", frame_length, hop)

    def log_spectrogram(self, frame_length=None, hop=None):
        """Return a spectrogram in decibels, 0 for a full-scale sine; see `spectrogram`."""
        return self._features("log_spectrogram", frame_length, hop)

    def mel(self, bins=128, frame_length=None, hop=None):
        """Return the magnitudes [T, bins] of mel bands on Slaney's scale; see `spectrogram`."""
        return self._features("mel", frame_length, hop, bins)

    def log_mel(self, bins=128, frame_length=None, hop=None):
        """Return the mel bands in decibels, at most 0 for a full-scale sine; see `mel`."""
        return self._features("log_mel", frame_length, hop, bins)

    def mfcc(self, coefficients=20, bins=128, frame_length=None, hop=None):
        """Return cepstral coefficients [T, coefficients] of `bins` mel bands, as librosa's."""
        if not 1 <= coefficients <= bins:
            raise ValueError(
                f"coefficients must be from 1 to bins ({bins}), received {coefficients}: raise bins"
            )
        return self._features("mfcc", frame_length, hop, bins, coefficients)

    def _features(self, kind, frame_length, hop, bins=1, coefficients=0):
        if bins < 1:
            raise ValueError(f"bins must be at least 1, received {bins}")
        lazy, settings = self._lazy, (bins, coefficients, frame_length, hop)
        found = Lazy(lambda: features.compute(kind, lazy.get(), *settings))
        return features.Features(kind, found, self.label, self._of)

    def plot(self, path=None, shown=tuple(PANELS)):
        """Return a `Picture` with panels, one below the other, in seconds and hertz.

        Args:
            path: PNG file to write at once, if given.
            shown: names of panels: "waveform", "log", "mel", "mfcc" and "chroma".
        """
        shown = (shown,) if isinstance(shown, str) else tuple(shown)

        def draw(file):
            plot_sound(file, self.waveform, self.sample_rate, self.label, shown)

        picture = Picture(draw, self.label or "a sound")
        return picture.save(path) if path else picture

    def compare(self, *others):
        """Return a `Comparison` with one to seven other sounds: a picture and distances."""
        every = (self, *others)
        for one in every:
            if not isinstance(one, LazySound):
                raise ValueError(
                    f"compare takes Audio, received {type(one).__name__}: make one by "
                    "ta.Audio(waveform, sample_rate) or ta.Audio.from_file(path)"
                )
        return Comparison([one._lazy.get for one in every], [one.label for one in every])

    def play(self, speed=1.0):
        """Play the sound, to its end; in a notebook, the returned `Player` has the controls.

        Args:
            speed: from 0.25 to 4; like a tape, a higher speed raises the pitch too.
        """
        low, high = player.SPEEDS
        if not low <= speed <= high:
            raise ValueError(f"speed must be from {low} to {high:g}, received {speed}")
        wav = player.wav_of(self._lazy.get(), speed=speed)
        if not player.in_notebook():
            player.play(wav)
        return player.Player(wav, self._caption())

    def save(self, target, bit_depth="16"):
        """Write a WAV file; return the sound.

        A sound above full scale is turned down, with a warning, and never clipped.

        Args:
            target: path that ends in .wav, or a binary stream.
            bit_depth: "16" or "24" (integers) or "32f" (floats).
        """
        save(self._lazy.get(), target, bit_depth)
        return self

    def _caption(self):
        return " ".join(filter(None, [self.label and f"{self.label}:", self._state()]))

    def _repr_html_(self):
        """Return a player and a picture; a notebook holds at most the first 60 seconds."""
        sound = self._lazy.get()
        limit = player.LONGEST
        cut = f" (the first {limit:g} s can be played)" if self.duration > limit else ""
        return (
            f"<div>{html.escape(self._caption() + cut)}</div>"
            + player.controls(player.wav_of(sound, limit))
            + player.image(self.plot(shown=_IN_NOTEBOOKS).png, self._caption())
        )


def _positive(value, name):
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be above 0 and finite, received {value}")
    return value


def _finite(value, name):
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, received {value}")
    return value


def _call(name, *values, **options):
    """Return a call as text, without options that are None."""
    given = [f"{key}={value!r}" for key, value in options.items() if value is not None]
    return f"{name}({', '.join([*map(repr, values), *given])})"
