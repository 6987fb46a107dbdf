"""Validates `.keras` files before Keras builds anything from them."""

import contextlib
import zipfile
from pathlib import Path

import keras

from tfaudiogen.disk.opening import open_regular
from tfaudiogen.saving.weights import weights_in
from tfaudiogen.validation import strict_json

SUFFIX = ".keras"
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_LIMITS = {CONFIG: strict_json.MOST_BYTES, METADATA: 2**16}
# Trained weights hardly compress; untrained ones do, being mostly zeros, but are small.
_MOST_EXPANSION, _SMALL = 20, 64 * 2**20
_ENCRYPTED = 0x1
# Keras layers that contain code or read files other than the archive.
_FOREIGN_LAYERS = {
    "FlaxLayer",
    "IntegerLookup",
    "JaxLayer",
    "Lambda",
    "StringLookup",
    "TFSMLayer",
    "TextVectorization",
    "TorchModuleWrapper",
}


class ModelError(ValueError):
    """Raised for a saved model that is missing, damaged or not of this package."""


@contextlib.contextmanager
def errors_named(file):
    """Context that turns any exception into a one-line `ModelError` that names the model file.

    A damaged file can fail anywhere in the libraries that read it, with any exception.
    """
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        # Keras prints the layer's whole configuration before the reason.
        reason = str(error).rpartition("Exception encountered: ")[2].strip()
        first = (reason.splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{file}: damaged, or saved by another version ({first})") from error


def check(file):
    """Validates a `.keras` file and the classes it names; returns its `Weights`.

    Raises:
        ModelError: the file is invalid; the message names the file and the reason.
    """
    file = Path(file)
    try:
        if file.suffix != SUFFIX:  # Keras would read it in another format
            raise ValueError(f"its name must end in {SUFFIX}")
        with open_regular(file) as opened, zipfile.ZipFile(opened) as archive:
            _check_members(archive)
            contents = {name: _read(archive, name) for name in (CONFIG, METADATA, WEIGHTS)}
        config = strict_json.parse(contents[CONFIG])
        strict_json.parse(contents[METADATA])
        weights = weights_in(contents[WEIGHTS])
    except Exception as error:
        raise ModelError(
            f"{file}: not a readable Keras file ({error}); it is damaged or incomplete. "
            "Copy it again, or train with --resume."
        ) from error
    _check_classes(config, file)
    return weights


def _check_members(archive):
    """Raise ValueError unless the archive has exactly Keras' three members, of plausible sizes."""
    names = sorted(entry.filename for entry in archive.infolist())
    if names != sorted((CONFIG, METADATA, WEIGHTS)):
        shown = ", ".join(name[:40] for name in names[:5]) or "nothing"
        raise ValueError(f"it must hold {CONFIG}, {METADATA} and {WEIGHTS}; received {shown}")
    for entry in archive.infolist():
        if entry.flag_bits & _ENCRYPTED:
            raise ValueError(f"{entry.filename} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{entry.filename} is compressed in another way than by deflate")
        limit = _limit(entry)
        if entry.file_size > limit:
            raise ValueError(f"{entry.filename} has {entry.file_size} bytes, more than {limit}")


def _limit(entry):
    """Return the maximum uncompressed size of a member, in bytes."""
    return _LIMITS.get(entry.filename, max(_SMALL, _MOST_EXPANSION * entry.compress_size))


def _read(archive, name):
    """Return the bytes of a member, after checking its declared size and checksum."""
    entry = archive.getinfo(name)
    with archive.open(entry) as member:
        content = member.read(entry.file_size + 1)
        if len(content) != entry.file_size or member.read(1):
            raise ValueError(f"{name} has another size than its entry says")
    return content


def _check_classes(config, file):
    """Raise ModelError unless all classes are from this package or safe classes of Keras."""
    if not isinstance(config, dict):
        raise ModelError(f"{file}: {CONFIG} describes no model; it is damaged")
    # The compile configuration is never built: models are loaded uncompiled.
    described = {key: value for key, value in config.items() if key != "compile_config"}
    for module, name, registered in _classes(described):
        if not _may_be_built(module, name, registered):
            raise ModelError(f"{file}: asks for {module}.{name}, which is not of this package")


def _may_be_built(module, name, registered):
    if not isinstance(name, str) or name.startswith("__"):
        return False
    if isinstance(registered, str) and keras.saving.get_registered_object(registered) is not None:
        return True
    ours = isinstance(module, str) and module.split(".")[0] == "keras"
    return ours and name not in _FOREIGN_LAYERS


def _classes(config):
    """Yield (module, class name, registered name) of each object in a Keras configuration."""
    if isinstance(config, dict):
        if "class_name" in config and "config" in config:
            yield config.get("module"), config["class_name"], config.get("registered_name")
        for value in config.values():
            yield from _classes(value)
    elif isinstance(config, list):
        for value in config:
            yield from _classes(value)
