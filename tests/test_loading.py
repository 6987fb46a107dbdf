"""Every way of naming a saved model, by `tfaudiogen.load` and by Keras itself."""

import ast
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import small_models

import tfaudiogen
from tfaudiogen import saving
from tfaudiogen.runtime import registration

PACKAGE = Path(tfaudiogen.__file__).parent


@pytest.fixture(scope="module")
def model():
    return small_models.stirred(small_models.vae(tfaudiogen.Pictures(8, 8, 1)))


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("loading")
    tfaudiogen.save(model, folder)
    return folder


def same(loaded, model):
    assert type(loaded) is type(model)
    for mine, other in zip(loaded.weights, model.weights, strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("name", ["", "model.keras", "best.keras"])
def test_folders_and_files_load(folder, model, name):
    shutil.copy(folder / "model.keras", folder / "best.keras")
    same(tfaudiogen.load(folder / name), model)
    same(tfaudiogen.load(f"{folder}/{name}"), model)


def test_a_shipped_model_is_found_with_a_slash_behind_its_name():
    name = saving.shipped()[0]
    assert saving.find(f"{name}/") == saving.find(name)
    assert saving.resolve(f"{name}/").name == name


def test_the_folder_of_a_file_is_that_of_model_keras_alone(folder):
    assert saving.resolve(folder / "model.keras") == folder
    shutil.copy(folder / "model.keras", folder / "other.keras")
    with pytest.raises(saving.ModelError, match=r"give the folder of a model"):
        saving.resolve(folder / "other.keras")


SHIPPED = Path(str(saving.find(saving.shipped()[0]))).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", sorted(str(path.parent.relative_to(SHIPPED)) for path in SHIPPED.rglob("model.keras"))
)
def test_every_shipped_model_and_its_parts_load_with_all_weights(name):
    """Whatever their arguments and layers were called when they were saved."""
    path, stored = SHIPPED / name / "model.keras", []
    with zipfile.ZipFile(path) as archive:
        root = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    root.visititems(lambda _, entry: stored.append(entry) if hasattr(entry, "shape") else None)
    found = [
        sorted((np.size(one), np.abs(np.asarray(one, np.float64)).sum()) for one in every)
        for every in (stored, tfaudiogen.load(path).weights)
    ]
    np.testing.assert_allclose(*found, rtol=1e-9)


def test_weights_alone_are_no_model(model, tmp_path):
    model.save_weights(tmp_path / "best.weights.h5")
    with pytest.raises(saving.ModelError, match=r"holds weights without their model"):
        tfaudiogen.load(tmp_path / "best.weights.h5")


def test_keras_loads_after_the_import_of_the_package_alone(folder):
    """In a new process: here everything has been imported and so registered already."""
    code = (
        "import sys, tfaudiogen; assert 'keras' not in sys.modules; import keras;"
        f"print(type(keras.saving.load_model({str(folder / 'model.keras')!r})).__name__)"
    )
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}
    process = [sys.executable, "-c", code]
    ran = subprocess.run(process, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.split()[-1] == "VAE"


def test_keras_that_was_imported_first_knows_the_names_too(folder, model, monkeypatch):
    known = keras.saving.get_custom_objects()
    for name in registration.REGISTERED:
        monkeypatch.delitem(known, f"tfaudiogen>{name}", raising=False)
    with pytest.raises(TypeError, match="Could not locate class 'VAE'"):
        keras.saving.load_model(folder / "model.keras")
    registration.announce()
    assert isinstance(known["tfaudiogen>VAE"], registration.StandIn)
    same(keras.saving.load_model(folder / "model.keras"), model)


def test_all_names_are_announced():
    """The decorators in the source are the truth."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                decorators = map(ast.unparse, node.decorator_list)
                if any("register" in name.split("(")[0] for name in decorators):
                    found[node.name] = module
    assert found == registration.REGISTERED
