"""Arguments of constructors by their old names: files load in silence, calls warn and work."""

import warnings

import numpy as np
import pytest
import small_models
from renamed_arguments import MADE
from small_models import speckles

import tfaudiogen
from tfaudiogen.layers.quantizers.codebook import Codebook
from tfaudiogen.runtime.registration import REGISTERED
from tfaudiogen.runtime.renamed import ARGUMENTS, RenamedWarning, new_names

ROWS = [(name, *row) for name, rows in ARGUMENTS.items() for row in rows.items()]


def old_names(values, old, new):
    """The values with one new name replaced by its old one, in all entries of an argument."""
    if isinstance(new, dict):
        ((before, after),) = new.items()
        return {**values, old: [old_names(entry, before, after) for entry in values[old]]}
    return {old if name == new else name: value for name, value in values.items()}


def class_of(name):
    module = __import__(REGISTERED[name], fromlist=[name])
    return getattr(module, name)


def unnamed(values):
    """A configuration without the names that Keras numbers."""
    if isinstance(values, list):
        return [unnamed(value) for value in values]
    if not isinstance(values, dict):
        return values
    return {key: unnamed(value) for key, value in values.items() if key != "name"}


@pytest.mark.parametrize(("name", "old", "new"), ROWS, ids=str)
def test_an_old_configuration_builds_what_the_new_one_builds(name, old, new):
    cls, saved = class_of(name), class_of(name)(**MADE[name]()).get_config()
    before = old_names(saved, old, new)
    assert before != saved
    with warnings.catch_warnings():
        warnings.simplefilter("error", RenamedWarning)
        assert cls.from_config(before).get_config() == cls.from_config(saved).get_config() == saved


@pytest.mark.parametrize(("name", "old", "new"), ROWS, ids=str)
def test_an_old_argument_warns_once_and_works(name, old, new):
    cls, arguments = class_of(name), MADE[name]()
    before = old_names(arguments, old, new)
    assert before != arguments
    with pytest.warns(RenamedWarning, match="is now called") as caught:
        made = cls(**before)
    assert caught[0].filename == __file__
    assert len({str(one.message) for one in caught}) == len(caught)
    assert unnamed(made.get_config()) == unnamed(cls(**arguments).get_config())


def test_old_options_of_compile_warn_in_a_call_and_are_read_from_a_file():
    model = small_models.vae(tfaudiogen.Pictures(8, 8, 1))
    with pytest.warns(RenamedWarning, match="compile's average is now called ema_momentum"):
        model.compile(average=0.5, jit_compile=False)
    with pytest.warns(RenamedWarning, match="accumulate is now called gradient_accumulation_steps"):
        model.compile(accumulate=2, ema_momentum=0.5, jit_compile=False)
    saved = model.get_compile_config()
    assert (saved["gradient_accumulation_steps"], saved["ema_momentum"]) == (2, 0.5)
    before = old_names(saved, "accumulate", "gradient_accumulation_steps")
    other = small_models.vae(tfaudiogen.Pictures(8, 8, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RenamedWarning)
        other.compile_from_config(old_names(before, "average", "ema_momentum"))
    assert other.get_compile_config() == saved


def test_two_names_of_one_argument_are_refused():
    with pytest.raises(ValueError, match="expiry is the old name of dead_code_threshold: give one"):
        Codebook(8, 4, expiry=0.1, dead_code_threshold=0.2)


def test_entries_of_an_argument_are_renamed_too():
    names = {"maps": {"old": "new"}}
    assert new_names({"maps": [{"old": 1}, {"new": 2}]}, names) == {
        "maps": [{"new": 1}, {"new": 2}]
    }
    assert new_names({"maps": ({"old": 1}, 5)}, names) == {"maps": ({"new": 1}, 5)}
    assert new_names({"maps": 5}, names) == {"maps": 5}


@pytest.mark.parametrize("verb", ["reconstruct", "encode", "log_prob"])
def test_old_arguments_of_methods_warn_and_work(verb):
    model, pictures = small_models.vae(tfaudiogen.Pictures(8, 8, 1)), speckles(2, (8, 8, 1))
    with pytest.warns(RenamedWarning, match=f"{verb}'s given is now called inputs"):
        found = getattr(model, verb)(given=pictures)
    np.testing.assert_array_equal(found, getattr(model, verb)(pictures))


def test_old_arguments_of_priors_warn_and_work():
    prior = tfaudiogen.CodePrior((2, 2), 5, tfaudiogen.LSTMStack(8, 1))
    codes, known = np.array([[[0, 4], [2, 1]]]), np.array([[[True, False], [False, True]]])
    with pytest.warns(RenamedWarning, match="log_prob's places is now called positions"):
        found = prior.log_prob(codes, places=known)
    np.testing.assert_allclose(found, prior.log_prob(codes, positions=known))
    with (
        pytest.warns(RenamedWarning, match="sample's given is now called known_codes"),
        pytest.raises(ValueError, match="count must be at least 1"),
    ):
        prior.sample(0, given=codes, known=known)
