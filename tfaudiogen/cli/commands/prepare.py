"""`tfaudiogen prepare`: converts folders of audio or images to a data set."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import PictureShape
from tfaudiogen.cli.common.streams import say

# The same as in tfaudiogen.data.preparation, which is slow to import for help.
_BUILDERS = ["auto", "audio_folder", "spoken_digits", "sinewave"]
_BUILDERS += ["picture_folder", "mnist", "cifar10", "audio_image_pairs", "spoken_digit_pictures"]


@click.command(cls=Command)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write: the data set and report.json.",
)
@click.option("--preset", help="Take rate and window, or the size of pictures, from this preset.")
@click.option("--sample-rate", type=click.IntRange(min=1), help="Hz; 22050 if not given.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Length of a window; 5.944 if not given.",
)
@click.option(
    "--builder",
    type=click.Choice(_BUILDERS),
    help="How the names of the files are read; auto if not given.",
)
@click.option("--channel", type=click.Choice(["mix", "left", "right"]), help="mix if not given.")
@click.option(
    "--labels",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns file and label, and perhaps caption, instead of labels from the "
    "sub-folders.",
)
@click.option(
    "--label-pattern",
    metavar="REGEX",
    help="Its groups, found in the file's name, are the label; the sub-folder where it is not.",
)
@click.option(
    "--pictures",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of pictures that belong to the sounds of the same names.",
)
@click.option(
    "--pairs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns audio and image, and perhaps label and caption.",
)
@click.option(
    "--embeddings",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of .npy files, a vector for each sound or picture of the same name.",
)
@click.option("--test-speaker", metavar="NAME", help="Of spoken digits: who is the test split.")
@click.option("--shape", type=PictureShape(), help="Of pictures: 128x128, or 28x28x1 for grey.")
@click.option("--licence", help="Licence of the data, for the cards of models trained on it.")
@click.option("--count", type=click.IntRange(min=3), help="Windows of the source `sinewave`.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), help="Of `sinewave` and of random pairs; 0."
)
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
    pairs,
    embeddings,
    test_speaker,
    shape,
    licence,
    count,
    seed,
    split_by_time,
):
    """Cut audio files below SOURCE into windows at one rate, with train and test splits.

    The SOURCE `sinewave` stands for synthesised sounds and needs no files. Where SOURCE holds
    pictures, MNIST's idx files or CIFAR-10's binary files, they are brought to one size. With
    --pictures or --pairs each sound is stored with its pictures.

    \b
    Examples:
      tfaudiogen prepare my_sounds --out data --preset music_vae
      tfaudiogen prepare voices more_voices --out data --sample-rate 8000 --seconds 1
      tfaudiogen prepare notes --out data --label-pattern '([a-z]+)_([A-G][0-9])_'
      tfaudiogen prepare sinewave --out data --preset sinewave_vae
      tfaudiogen prepare mnist --out data --preset mnist_vae
      tfaudiogen prepare photographs --out data --shape 128x128
      tfaudiogen prepare songs --pictures covers --out data --shape 64x64
      tfaudiogen prepare collection --pairs pairs.csv --out data --seconds 3
      tfaudiogen prepare songs --embeddings clap --out data --preset embedding_composer
      tfaudiogen prepare fsdd --pictures mnist --out data --sample-rate 8000 --seconds 1.024
    """
    import tfaudiogen

    chosen = {
        "sample_rate": sample_rate,
        "seconds": seconds,
        "builder": builder,
        "channel": channel,
        "labels_csv": labels,
        "label_pattern": label_pattern,
        "pictures": pictures,
        "pairs_csv": pairs,
        "embeddings": embeddings,
        "test_speaker": test_speaker,
        "image_shape": shape,
        "licence": licence,
        "count": count,
        "seed": seed,
    }
    geometry = {"--sample-rate": sample_rate, "--seconds": seconds, "--shape": shape}
    options = _of_preset(preset, geometry)
    options |= {key: value for key, value in chosen.items() if value is not None}
    report = tfaudiogen.prepare(list(sources), out, split_by_time=split_by_time, **options)
    say(*str(report).split("\n"))
    say(f"Wrote {out}.")


def _of_preset(name, geometry):
    if name is None:
        return {}
    if any(value is not None for value in geometry.values()):
        raise click.UsageError(
            f"--preset already says the geometry: leave out {' and '.join(geometry)}."
        )
    from tfaudiogen import presets

    return dict(presets.get(name).data)
