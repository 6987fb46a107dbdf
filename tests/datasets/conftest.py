"""Small windows, no bar, into a folder of the test."""

import pytest


@pytest.fixture
def quick(tmp_path):
    from tfaudiogen.data import prepare

    def run(sources, out="data", **options):
        options = {"sample_rate": 8000, "samples": 2048, "progress": False} | options
        return prepare(sources, tmp_path / out, **options)

    return run
