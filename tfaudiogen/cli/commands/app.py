"""`tfaudiogen app`: serves the web page and the HTTP interface."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import MODEL_HELP
from tfaudiogen.cli.common.streams import say

_NEW = "new"


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("models", metavar="[MODEL]...", nargs=-1)
@click.option(
    "--data",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of `tfaudiogen prepare`, to explore, match, train and evaluate on; repeatable.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="app",
    show_default=True,
    help="Folder of samples, training runs and reports.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="0.0.0.0 lets other machines in; needs --token.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=7860, show_default=True)
@click.option(
    "--token",
    is_flag=False,
    flag_value=_NEW,
    envvar="TFAUDIOGEN_TOKEN",
    help="Token that requests need; made up if no value follows, and printed with the address.",
)
@click.option(
    "--most-seconds",
    type=click.FloatRange(min=0.1, max=3600),
    default=60.0,
    show_default=True,
    help="Longest sound, drawn or uploaded.",
)
@click.option(
    "--most-megapixels",
    type=click.FloatRange(min=0.01, max=80),
    default=40.0,
    show_default=True,
    help="Largest uploaded picture, in millions of pixels.",
)
@click.option(
    "--most-megabytes",
    type=click.FloatRange(min=0.01, max=1000),
    default=20.0,
    show_default=True,
    help="Largest upload.",
)
def app(models, data, out, host, port, token, most_seconds, most_megapixels, most_megabytes):
    """Serve a web page to draw, explore, paint, compose, match, tag, train and evaluate.

    Without MODEL all shipped models are there.

    \b
    Examples:
      tfaudiogen app
      tfaudiogen app speech_vae run --data data --port 8000
      tfaudiogen app --host 0.0.0.0 --token
    """
    from tfaudiogen import saving
    from tfaudiogen.runtime import optional

    optional.modules("app", "the page", "fastapi", "pydantic", "starlette", "uvicorn")
    optional.check_installed("app", "the page", "gradio")  # not imported yet
    from tfaudiogen.app.gate import callers
    from tfaudiogen.app.limits import Limits
    from tfaudiogen.app.serving import serve
    from tfaudiogen.app.studio import Studio

    token = callers.new_token() if token == _NEW else token
    callers.check(host, token)
    limits = Limits(seconds=most_seconds, megapixels=most_megapixels, megabytes=most_megabytes)
    serve(Studio(models or saving.shipped(), data, out, limits), host, port, say, token)
