"""Draws do not depend on how many are asked for, and few sizes of graphs serve all."""

import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.models.modalities import graphs
from tfaudiogen.models.priors import sampler


@pytest.mark.parametrize("together", [1, 2])
def test_one_graph_draws_the_same_codes_for_every_count(code_model, together, monkeypatch):
    prior = code_model.priors[1]
    monkeypatch.setattr(type(prior), "_together", lambda self: together)
    prior.__dict__.pop("_samplers", None)
    maps = np.arange(32).reshape(1, 4, 8) % 7
    wanted = prior.sample(5, seed=3, label=1, maps=[np.repeat(maps, 5, axis=0)])
    for count in (1, 2, 3, 4):
        found = prior.sample(count, seed=3, label=1, maps=[np.repeat(maps, count, axis=0)])
        np.testing.assert_array_equal(found, wanted[:count])
    assert prior._samplers[True, False, False].experimental_get_tracing_count() == 1
    del prior.__dict__["_samplers"]


def test_a_processor_draws_large_priors_one_after_the_other(code_model, monkeypatch):
    prior = code_model.priors[0]
    assert prior._together() == sampler._TOGETHER
    monkeypatch.setattr(prior, "count_params", lambda: 10**7)
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [])
    assert prior._together() == 1
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: ["a card"])
    assert prior._together() == sampler._TOGETHER


def test_sounds_are_the_same_for_every_count(code_model, tiny):
    for model in (code_model, tiny()):
        wanted = model.sample(3, seed=2)
        for count in (1, 2):
            np.testing.assert_array_equal(model.sample(count, seed=2), wanted[:count])


def test_lengths_of_as_many_windows_share_their_graph(tiny):
    model = tiny()
    whole = model.sample(1, seconds=1536 / 8000, phase="graph")
    assert whole.shape == (1, 1536)
    for samples in (1025, 1100, 1535):
        found = model.sample(1, seconds=samples / 8000, phase="graph")
        np.testing.assert_array_equal(found, whole[:, :samples])
    assert len(model._known_graphs) == 1


@pytest.mark.parametrize("of", ["vae", "codes"])
def test_the_graphs_of_few_lengths_are_kept(tiny, code_model, of):
    model = tiny() if of == "vae" else code_model
    latest = [model.graph_functions(samples=512 * windows) for windows in range(3, 12)]
    assert len(model._known_graphs) == graphs._REMEMBERED
    assert model.graph_functions(samples=512 * 11) is latest[-1]
    assert model.graph_functions(samples=512 * 3) is not latest[0]
