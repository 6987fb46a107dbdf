"""The rules that hold the package together, checked by reading its source."""

import ast
import configparser
import functools
import importlib.metadata
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from source_tree import ROOT, installed_files, needs_tree

import tfaudiogen

pytestmark = needs_tree
PACKAGE = ROOT / "tfaudiogen"
SOURCES = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "datasets").rglob("*.py")])

# Each folder and those that it may import, from the lowest to the highest.
_FILES = {"runtime", "disk", "validation"}  # the process, and files that others wrote
_MATHEMATICS = {"signal", "probability", "layers", "metrics"}
_DATA = _FILES | {"probability", "data", "datasets"}
_MODELS = _FILES | _MATHEMATICS | {"models"}
_TRAINING = _MODELS | {"presets", "saving", "data", "io", "plots", "training"}
ARROWS = {
    "runtime": {"runtime"},
    "disk": {"runtime", "disk"},
    "validation": {"disk", "validation"},
    "signal": {"signal"},
    "probability": {"signal", "probability"},
    "metrics": {"signal", "probability", "metrics"},
    # Each says when it is imported that Keras must compute by TensorFlow.
    "layers": {"runtime", "signal", "probability", "layers"},
    "models": _MODELS,
    "presets": _MODELS | {"presets"},
    "saving": _MODELS | {"saving"},
    # The layer that makes spectrograms computes those of the cache too.
    "data": _DATA | {"layers"},
    "datasets": _DATA,
    "io": _FILES | {"data", "io"},
    # What it downloads is opened as `prepare` opens it; models have no part in it.
    "collect": _FILES | {"data", "collect"},
    "plots": {"signal", "metrics", "validation", "io", "plots"},
    # Sounds as values are read, analysed, drawn and written; no model and no data set is needed.
    "audio": {"signal", "validation", "io", "plots", "audio"},
    "training": _TRAINING,
    "evaluation": _TRAINING | {"evaluation"},
    "serving": _TRAINING | {"serving"},
    "integrations": _FILES,
    "service": _TRAINING | {"service"},
    "app": _TRAINING | {"evaluation", "service", "app"},
    "cli": _TRAINING
    | {"evaluation", "serving", "integrations", "service", "app", "collect", "cli"},
    "__main__": {"cli"},
    "__init__": {"runtime"},
}


def _name(path):
    if path.is_relative_to(PACKAGE):
        return path.relative_to(PACKAGE).with_suffix("").as_posix()
    return path.relative_to(ROOT).with_suffix("").as_posix()


def _folder(path):
    return _name(path).split("/")[0]


@functools.cache
def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path):
    """Yield the dotted names that a file imports, wherever in the file."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_name(path)}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _dotted(node):
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_imports_follow_the_arrows(path):
    folder = _folder(path)
    assert folder in ARROWS, f"{folder} is new: say in ARROWS what it may import"
    ours = {name.split(".")[1] for name in _imports(path) if name.startswith("tfaudiogen.")}
    if folder in ("app", "cli", "collect"):
        ours -= {"__version__", *tfaudiogen.__all__}
    forbidden = ours - ARROWS[folder]
    assert not forbidden, f"{folder} must not import {sorted(forbidden)}"


def _module(path):
    name = _name(path).removesuffix("/__init__").replace("/", ".")
    return "tfaudiogen" if name == "__init__" else f"tfaudiogen.{name}"


def _imported_files():
    """Return the modules that each module imports, wherever in its file."""
    modules = {_module(path): path for path in SOURCES}

    def module_of(found):
        return found if found in modules else found.rpartition(".")[0]

    taken = {name: {*map(module_of, _imports(path))} for name, path in modules.items()}
    return {name: (found & set(modules)) - {name} for name, found in taken.items()}


def _assert_no_circle(imported):
    """Take away what imports nothing that is left, until nothing is left."""
    while imported:
        lowest = {name for name, found in imported.items() if not found & set(imported)}
        assert lowest, f"each of these imports another of them: {sorted(imported)}"
        imported = {name: found for name, found in imported.items() if name not in lowest}


def test_no_file_imports_itself_by_way_of_others():
    _assert_no_circle(_imported_files())


def _subfolder(module):
    """Return the name of a folder within a folder, such as models.priors; None of other modules."""
    parts = module.split(".")[1:3]
    return ".".join(parts) if len(parts) == 2 and PACKAGE.joinpath(*parts).is_dir() else None


def test_no_folder_within_another_imports_itself_by_way_of_others():
    imported = {}
    for module, found in _imported_files().items():
        own, others = _subfolder(module), set(map(_subfolder, found))
        if own:
            imported.setdefault(own, set()).update(others - {own, None})
    assert len(imported) > 20
    _assert_no_circle(imported)


def test_no_module_lies_beside_the_folders():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}


def test_data_takes_of_the_layers_only_the_spectrogram():
    taken = {
        name
        for path in SOURCES
        if _folder(path) in ("data", "datasets")
        for name in _imports(path)
        if name.startswith("tfaudiogen.layers")
    }
    assert {name.split(".")[3] for name in taken} <= {"spectrogram"}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_nothing_unsafe_or_of_keras_2(path):
    names = {_dotted(node) for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}
    names |= set(_imports(path))
    words = {word for name in names for word in name.split(".")}
    assert not words & {"pickle", "dill", "cloudpickle", "marshal", "Lambda", "tf_keras"}
    for name in names:
        assert not re.match(r"(tf|tensorflow)\.(compat\.v1\.)?keras\b", name), name
        assert not re.match(r"(tfp|tensorflow_probability)\.layers\b", name), name
    calls = {_dotted(node.func) for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)}
    assert not calls & {"eval", "exec", "keras.config.enable_unsafe_deserialization"}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_imports_that_may_fail_are_asked_for_in_one_place(path):
    """Who catches an `ImportError` elsewhere calls "not installed" what failed otherwise."""
    caught = [
        _dotted(kind)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for kind in getattr(node.type, "elts", [node.type])
    ]
    if _name(path) != "runtime/optional":
        assert not {"ImportError", "ModuleNotFoundError"} & set(caught)


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_figures_are_made_and_written_in_one_place(path):
    """Elsewhere a text of a user could be taken for a formula."""
    used = {_dotted(node) for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}
    used |= set(_imports(path))
    words = {word for name in used for word in name.split(".")}
    if _name(path) != "plots/figures":
        assert not words & {"Figure", "savefig", "pyplot"}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_assert_checks_input(path):
    lines = [node.lineno for node in ast.walk(_tree(path)) if isinstance(node, ast.Assert)]
    assert lines == []


def _takes_data_format(name):
    """Return whether a name such as keras.layers.Conv2D is of what takes a `data_format`."""
    import keras

    found = keras
    for part in name.split(".")[1:]:
        found = getattr(found, part, None)
    called = found.__init__ if inspect.isclass(found) else found
    return callable(called) and "data_format" in inspect.signature(called).parameters


def test_layers_pass_data_format_to_keras():
    """What takes a `data_format` asks a user's keras.json otherwise; one module says it for all."""
    assert _takes_data_format("keras.layers.Conv2D")
    assert _takes_data_format("keras.ops.conv")
    for path in SOURCES:
        if _name(path) == "layers/blocks/channels_last":
            continue
        named = {_dotted(node) for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}
        named |= {name for name in _imports(path) if name.startswith("keras.")}
        named = {re.sub(r"^ops\.", "keras.ops.", name) for name in named}
        keras_names = {name for name in named if name.startswith("keras.")}
        taken = sorted(name for name in keras_names if _takes_data_format(name))
        assert not taken, f"{_name(path)}: take {taken} from tfaudiogen.layers.blocks.channels_last"


