"""Make docs/gallery.md and its pictures: what each command draws, from the shipped models.

    python scripts/make_gallery.py [--out docs]

trains `sinewave_vae` for a minute too. Every picture comes from the command that is printed above
it; nothing is chosen by hand.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

INTRODUCTION = """# Gallery

This page shows the pictures that the commands write. `python scripts/make_gallery.py` made them.
When you run the commands yourself, they write the sounds beside the pictures.
"""
CONCLUSION = """## The others

`match` and `tag` need models that you train, as [pairs.md](pairs.md) shows. `evaluate` draws a
picture for models that tag. `app` has its own page ([app.md](app.md)). `embed`, `export`,
`presets` and `info` draw nothing.
"""
VOICES = ("george", "jackson", "lucas", "theo")
# (title, what is seen, commands, pictures that they leave)
ENTRIES = [
    (
        "sample",
        "Four samples of `speech_vae`, a model of spoken digits. Sampling is unconditional.",
        ["sample speech_vae --count 4 --seed 3 --temperature 0.7 --out samples"],
        [f"samples/sample_00{number}.png" for number in range(4)],
    ),
    (
        "reconstruct, compare",
        "A sample of the model beside its reconstruction, which shows what a latent vector keeps.",
        [
            "reconstruct speech_vae samples/sample_000.wav --out again.wav",
            "compare samples/sample_000.wav again.wav --out comparison.png",
        ],
        ["comparison.png"],
    ),
    (
        "interpolate",
        "An interpolation from one component of the prior to another, on a straight line in "
        "the latent space.",
        ["interpolate speech_vae component:0 component:3 --steps 4 --out morph"],
        [f"morph/interpolation_00{number}.png" for number in range(4)],
    ),
    (
        "sample by label",
        "The digit seven in four voices, sampled from `speech_vqvae`, a model of codes.",
        [
            f"sample speech_vqvae --label '7 {voice}' --count 1 --out voices/{voice}"
            for voice in VOICES
        ],
        [f"voices/{voice}/sample_000.png" for voice in VOICES],
    ),
    (
        "paint",
        "Pictures that `digit_painter` generates from the first of these sounds.",
        [f"paint digit_painter voices/{VOICES[0]}/sample_000.wav --count 8 --out painted"],
        ["painted/sample_000.png"],
    ),
    (
        "compose",
        "Sounds that `digit_speaker` generates from the first of these pictures, in two voices.",
        [
            f"compose digit_speaker painted/sample_000_0.png --label {voice} --out spoken/{voice}"
            for voice in VOICES[1:3]
        ],
        [f"spoken/{voice}/sample_000_0_0.png" for voice in VOICES[1:3]],
    ),
    (
        "extend",
        "A continuation of the first spoken seven. It is silent, as after each word of the "
        "training data.",
        [f"extend speech_vqvae voices/{VOICES[0]}/sample_000.wav --seconds 2 --out longer.wav"],
        ["longer.png"],
    ),
    (
        "inpaint",
        "The same sound, with its middle sampled again.",
        [
            f"inpaint speech_vqvae voices/{VOICES[0]}/sample_000.wav --start 0.25 --end 0.5 "
            "--out changed.wav"
        ],
        ["changed.png"],
    ),
    (
        "plot",
        "The waveform, log and mel spectrogram, cepstral coefficients and pitch classes of a file.",
        ["plot morph/interpolation_000.wav --out plot.png"],
        ["plot.png"],
    ),
    (
        "prepare, train",
        "The training curve that `train` writes beside the model, here for one minute on "
        "synthesised tones.",
        [
            "prepare sinewave --out data --preset sinewave_vae",
            "train sinewave_vae --data data --out run --steps 240",
        ],
        ["run/curve.png"],
    ),
]


def main():
    """Run the commands and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=Path("docs"))
    out = parser.parse_args().out.resolve()
    (out / "gallery").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as work:
        sections = [section(Path(work), out, *entry) for entry in ENTRIES]
    page = "\n".join([INTRODUCTION, *sections, CONCLUSION])
    (out / "gallery.md").write_text(page, encoding="utf-8")


def section(work, out, title, says, commands, pictures):
    """Run an entry's commands in `work`, keep its pictures, and return its part of the page."""
    for command in commands:
        print(f"tfaudiogen {command}", flush=True)
        arguments = [sys.executable, "-m", "tfaudiogen", *shlex.split(command)]
        subprocess.run(arguments, cwd=work, check=True)
    name = f"gallery/{title.split(',')[-1].strip().replace(' ', '_')}.png"
    keep([work / picture for picture in pictures], out / name)
    lines = "\n".join(f"tfaudiogen {command}" for command in commands)
    return f"## {title}\n\n```bash\n{lines}\n```\n\n{says}\n\n![{title}]({name})\n"


def keep(pictures, target):
    """Put pictures into one, two in a row, in 256 colours so that it stays small."""
    parts = [Image.open(picture).convert("RGB") for picture in pictures]
    columns = min(2, len(parts))
    scale = 1.0 if len(parts) == 1 else 0.6
    width, height = (round(size * scale) for size in parts[0].size)
    rows = -(-len(parts) // columns)
    whole = Image.new("RGB", (width * columns, height * rows), "white")
    for place, part in enumerate(parts):
        part = part.resize((width, height), Image.Resampling.LANCZOS)
        whole.paste(part, (place % columns * width, place // columns * height))
    # The usual palette leaves out colours that are rare, such as those of the loudest.
    whole.quantize(256, Image.Quantize.MAXCOVERAGE, dither=0).save(target, optimize=True)


if __name__ == "__main__":
    main()
