import pytest
import tensorflow as tf


@pytest.mark.slow
def test_export_writes_a_saved_model_with_the_limits(run, refused, model_folder, tmp_path):
    out = tmp_path / "1"
    arguments = ("export", model_folder, "--out", out, "--seconds", 1.0)
    result = run(*arguments, "--most-rows", 3, "--most-seconds", 2.0)
    assert result.exit_code == 0, result.output
    facts = tf.saved_model.load(out).signatures["describe"](row=tf.zeros([1], tf.int64))
    assert (facts["most_rows"].numpy(), facts["most_samples"].numpy()) == ([3], [16000])
    assert facts["sample_samples"].numpy() == [8000]
    assert "is there already" in refused(*arguments)
