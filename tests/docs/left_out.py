"""What of the documentation is not run by tests/docs, and why not."""

# Commands, by the words that they begin with.
COMMANDS = {
    ("pip", "install"): "installs into the environment under test; .ci/run does it, from the wheel",
    ("pytest",): "is this suite",
    ("mkdocs", "serve"): "serves the site until it is stopped; .ci/run builds it",
    ("docker", "run"): "needs Docker and an image of TensorFlow Serving",
    ("curl", "-s", "http://127.0.0.1:8501/"): "asks the server in Docker",
    ("curl", "-s", "http://127.0.0.1:7860/"): "tests/app/test_examples_of_docs.py runs it",
    ("python", "scripts/ask_server.py"): "asks that server; tests/serving asks a small one so",
    ("python", "scripts/benchmarks/"): "measures for minutes to hours, on data that are not here",
    ("tfaudiogen", "collect"): "needs the internet; tests/collect has a server on loopback",
    ("tfaudiogen", "embed"): "needs weights of CLAP; tests/test_clap.py makes some",
}

# Blocks, by page and first line.
BLOCKS = {
    (
        "collecting.md",
        "tfaudiogen prepare collected --pairs collected/pairs.csv --out data --shape 64x64",
    ): "prepares what was collected from the internet",
    ("app.md", "import json"): "tests/app/test_examples_of_docs.py runs it",
    (
        "large-collections.md",
        "pip install 'tfaudiogen[beam]'",
    ): "trains on what Beam makes; tests/datasets/test_beam.py runs Beam",
    (
        "training-your-own.md",
        """TF_CONFIG='{"cluster": {"worker": ["one:2222", "two:2222"]}, """
        """"task": {"type": "worker", "index": 0}}' \\""",
    ): "needs two machines; tests/training/test_several_machines.py has two processes",
    (
        "quality.md",
        "tfaudiogen train speech_vqvae --data DIGITS --out few_codes --set priors=null "
        "--set fit.steps=1280 \\",
    ): "trains on data that are not here, to measure",
    (
        "quality.md",
        "tfaudiogen train music_vqvae2 --data MUSIC --out run --set priors=null "
        "--set fit.steps=924 \\",
    ): "trains on data that are not here, to measure",
}


def begins(words, starts):
    """Return whether the first words of a command begin with these."""
    pairs = zip(words, starts, strict=False)
    return len(words) >= len(starts) and all(word.startswith(start) for word, start in pairs)


def is_left_out(words):
    """Return whether a command is one of the list."""
    return any(begins(words, starts) for starts in COMMANDS)
