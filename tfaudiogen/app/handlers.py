"""From what the page's functions raise to a message on the page."""

import functools

import gradio

from tfaudiogen.app.errors import sentence


def told(function):
    """Return the function with its exceptions turned into one sentence in the browser."""

    @functools.wraps(function)
    def safe(*arguments, **options):
        try:
            return function(*arguments, **options)
        except gradio.Error:
            raise
        except Exception as error:
            raise gradio.Error(sentence(error), title="Not done", print_exception=False) from None

    return safe


def steps_of(progress, description):
    """Return a function of (done, of how many) that moves Gradio's progress bar."""
    return lambda done, count: progress((done, count), desc=description)


# As the default of an argument it is where Gradio puts the bar of that request.
PROGRESS = gradio.Progress()
# Nothing that a model computes runs beside another such thing: see `Turn`.
HEAVY = {"concurrency_limit": 1, "concurrency_id": "model"}
