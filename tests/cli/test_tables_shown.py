"""Reports as lines, also of labels that are called like figures."""

from tfaudiogen.service import tables


def test_labels_that_are_called_like_figures(capsys):
    figure = {"mean": 0.5, "interval": [0.25, 0.75]}
    labels = {"mean": {"windows": 3}, "median": {"windows": 2}, "share": figure}
    tables.show({"labels": labels, "rate": figure, "none": {"mean": None}})
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["rate", "0.5", "[0.25,", "0.75]"] in lines
    assert ["labels.share", "0.5", "[0.25,", "0.75]"] in lines
    assert [name for name, *_ in lines] == ["labels.share", "rate"]
