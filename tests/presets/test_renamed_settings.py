"""Settings by their old names: those of stored runs are read in silence, others warn and work."""

import warnings

import pytest

from tfaudiogen import presets
from tfaudiogen.presets import renamed
from tfaudiogen.presets.table import PRESETS
from tfaudiogen.runtime.renamed import RenamedWarning


def rows():
    """Yield (old key, new key, name of a preset that has it) of each row and section."""
    seen = set()
    for name, values in PRESETS.items():
        for section in presets.SECTIONS:
            own = values.get(section) or {}
            kinds = renamed.SETTINGS_OF_KIND.get(own.get("kind"), {})
            for old, new in {**renamed.SETTINGS, **kinds}.items():
                if new in own and (section, new) not in seen:
                    seen.add((section, new))
                    yield f"{section}.{old}", f"{section}.{new}", name


ROWS = list(rows())


def test_no_row_is_idle():
    found = {old.partition(".")[2] for old, _, _ in ROWS}
    tables = [renamed.SETTINGS, renamed.SETTINGS_OF_KIND.get("vqvae", {})]
    assert found == {old for table in tables for old in table}


@pytest.mark.parametrize(("old", "new", "name"), ROWS, ids=str)
def test_an_old_key_warns_and_works(old, new, name):
    section, _, setting = new.partition(".")
    value = PRESETS[name][section][setting]
    with pytest.warns(RenamedWarning, match=rf"{old} is now called {new}; the old name") as caught:
        assert presets.get(name, **{old: value}) == presets.get(name)
    assert len(caught) == 1


@pytest.mark.parametrize(("old", "new", "name"), ROWS, ids=str)
def test_stored_settings_of_an_old_name_are_read(old, new, name):
    section, before, after = old.partition(".")[0], old.partition(".")[2], new.partition(".")[2]
    values = presets.get(name).as_dict()
    stored = {**values, section: dict(values[section])}
    stored[section][before] = stored[section].pop(after)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RenamedWarning)
        assert renamed.new_settings(stored) == values
    with pytest.warns(RenamedWarning, match=f"{before} is now called {after}"):
        assert presets.Preset(**stored) == presets.get(name)


def test_two_names_of_one_setting_are_refused():
    values = presets.get("speech_vqvae").as_dict()
    values["model"]["expiry"] = 0.5
    with pytest.raises(ValueError, match="expiry is the old name of dead_code_threshold"):
        renamed.new_settings(values)
