"""`tfaudiogen collect`: downloads sounds and pictures from tables of addresses and services."""

import contextlib
import sys
import time
from pathlib import Path

import click

from tfaudiogen.cli.common.options import PictureShape
from tfaudiogen.cli.common.streams import say
from tfaudiogen.disk import own_temporary_folder

_SOME = click.FloatRange(min=0, min_open=True)
_COMMON = [
    click.option(
        "--out",
        required=True,
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder to write: audio, images, pairs.csv and report.json.",
    ),
    click.option("--seconds", type=_SOME, help="Cut sounds to this length; mono WAV files."),
    click.option("--sample-rate", type=click.IntRange(1000, 384000), help="Hz, of sounds."),
    click.option("--size", type=PictureShape(), help="Of pictures: 128x128; PNG files."),
    click.option("--keep-duplicates", is_flag=True, help="Keep pictures that look alike."),
    click.option("--contact", default="", help="Your mail address or page, for the user agent."),
    click.option("--per-second", type=_SOME, default=2.0, help="Requests to one host; 2."),
    click.option("--workers", type=click.IntRange(1, 64), default=8, help="Files at a time; 8."),
    click.option("--most-megabytes", type=_SOME, default=200.0, help="Of a file; 200."),
    click.option("--most-seconds", type=_SOME, default=600.0, help="Time of a file; 600."),
    click.option("--timeout", type=_SOME, default=30.0, help="Seconds without an answer; 30."),
]


def _common(function):
    for option in reversed(_COMMON):
        function = option(function)
    return function


@click.group()
def collect():
    """Download sounds and pictures by their addresses, politely.

    Needs pip install 'tfaudiogen[collect]'. A run that was stopped is continued by the same
    command. Check that you may use what you collect.

    \b
    Example:
      tfaudiogen collect table songs.csv --audio preview --image cover --out songs
    """


@collect.command()
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--audio", metavar="COLUMN", help="Column of the addresses of sounds.")
@click.option("--image", metavar="COLUMN", help="Column of the addresses of pictures.")
@click.option("--name", metavar="COLUMN,...", default="", help="Columns that files are named by.")
@click.option("--licence", metavar="COLUMN", help="Column of licences, for pairs.csv.")
@click.option("--caption", metavar="COLUMN", help="Column of captions, for pairs.csv.")
@click.option("--quote", metavar="CHARACTER", default='"', help='Quotation mark of the table; ".')
@click.option("--encoding", help="Of the table; UTF-8, or UTF-16 with a byte order mark.")
@_common
def table(table, audio, image, name, licence, caption, quote, encoding, **common):
    """Download the sounds and pictures whose addresses TABLE lists.

    TABLE is a CSV file whose first line names the columns. Files get names that are safe on every
    system; a sound and its picture have the same name.

    \b
    Examples:
      tfaudiogen collect table songs.csv --audio mp3 --image cover --name title,artist --out songs
      tfaudiogen collect table covers.csv --image img --quote '|' --size 128x128 --out covers
      tfaudiogen collect table songs.csv --audio mp3 --seconds 15 --sample-rate 22050 --out clips
    """
    if len(quote) != 1:
        raise click.UsageError(f"--quote must be one character; received {quote!r}.")
    from tfaudiogen.collect.table import items_of_table

    columns = [part for part in name.split(",") if part.strip()]
    items = items_of_table(
        table, audio, image, columns, licence, caption, quote=quote, encoding=encoding
    )
    _run(items, **common)


def _service(function):
    for option in (
        click.option("--base-url", metavar="ADDRESS", help="Of the interface, for tests."),
        click.option("--count", type=click.IntRange(1, 100_000), default=20, help="20."),
        click.option("--query", metavar="WORDS", default="", help="Words to search for."),
    ):
        function = option(function)
    return _common(function)


