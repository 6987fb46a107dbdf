import numpy as np
import pytest

from tfaudiogen.data.pipeline.order import Order


def epochs(order, count):
    """Return the ids of `count` epochs, a list of batches each."""
    steps = range(count * order.steps)
    batches = [order.epoch_and_ids(np.int64(step))[1].numpy() for step in steps]
    return [batches[n * order.steps : (n + 1) * order.steps] for n in range(count)]


@pytest.mark.parametrize("count", [1, 2, 7, 16])
def test_an_epoch_holds_every_example_once(count):
    for batches in epochs(Order(count, 4, shuffle=True, seed=3, drop_remainder=False), 3):
        assert sorted(np.concatenate(batches)) == list(range(count))


def test_epochs_and_seeds_differ():
    first, second = epochs(Order(50, 50, shuffle=True, seed=0, drop_remainder=None), 2)
    (other,) = epochs(Order(50, 50, shuffle=True, seed=1, drop_remainder=None), 1)
    assert not np.array_equal(first[0], second[0])
    assert not np.array_equal(first[0], other[0])


def test_without_shuffling_the_order_is_that_of_the_ids():
    (batches,) = epochs(Order(7, 3, shuffle=False, seed=0, drop_remainder=None), 1)
    assert [list(batch) for batch in batches] == [[0, 1, 2], [3, 4, 5], [6]]


@pytest.mark.parametrize(
    ("count", "shuffle", "drop_remainder", "steps"),
    [(7, True, None, 2), (2, True, None, 1), (7, False, None, 3), (7, True, False, 3)],
)
def test_the_last_batch(count, shuffle, drop_remainder, steps):
    assert Order(count, 3, shuffle, 0, drop_remainder).steps == steps


def test_finite_goes_on_to_the_next_epoch_at_each_iteration():
    steps = Order(10, 3, shuffle=True, seed=0, drop_remainder=False).finite()
    assert list(steps.as_numpy_iterator()) == [0, 1, 2, 3]
    assert list(steps.as_numpy_iterator()) == [4, 5, 6, 7]
    assert steps.cardinality() == 4


def test_endless_begins_anywhere():
    steps = Order(10, 3, shuffle=True, seed=0, drop_remainder=False).endless(6)
    assert list(steps.take(3).as_numpy_iterator()) == [6, 7, 8]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size must be"),
        ({"seed": -1}, "seed must be"),
        ({"batch_size": 20, "drop_remainder": True}, "smaller batch"),
    ],
)
def test_bad_arguments(options, message):
    defaults = {"count": 10, "batch_size": 3, "shuffle": True, "seed": 0, "drop_remainder": None}
    with pytest.raises(ValueError, match=message):
        Order(**defaults | options)
