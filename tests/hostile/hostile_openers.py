"""How each kind of file is opened, in the worker: a function that returns the opener of a path."""


def model():
    """Return what loads the model of a folder."""
    import tfaudiogen

    return tfaudiogen.load
