"""info and presets: what is shown of a model and of what can be trained."""

import json
import shutil

from tfaudiogen import presets


def test_info_shows_geometry_size_figures_and_card(run, model_folder, tmp_path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    metrics = {"rate": {"mean": 12.5, "interval": [12.0, 13.0]}, "epochs": 3, "history": [1.0]}
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "card.md").write_text("# A card\n")
    result = run("info", folder)
    assert result.exit_code == 0, result.output
    assert "VAE in" in result.output
    assert "0.512 s windows at 8000 Hz" in result.output
    assert "sum, chirp" in result.output
    assert "12.5  [12, 13]" in result.output
    assert "# A card" in result.output


def test_info_names_damaged_figures(refused, model_folder, tmp_path):
    folder = shutil.copytree(model_folder, tmp_path / "model")
    (folder / "metrics.json").write_text('{"rate": ')
    assert "metrics.json" in refused("info", folder)


def test_presets_are_listed_with_their_summaries(run):
    output = run("presets").output
    for name in presets.names():
        assert f"{name:16} {presets.get(name).summary}" in output
