"""Loads the model named on the command line and checks its kind."""

import click

# Commands of translators by the modality they generate.
TRANSLATING = {"pictures": "paint", "sounds": "compose"}


def load_whole(name):
    """Load a complete model from a folder or by name.

    Raises:
        click.BadParameter: for a part of a model, such as a prior, which generates no data.
    """
    import tfaudiogen

    model = tfaudiogen.load(name)
    if not hasattr(model, "representation"):
        raise click.BadParameter(
            f"{name} holds a {type(model).__name__}, a part of a model: give the folder of the "
            "whole, one above.",
            param_hint="'MODEL'",
        )
    return model


def load_generator(name):
    """Load a generative model of one modality from a folder or by name.

    Raises:
        click.BadParameter: for a part of a model, and for a translator, embedder or tagger; these
            have other commands.
    """
    import tfaudiogen
    from tfaudiogen.models.translators.base import Translation

    model, verb = load_whole(name), None
    if isinstance(model, Translation):
        verb = TRANSLATING[model.representation.kind]
    if isinstance(model, tfaudiogen.AudioImageEmbedder):
        verb = "match"
    if isinstance(model, tfaudiogen.PictureTagger):
        verb = "tag"
    if verb:
        raise click.BadParameter(
            f"{name} holds a {type(model).__name__}: use `tfaudiogen {verb}`.",
            param_hint="'MODEL'",
        )
    return model


def load_embedder(name):
    """Load an embedder.

    Raises:
        click.BadParameter: for any other model.
    """
    import tfaudiogen

    purpose = "match is for models that embed sounds and pictures, such as that of the preset"
    return _load_only(tfaudiogen.AudioImageEmbedder, name, f"{purpose} digit_embedder")


def load_tagger(name):
    """Load a tagger.

    Raises:
        click.BadParameter: for any other model.
    """
    import tfaudiogen

    purpose = "tag is for models that tag pictures, such as that of the preset picture_tagger"
    return _load_only(tfaudiogen.PictureTagger, name, purpose)


def load_translator(name, verb, adapter=None):
    """Load a translator, with an adapter if one is given.

    Raises:
        click.BadParameter: for any other model, or a translator that generates another modality.
    """
    from tfaudiogen.models.translators.base import Translation

    purpose = f"{verb} is for models that translate, such as those of the presets digit_painter"
    model = _load_only(Translation, name, f"{purpose} and digit_speaker")
    own = TRANSLATING[model.representation.kind]
    if own != verb:
        raise click.BadParameter(
            f"{name} draws {model.representation.kind}: use `tfaudiogen {own}`.",
            param_hint="'MODEL'",
        )
    if adapter:
        _adapt(model, adapter)
    return model


def _adapt(model, adapter):
    if not hasattr(model, "load_adapter"):
        raise click.BadParameter(
            f"does not apply to this model, a {type(model).__name__}; leave it out.",
            param_hint="'--adapter'",
        )
    model.load_adapter(adapter)


def _load_only(kind, name, purpose):
    """Load a model of a class.

    Raises:
        click.BadParameter: for a model of another class; the message states the purpose of the
            command.
    """
    import tfaudiogen

    model = tfaudiogen.load(name)
    if not isinstance(model, kind):
        raise click.BadParameter(
            f"{name} holds a {type(model).__name__}, and {purpose}.", param_hint="'MODEL'"
        )
    return model
