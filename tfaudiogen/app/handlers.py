"""Turns exceptions of the page's functions into messages on the page."""

import functools

import gradio
from gradio.context import LocalContext

from tfaudiogen.app.asking import asked_by
from tfaudiogen.app.errors import sentence


def told(function, listeners):
    """Return the function with its exceptions turned into one sentence in the browser.

    Args:
        function: of the values of components.
        listeners: `Listeners`, by which it is not gone on with for a page that was closed.
    """

    @functools.wraps(function)
    def safe(*arguments, **options):
        session = getattr(LocalContext.request.get(None), "session_hash", None)
        try:
            with asked_by(functools.partial(listeners.gone, session)):
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
