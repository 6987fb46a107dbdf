"""Draws do not depend on how many are asked for, and few sizes of graphs serve all."""

import numpy as np
import pytest

from tfaudiogen.models.modalities import graphs


def test_few_graphs_draw_the_same_codes_for_every_count(code_model):
    prior = code_model.priors[1]
    maps = np.arange(32).reshape(1, 4, 8) % 7
    wanted = prior.sample(5, seed=3, label=1, maps=[np.repeat(maps, 5, axis=0)])
    sampler = prior._samplers[True, False, False]
    before = sampler.experimental_get_tracing_count()
    for count in (1, 2, 3, 4):
        found = prior.sample(count, seed=3, label=1, maps=[np.repeat(maps, count, axis=0)])
        np.testing.assert_array_equal(found, wanted[:count])
    assert sampler.experimental_get_tracing_count() <= before + 1


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
    assert len(model._known_rows) == 1


@pytest.mark.parametrize("of", ["vae", "codes"])
def test_the_graphs_of_few_lengths_are_kept(tiny, code_model, of):
    model = tiny() if of == "vae" else code_model
    latest = [model.rows(samples=512 * windows) for windows in range(3, 12)]
    assert len(model._known_rows) == graphs._REMEMBERED
    assert model.rows(samples=512 * 11) is latest[-1]
    assert model.rows(samples=512 * 3) is not latest[0]
