"""What is built of the tree, and what is installed of that, holds all that the tree has."""

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
from source_tree import CHECKOUT, INSTALLED, ROOT, installed_files, needs_tree

import tfaudiogen

BUILD = "import sys; from setuptools import build_meta as b; b.build_{}(sys.argv[1])"
FILES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")


def build(kind, source, out):
    """Build a "wheel" or an "sdist" as installers do, and return its path."""
    command = [sys.executable, "-c", BUILD.format(kind), out]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = out.iterdir()
    return built


def contents(wheel):
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def copied(source, target):
    """Copy a file, of a large one only the name: that is all that a build looks at."""
    if Path(source).stat().st_size > 1e6:
        return Path(target).touch()
    return shutil.copy(source, target)


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """A copy of the tree, with data of a new kind in new folders, and byte code beside it."""
    folder = tmp_path_factory.mktemp("build") / "source"
    for name in INSTALLED:
        shutil.copytree(ROOT / name, folder / name, copy_function=copied)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    for path in ("tfaudiogen/app/new/deeper/data.xyz", "datasets/mnist/__pycache__/old.pyc"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


@pytest.fixture(scope="session")
def sdist(source, tmp_path_factory):
    return build("sdist", source, tmp_path_factory.mktemp("sdist"))


@needs_tree
def test_the_wheel_holds_the_tree_and_nothing_else(source, tmp_path):
    found = contents(build("wheel", source, tmp_path))
    assert found == set(installed_files(source))
    assert "tfaudiogen/app/new/deeper/data.xyz" in found
    assert {"tfaudiogen/app/static/sounds.js", "tfaudiogen/app/static/page.css"} <= found


@needs_tree
def test_the_sdist_builds_the_same_wheel(source, sdist, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert contents(build("wheel", unpacked, tmp_path / "wheel")) == set(installed_files(source))


# Where a checkout is named, what is tested is an installation of it.
@pytest.mark.skipif(CHECKOUT is None, reason="TFAUDIOGEN_CHECKOUT names no installed checkout")
class TestInstalled:
    def test_what_is_imported_is_what_is_installed(self, tmp_path):
        code = "import tfaudiogen; print(tfaudiogen.__file__)"
        command = [sys.executable, "-c", code]
        fresh = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert fresh.stdout.strip() == tfaudiogen.__file__
        site = Path(sysconfig.get_path("purelib")).resolve()
        assert Path(tfaudiogen.__file__).resolve().parent.parent == site
        assert not list(tfaudiogen.__path__)[1:]

    def test_every_file_of_the_tree_is_installed_as_it_is(self):
        site = Path(tfaudiogen.__file__).parent.parent
        files = installed_files()
        there = {
            path.relative_to(site).as_posix()
            for path in (site / "tfaudiogen").rglob("*")
            if path.is_file() and path.parent.name != "__pycache__"  # bytecode, and Numba's
        }
        assert there == set(files)
        differ = [name for name in files if (site / name).read_bytes() != files[name].read_bytes()]
        assert differ == []
