"""Shows exceptions of event handlers as messages on the page."""

import functools

import gradio
from gradio.context import LocalContext

from tfaudiogen.app.asking import asked_by
from tfaudiogen.app.errors import sentence


def show_errors(function, listeners):
    """Wrap an event handler so that its exceptions are shown as one sentence in the browser.

    Args:
        function: event handler, a function of the values of components.
        listeners: `Listeners`, to cancel the work when the page was closed.
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
    """Return a function of (done, total) that updates Gradio's progress bar."""
    return lambda done, count: progress((done, count), desc=description)


# Gradio injects the progress bar of a request into arguments with this default.
PROGRESS = gradio.Progress()
# Computations of models run one at a time; see `ComputeLock`.
HEAVY = {"concurrency_limit": 1, "concurrency_id": "model"}