@collect.command()
@click.option("--client-id", envvar="JAMENDO_CLIENT_ID", required=True, help="Of your application.")
@click.option("--tags", metavar="TAG,...", default="", help="Tags, all of which a track has.")
@_service
def jamendo(client_id, tags, query, **options):
    """Download music and covers of Jamendo, under Creative Commons licences.

    The client ID can be in the environment variable JAMENDO_CLIENT_ID.

    \b
    Example:
      tfaudiogen collect jamendo --client-id ID --tags piano,calm --seconds 15 --out piano
    """
    from tfaudiogen.collect.jamendo import Jamendo

    _run_service(Jamendo, client_id, query, tags=_listed(tags), **options)


@collect.command()
@click.option("--key", envvar="FREESOUND_API_KEY", required=True, help="Your API key.")
@click.option("--tags", metavar="TAG,...", default="", help="Tags, all of which a sound has.")
@_service
def freesound(key, tags, query, **options):
    """Download previews of sounds of Freesound, under Creative Commons licences.

    The key can be in the environment variable FREESOUND_API_KEY.

    \b
    Example:
      tfaudiogen collect freesound --key KEY --query rain --count 100 --out rain
    """
    from tfaudiogen.collect.freesound import Freesound

    _run_service(Freesound, key, query, tags=_listed(tags), **options)


@collect.command()
@click.option("--key", envvar="OPENVERSE_TOKEN", default="", help="Access token; not required.")
@click.option("--kind", type=click.Choice(["image", "audio"]), default="image", help="image.")
@_service
def openverse(key, kind, query, **options):
    """Download pictures or sounds that Openverse finds, under open licences.

    \b
    Examples:
      tfaudiogen collect openverse --query gloomy --count 100 --size 128x128 --out gloomy
      tfaudiogen collect openverse --query birdsong --kind audio --out birds
    """
    from tfaudiogen.collect.openverse import Openverse

    _run_service(Openverse, key, query, kind=kind, **options)


def _listed(text):
    return [part.strip() for part in text.split(",") if part.strip()]


def _run_service(kind, key, query, count, base_url, tags=None, **common):
    from tfaudiogen.collect.limits import Limits
    from tfaudiogen.collect.service import search
    from tfaudiogen.runtime import optional

    optional.modules("collect", "`tfaudiogen collect`", "httpx", "httpcore")
    options = {"base": base_url} if base_url else {}
    options |= {"tags": tags} if tags is not None else {}
    if "kind" in common:
        options["kind"] = common.pop("kind")
    service = kind(key, query, **options)
    limits = Limits(timeout=common["timeout"], per_second=common["per_second"])
    items = search(service, count, limits, common["contact"])
    _run(items, robots=service.robots, **common)


def _run(items, out, seconds, sample_rate, size, keep_duplicates, contact, robots=True, **limits):
    from tfaudiogen.collect.collection import collect as run
    from tfaudiogen.collect.limits import Limits
    from tfaudiogen.collect.processing import Processing

    limits["most_bytes"] = round(limits.pop("most_megabytes") * 1e6)
    limits["seconds"] = limits.pop("most_seconds")
    with own_temporary_folder(), _shown() as show:
        report = run(
            items,
            out,
            Processing(seconds, sample_rate, size and tuple(size[:2])),
            Limits(**limits),
            keep_duplicates=keep_duplicates,
            robots=robots,
            contact=contact,
            show=show,
        )
    say(*str(report).split("\n"))
    say(f"Wrote {out}.")


@contextlib.contextmanager
def _shown():
    """Context with a function that shows a `State` as a progress bar, on a terminal."""
    begun = time.monotonic()
    with click.progressbar(
        length=1, label="collecting", file=sys.stderr, item_show_func=lambda text: text
    ) as bar:

        def show(state):
            bar.length = max(1, state.wanted)
            rate = state.bytes / 1e6 / max(1e-3, time.monotonic() - begun)
            text = f"{state.done} of {state.wanted}, {state.failed} skipped, {rate:.2f} MB/s"
            bar.update(state.done - bar.pos, text)

        yield show
