"""Peak memory and time of training on data sets of several sizes.

    python scripts/benchmarks/memory.py --counts 500 4000 --work WORK

For each count that many windows of 512 by 512 pixels are synthesised (0.26 MB each, as sound and
again as cached spectrogram), and a small model is trained on them for the same number of steps, an
epoch of the largest set, in a process of its own, from disk and with cached spectrograms. What is
printed is the largest resident memory that the operating system saw, without the page cache, and
how long the whole training took, from import to the last file.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import setting

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Small networks: what is looked for is what grows with the data.
SMALL = {
    "model.widths": (8, 8, 8, 8),
    "model.channels": 4,
    "model.latent_size": 16,
    "model.hidden": 16,
    "model.components": 4,
    "fit.jit_compile": True,
}


def train(data, steps, cache, out):
    """Train, and print the peak in bytes."""
    import resource

    import tfaudiogen
    from tfaudiogen import presets

    preset = presets.get("music_vae", **SMALL)
    tfaudiogen.train(preset, data, out, steps=steps, cache=cache, progress=False)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def measured(data, steps, cache, out):
    """Return the peak in bytes of a training in another process, and its seconds."""
    words = [sys.executable, __file__, "--train", data, "--steps", steps, "--work", out]
    words += ["--cache"] if cache else []
    start = time.perf_counter()
    ran = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, check=True, text=True)
    return int(ran.stdout.split()[-1]), time.perf_counter() - start


def main():
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", type=int, nargs="+", default=[500, 4000])
    parser.add_argument("--work", type=Path, help="folder; the system's temporary one if not given")
    parser.add_argument("--train", help="used by the script itself")
    parser.add_argument("--steps", type=int, help="used by the script itself")
    parser.add_argument("--cache", action="store_true", help="used by the script itself")
    options = parser.parse_args()
    if options.train:
        train(options.train, options.steps, options.cache, options.work)
        return

    import tfaudiogen
    from tfaudiogen import presets

    preset = presets.get("music_vae")
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        steps = max(options.counts) // preset.fit["batch_size"]
        print(setting())
        print(f"{steps} steps of {preset.fit['batch_size']} windows")
        for count in options.counts:
            data = Path(work) / str(count)
            tfaudiogen.prepare("sinewave", data, count=count, progress=False, **preset.data)
            for cache in (False, True):
                out = Path(work) / f"run_{count}_{cache}"
                peak, seconds = measured(data, steps, cache, out)
                kind = "cached spectrograms" if cache else "from disk"
                size = count * preset.data["samples"] * 2 / 2**30
                print(
                    f"{count:6} windows, {size:.2f} GiB, {kind:20} peak {peak / 2**30:.2f} GiB, "
                    f"{seconds:.0f} s",
                    flush=True,
                )


if __name__ == "__main__":
    main()
