"""What of the documentation is not run by tests/docs, and why not."""

# Commands, by the words that they begin with.
COMMANDS = {
    ("pip", "install"): "installs into the environment under test; .ci/run does it, from the wheel",
    ("pytest",): "is this suite",
    ("docker", "run"): "needs Docker and an image of TensorFlow Serving",
    ("python", "scripts/ask_server.py"): "asks that server; tests/serving asks a small one so",
    ("python", "scripts/benchmarks/"): "measures for minutes to hours, on data that are not here",
    ("curl", "-s", "http://127.0.0.1:8501/"): "asks the server in Docker",
    ("curl", "-s", "http://127.0.0.1:7860/"): "tests/app/test_examples_of_docs.py runs it",
}

# Blocks, by page and first line.
BLOCKS = {
    ("app.md", "import json"): "tests/app/test_examples_of_docs.py runs it",
}
