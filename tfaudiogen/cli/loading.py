"""The model that a command was given."""

import click


def load_model(name):
    """Load the model of a folder or a name.

    Raises:
        click.BadParameter: for a part of a model, which has neither sounds nor pictures.
    """
    import tfaudiogen

    model = tfaudiogen.load(name)
    if not hasattr(model, "spectrogram"):
        raise click.BadParameter(
            f"{name} holds a {type(model).__name__}, a part of a model: give the folder of the "
            "whole, one above.",
            param_hint="'MODEL'",
        )
    return model
