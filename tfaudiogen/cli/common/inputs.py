"""Inputs of `paint` and `compose`: files, texts, labels or embeddings."""

import re

import click

from tfaudiogen.validation import strict_json

_NPY = re.compile(r".*\.npy", re.IGNORECASE | re.DOTALL)
_NAME_LENGTH = 40
# Maximum bytes of a file written by `tfaudiogen tag`.
_MOST_TAGS = 2**28
_WANTED = {
    "sounds": "sounds: give files or folders of sounds",
    "pictures": "pictures: give files or folders of pictures",
    "vectors": "embeddings: give .npy files or folders of them",
    "texts": "texts: give --text",
    "labels": "labels: give --labels, or a file that `tfaudiogen tag` has written",
}


def condition_options(command):
    """Add the options for conditions that are not files: labels and texts."""
    for option in (
        click.option(
            "--labels",
            metavar="NAME=WEIGHT,...",
            multiple=True,
            help='Labels for a model conditioned on labels, with weights: "gloomy=0.7,slow=0.3", '
            "or a name alone; repeatable.",
        ),
        click.option("--text", "texts", multiple=True, help="For a model of captions; repeatable."),
    ):
        command = option(command)
    return command


def source_inputs(model, inputs, texts, labels):
    """Return the inputs of a translator, [(name, (path or value, asked))], and their reader.

    `asked` is whether the user named the input itself and not its folder. The reader is a
    function from path or value to the argument of `sample`.

    Args:
        model: the `Translator`.
        inputs: paths of files and folders.
        texts, labels: values of the options.

    Raises:
        click.BadParameter: the inputs are not of the kind that the model needs, or two have the
            same name.
    """
    kind = model.source_representation.kind
    by_option = {"texts": texts, "labels": labels}
    others = [name for name, values in by_option.items() if values and name != kind]
    if others or (inputs and kind == "texts") or not (inputs or by_option.get(kind)):
        raise click.BadParameter(f"is conditioned on {_WANTED[kind]}.", param_hint="'MODEL'")
    if kind in ("texts", "labels"):
        found = _named_texts(texts) if kind == "texts" else _named_labels(inputs, labels)
        _check_conditions(model, found)
        return [(name, (value, True)) for name, value in found], lambda value: value
    return list(_files(inputs, kind).items()), reader(model.source_representation)


def files_of(folder, kind):
    """Return the `SourceFile`s of sounds, images or vectors (.npy) in a folder."""
    from tfaudiogen.data.sources.files import find_files, find_named

    if kind == "vectors":
        return find_named([folder], _NPY)
    found = find_files([folder])
    return found.pictures if kind == "pictures" else found.audio


def _files(inputs, kind):
    from tfaudiogen.cli.common.translation import inputs_of

    if kind != "vectors":
        return inputs_of(inputs, "audio" if kind == "sounds" else kind)
    return inputs_of(inputs, "embeddings", lambda folder: files_of(folder, kind))


def reader(source):
    """Return a function that reads a sound, image or vector for a representation from a path."""
    from tfaudiogen.io import audio_files, image_files, vector_files

    return {
        "sounds": lambda path: audio_files.read_audio(path, source.sample_rate, "mix"),
        "pictures": lambda path: image_files.read(path, source.image_shape),
        "vectors": lambda path: vector_files.read_vector(path, source.size),
    }[source.kind]


def _named_texts(texts):
    return list(zip(_names(texts), texts, strict=True))


def _named_labels(inputs, labels):
    """Return [(name, {label: weight})] from options and from files that `tag` wrote."""
    tagged = [one for path in inputs for one in _tagged(path)]
    weighted = [_weights(text) for text in labels]
    return tagged + list(zip(_names([" ".join(one) for one in weighted]), weighted, strict=True))


def _weights(text):
    from tfaudiogen.models.modalities.conditions import weights_of

    try:
        return weights_of(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="'--labels'") from error


def _tagged(path):
    """Yield (name, {label: weight}) for each image in a file of `tfaudiogen tag`."""
    problem = f"{path} is no file that `tfaudiogen tag` has written."
    try:
        pictures = strict_json.read(path, _MOST_TAGS)["pictures"]
        found = [(name, {k: float(v) for k, v in own.items()}) for name, own in pictures.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.BadParameter(problem, param_hint="'IN...'") from error
    yield from found


def _names(texts):
    """Return a unique file name without suffix for each text."""
    names = []
    for text in texts:
        name = re.sub(r"\W+", "_", text.lower())[:_NAME_LENGTH].strip("_") or "text"
        names.append(name if name not in names else f"{name}_{len(names) + 1}")
    return names


def _check_conditions(model, found):
    """Reject conditions that the model does not support, before generating."""
    from tfaudiogen.models.modalities.generative import modality_of

    modality_of(model.source_representation).batch([value for _, value in found])
