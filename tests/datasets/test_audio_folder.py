import numpy as np
import pytest
import soundfile
import tensorflow_datasets as tfds

from tfaudiogen.datasets.audio_folder import Builder, Config


def test_it_is_a_tfds_builder_by_itself(tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(4):
        sound = np.random.default_rng(number).normal(size=3000) * 0.1
        soundfile.write(tmp_path / "in" / f"{number}.wav", sound, 8000)
    config = Config(sources=(str(tmp_path / "in"),), sample_rate=8000, samples=1000, progress=False)
    builder = Builder(data_dir=tmp_path / "data", config=config)
    builder.download_and_prepare()
    source = builder.as_data_source("train")
    assert len(source) == 3 * builder.report.total("train").files
    assert source[0]["audio"].shape == (1000,)
    again = tfds.builder_from_directory(builder.data_dir)
    assert again.info.metadata["sample_rate"] == 8000
    assert not list(tmp_path.glob("data/audio_folder/*/reading*"))


def test_other_formats_are_refused(tmp_path):
    with pytest.raises(ValueError, match="file_format must be array_record.*received 'tfrecord'"):
        Builder(data_dir=tmp_path, config=Config(), file_format="tfrecord")
