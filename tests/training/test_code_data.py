import numpy as np
import tensorflow as tf

from tfaudiogen.training.inputs.code_data import CodeData


def test_batches_of_training_are_codes_with_those_above_them():
    codes = {
        "codes_0": np.arange(24, dtype=np.int32).reshape(6, 2, 2),
        "codes_1": np.arange(96, dtype=np.int32).reshape(6, 4, 4),
        "label": np.arange(6, dtype=np.int32),
    }
    training_data = CodeData({"train": codes}, level=1, batch_size=3, seed=0)
    batches = list(training_data.training(tf.distribute.get_strategy(), first_step=0).take(2))
    ids = np.concatenate([batch["id"] for batch in batches])
    np.testing.assert_array_equal(np.sort(ids), np.arange(6))
    for batch in batches:
        np.testing.assert_array_equal(batch["codes"], codes["codes_1"][batch["id"]])
        np.testing.assert_array_equal(batch["above_0"], codes["codes_0"][batch["id"]])
        np.testing.assert_array_equal(batch["label"], batch["id"])
