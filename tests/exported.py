"""What holds of every SavedModel, read from its graph."""

import json

import tensorflow as tf
from tensorflow.python.saved_model import loader_impl


def assert_documented(folder):
    """Check that card and description list each tensor of each signature as the graph has it."""
    described = json.loads((folder / "assets.extra" / "description.json").read_text())["signatures"]
    lines = (folder / "assets.extra" / "card.md").read_text().splitlines()
    definitions = _graph(folder).signature_def
    assert set(described) == set(definitions) - {"__saved_model_init_op"}
    for name, entry in described.items():
        (line,) = [line for line in lines if line.startswith(f"| `{name}` |")]
        for part in ("inputs", "outputs"):
            tensors = getattr(definitions[name], part)
            assert set(entry[part]) == set(tensors), f"{part} of {name}"
            for key, text in entry[part].items():
                assert f"`{key}` {text}" in line
                _assert_same(text, tensors[key], f"{key} of {name}")


def _assert_same(text, tensor, where):
    """Check a text such as "float32 [B, W, 6]" against the specification of a tensor."""
    dtype, sizes = text.rstrip("]").split(" [")
    assert dtype == tf.as_dtype(tensor.dtype).name, where
    expected = [int(size) if size.isdigit() else -1 for size in sizes.split(", ")]
    found = [dimension.size for dimension in tensor.tensor_shape.dim]
    assert (sizes[0], expected) == ("B", found), where


def assert_without_xla(folder):
    """Check that no function has to be compiled by XLA, whose shapes would have to be fixed."""
    functions = _graph(folder).graph_def.library.function
    assert len(functions) > 10
    assert not [one.signature.name for one in functions if one.attr["_XlaMustCompile"].b]


def _graph(folder):
    (graph,) = loader_impl.parse_saved_model(str(folder)).meta_graphs
    return graph