def test_models_are_loaded_in_safe_mode():
    calls = [
        node
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and _dotted(node.func).endswith("load_model")
    ]
    assert calls
    for call in calls:
        safe = [word.value for word in call.keywords if word.arg == "safe_mode"]
        assert [ast.literal_eval(value) for value in safe] == [True]


@pytest.mark.parametrize(
    "statement",
    [
        "import tfaudiogen",
        "import tfaudiogen; dir(tfaudiogen)",
        "import sys; sys.argv = ['tfaudiogen', '--help']; import runpy;"
        'exec(\'try: runpy.run_module("tfaudiogen", run_name="__main__")\\n'
        "except SystemExit: pass')",
        "import sys; sys.argv = ['tfaudiogen', 'sample', '--help']; import runpy;"
        'exec(\'try: runpy.run_module("tfaudiogen", run_name="__main__")\\n'
        "except SystemExit: pass')",
    ],
    ids=["import", "dir", "help", "sample help"],
)
def test_nothing_heavy_is_imported_before_it_is_needed(statement):
    heavy = {"tensorflow", "keras", "numpy", "librosa", "matplotlib", "numba", "scipy"}
    modules = _run(f"{statement}\nimport sys; print('\\n' + ' '.join(sys.modules))")
    loaded = modules.splitlines()[-1].split()
    assert "tfaudiogen" in loaded
    assert not heavy & set(loaded)


def _run(code):
    # The package under test, be it the checkout or what is installed.
    environment = os.environ | {"PYTHONPATH": str(Path(tfaudiogen.__file__).parent.parent)}
    process = [sys.executable, "-c", code]
    ran = subprocess.run(process, env=environment, capture_output=True, text=True, check=True)
    return ran.stdout


def test_the_list_of_packages_is_the_tree():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(config["options"]["packages"].split())
    folders = {Path(name).parent for name in installed_files() if name.endswith(".py")}
    assert listed == {".".join(folder.parts) for folder in folders}


def _module_of(distribution):
    modules = {
        "scikit-learn": "sklearn",
        "protobuf": "google",
        "pillow": "PIL",
        "umap-learn": "umap",
    }
    name = distribution.lower()
    return modules.get(name, name.replace("-", "_"))


def test_what_is_asked_of_an_extra_is_in_it():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    calls = [
        [ast.literal_eval(argument) for argument in node.args]
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and _dotted(node.func) == "optional.modules"
    ]
    assert {extra for extra, *_ in calls} == {"app", "beam", "clap", "collect", "umap"}
    for extra, _, *names in calls:
        declared = re.findall(r"^[\w-]+", config["options.extras_require"][extra], re.MULTILINE)
        assert set(names) <= set(map(_module_of, declared))


def test_what_is_imported_is_declared():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].splitlines()
    for extra in config["options.extras_require"].values():
        lines += extra.splitlines()
    names = {re.match(r"[\w-]+", line)[0] for line in lines if re.match(r"[\w-]+", line)}
    declared = {*map(_module_of, names), "tfaudiogen"}
    imported = {name.split(".")[0] for path in SOURCES for name in _imports(path)}
    assert imported - set(sys.stdlib_module_names) <= declared


def test_keras_is_bounded_by_a_release_without_known_unsafe_loading():
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    bound = tuple(int(number) for number in re.search(r"keras >= ([\d.]+)", text)[1].split("."))
    installed = importlib.metadata.version("keras").split(".")
    assert (3, 14, 0) <= bound <= tuple(int(number) for number in installed[:3])
