"""`tfaudiogen prepare`: from folders of audio to a data set."""

from pathlib import Path

import click

from tfaudiogen.cli.command import Command


@click.command(cls=Command)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write: the data set and report.json.",
)
@click.option("--preset", help="Take rate and window from this preset; see `tfaudiogen presets`.")
@click.option("--sample-rate", type=click.IntRange(min=1), help="Hz; 22050 if not given.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Length of a window; 5.944 if not given.",
)
@click.option(
    "--builder",
    type=click.Choice(["auto", "audio_folder", "spoken_digits", "sinewave"]),
    help="How the names of the files are read; auto if not given.",
)
@click.option("--channel", type=click.Choice(["mix", "left", "right"]), help="mix if not given.")
@click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns file and label, instead of labels from the sub-folders.",
)
@click.option(
    "--label-pattern",
    metavar="REGEX",
    help="Its groups, found in the file's name, are the label; the sub-folder where it is not.",
)
@click.option(
    "--pictures",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pictures, matched by file name.",
)
@click.option("--licence", help="Licence of the audio, for the cards of models trained on it.")
@click.option("--count", type=click.IntRange(min=3), help="Windows of the source `sinewave`.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Of the source `sinewave`; 0.")
@click.option("--split-by-time", is_flag=True, help="Split within files; for fewer than 3 files.")
def prepare(
    sources,
    out,
    preset,
    sample_rate,
    seconds,
    builder,
    channel,
    labels,
    label_pattern,
    pictures,
    licence,
    count,
    seed,
    split_by_time,
):
    r"""Cut audio files below SOURCE into windows at one rate, with train and test splits.

    The SOURCE `sinewave` stands for synthesised sounds and needs no files.

    \b
    Examples:
      tfaudiogen prepare my_sounds --out data --preset music_vae
      tfaudiogen prepare voices more_voices --out data --sample-rate 8000 --seconds 1
      tfaudiogen prepare notes --out data --label-pattern '(\w+)_([A-G]s?\d)_'
      tfaudiogen prepare sinewave --out data --preset sinewave_vae
    """
    import tfaudiogen

    given = {
        "sample_rate": sample_rate,
        "seconds": seconds,
        "builder": builder,
        "channel": channel,
        "labels_csv": labels,
        "label_pattern": label_pattern,
        "pictures": pictures,
        "licence": licence,
        "count": count,
        "seed": seed,
    }
    options = _of_preset(preset, sample_rate, seconds)
    options |= {key: value for key, value in given.items() if value is not None}
    report = tfaudiogen.prepare(list(sources), out, split_by_time=split_by_time, **options)
    click.echo(report)
    click.echo(f"Wrote {out}.")


def _of_preset(name, sample_rate, seconds):
    if name is None:
        return {}
    if sample_rate is not None or seconds is not None:
        raise click.UsageError(
            "--preset already says rate and window: leave out --sample-rate and --seconds."
        )
    from tfaudiogen import presets

    return dict(presets.get(name).data)
