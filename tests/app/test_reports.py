"""Which models are evaluated on which data, and how a report is shown; without a server."""

import json
from types import SimpleNamespace

import pytest

from tfaudiogen.app import reports
from tfaudiogen.app.refusals import Refused
from tfaudiogen.app.studio import Studio, fits
from tfaudiogen.data import describe

RETRIEVAL = {
    "windows": 9,
    "sound_to_picture": {
        "candidates": 7,
        "recall_at_1": {"mean": 0.25, "interval": [0.125, 0.5], "chance": 0.0625},
        "median_rank": {"median": 2.0, "interval": [1.0, 3.5], "chance": 4.0},
    },
    "versions": {"keras": "3"},
}
RECONSTRUCTION = {
    "rate": {"mean": 12.5, "interval": None},
    "negative_log_prob": None,
    "reconstruction": {"si_sdr": {"mean": 3.25, "interval": [3, 4], "codec": {"mean": 20.5}}},
    "labels": {"low": {"bits_per_dimension": {"mean": 1.0}}},
}


def cells(tmp_path, report):
    """Return the rows of the table of a report, as lists of texts."""
    path = tmp_path / "evaluations" / "one.json"
    path.parent.mkdir()
    path.write_text(json.dumps(report))
    table = reports.table(SimpleNamespace(out=tmp_path), "one")
    rows = table.replace("</th>", "</td>").replace("<th>", "<td>").split("</tr>")[:-1]
    return [[cell.split("<td>")[1] for cell in row.split("</td>")[:-1]] for row in rows]


def test_a_report_of_retrieval_stands_beside_chance(tmp_path):
    assert cells(tmp_path, RETRIEVAL) == [
        ["figure", "mean, or median", "95 % interval", "by chance"],
        ["windows", "9", "", ""],
        ["sound to picture, candidates", "7", "", ""],
        ["sound to picture, recall at 1", "0.25", "0.125 to 0.5", "0.0625"],
        ["sound to picture, median rank", "2", "1 to 3.5", "4"],
    ]


def test_a_report_of_reconstruction_stands_beside_the_codec(tmp_path):
    assert cells(tmp_path, RECONSTRUCTION) == [
        ["figure", "mean, or median", "95 % interval", "codec alone"],
        ["rate", "12.5", "", ""],
        ["si sdr", "3.25", "3 to 4", "20.5"],
    ]


def test_an_embedder_takes_data_that_have_both_sides(further_models, data, picture_data, pair_data):
    found = {
        name: [fits(describe(folder), model) for folder in (data, picture_data, pair_data)]
        for name, model in further_models.items()
        if name in ("matcher", "vector_matcher", "tagger")
    }
    assert found == {
        "matcher": [False, False, True],
        "vector_matcher": [False, False, False],  # none has embeddings from elsewhere
        "tagger": [False, True, True],
    }


def test_what_has_no_figures_is_refused(picture_folders, pair_data, tmp_path):
    studio = Studio(picture_folders, [pair_data], tmp_path)
    with pytest.raises(Refused, match="the model painter cannot be evaluated: choose one that"):
        reports.start(studio, "painter", "pairs", "test")
    with pytest.raises(Refused, match="split must be one of test, validation, train; received 'x'"):
        reports.start(studio, "pictures", "pairs", "x")
    assert studio.jobs.current is None
    studio.close()
