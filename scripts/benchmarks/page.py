"""How long the page's server takes: to start, to the first sound, and with many users at once.

    python scripts/benchmarks/page.py speech_vae --users 20 --requests 5

starts `tfaudiogen app` on a free port, asks for one sound, then lets the users ask for sounds over
loopback, each as soon as the last is there, and prints JSON.
"""

import concurrent.futures
import json
import subprocess
import sys
import tempfile
import time
import urllib.request

import click
import numpy as np
from machine import setting


@click.command()
@click.argument("model", default="speech_vae")
@click.option("--users", type=click.IntRange(1, 33), default=20, show_default=True)
@click.option("--requests", type=click.IntRange(min=1), default=5, show_default=True)
def main(model, users, requests):
    """Measure the server of one MODEL."""
    with tempfile.TemporaryDirectory() as out:
        begin = time.perf_counter()
        command = [sys.executable, "-u", "-m", "tfaudiogen", "app", model, "--out", out]
        process = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
        try:
            url = f"{_address(process)}/api/models/{model}/sample"
            ready = time.perf_counter() - begin
            first = _ask(url, seed=0)
            figures = {"seconds_to_page": ready, "seconds_to_first_sound": ready + first}
            figures |= _many(url, users, requests)
        finally:
            process.terminate()
            process.wait()
    click.echo(json.dumps({"setting": setting(), "model": model, **_rounded(figures)}, indent=1))


def _address(process):
    for line in process.stdout:
        if line.startswith("The page is at "):
            return line.split()[4]
    raise click.ClickException("the server did not start")


def _many(url, users, requests):
    def user(number):
        return [_ask(url, seed=number * requests + turn) for turn in range(requests)]

    begin = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(users) as pool:
        latencies = [value for values in pool.map(user, range(users)) for value in values]
    took = time.perf_counter() - begin
    percentiles = {f"p{p}": np.percentile(latencies, p) for p in (50, 90, 99)}
    lost = users * requests - len(latencies)
    return {"users": users, "lost": lost, "sounds_per_second": len(latencies) / took, **percentiles}


def _ask(url, seed):
    """Ask for a sound and return the seconds that it took; an error raises."""
    body, begin = json.dumps({"seed": seed}).encode(), time.perf_counter()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        if not answer.read().startswith(b"RIFF"):
            raise click.ClickException(f"seed {seed}: the answer is no sound")
    return time.perf_counter() - begin


def _rounded(figures):
    return {name: round(float(value), 3) for name, value in figures.items()}


if __name__ == "__main__":
    main()
