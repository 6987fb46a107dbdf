import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfaudiogen.data.splits import SPLITS, position, split_names, split_windows

NAMES = st.sets(st.text(min_size=1), min_size=3, max_size=40)


@given(NAMES)
def test_no_split_is_empty(names):
    assert set(split_names(names).values()) == set(SPLITS)


@given(NAMES, st.text(min_size=1))
def test_adding_a_file_moves_at_most_the_two_that_were_borrowed(names, added):
    before, after = split_names(names), split_names(names | {added})
    moved = [name for name in names if before[name] != after[name]]
    assert len(moved) <= 2


def test_adding_files_moves_none_once_every_split_has_its_own():
    names = {f"file {number}" for number in range(200)}
    after = split_names(names | {f"added {number}" for number in range(200)})
    assert all(after[name] == split for name, split in split_names(names).items())


def test_shares_of_many_files():
    splits = list(split_names(map(str, range(5000))).values())
    assert splits.count("test") == pytest.approx(500, abs=75)
    assert splits.count("validation") == pytest.approx(500, abs=75)


def test_an_empty_split_borrows_the_nearest_file():
    names = [str(number) for number in range(100) if position(str(number)) > 0.2][:5]
    splits = split_names(names)
    nearest = sorted(names, key=position)[:2]
    assert sorted(splits[name] for name in nearest) == ["test", "validation"]
    assert all(splits[name] == "train" for name in names if name not in nearest)


@pytest.mark.parametrize("names", [[], ["one"], ["one", "two"]])
def test_fewer_than_three_files_are_refused(names):
    with pytest.raises(ValueError, match="split_by_time"):
        split_names(names)


def test_fixed_names_stay_and_the_others_do_not_join_the_fixed_test_split():
    fixed = {str(number): "test" for number in range(10)}
    splits = split_names(map(str, range(1000)), fixed)
    assert {name for name, split in splits.items() if split == "test"} == set(fixed)


@given(st.integers(3, 1000))
def test_windows_are_cut_in_order_of_time(windows):
    splits = split_windows(windows)
    assert len(splits) == windows
    assert sorted(set(splits), key=splits.index) == ["train", "validation", "test"]
    assert sorted(splits, key=SPLITS.index) == splits


def test_too_few_windows_all_train():
    assert split_windows(2) == ["train", "train"]
