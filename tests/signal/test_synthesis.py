import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfaudiogen.signal import synthesis


@given(st.integers(1, 5), st.integers(2, 12), st.data())
def test_blending_what_was_cut_gives_it_back(windows, frames, data):
    overlap = data.draw(st.integers(0, frames // 2))
    total = windows * (frames - overlap) + overlap
    images = np.random.default_rng(0).random((2, total, 3, 2), np.float32)
    cut = synthesis.split(images, frames, overlap)
    assert cut.shape == (2, windows, frames, 3, 2)
    np.testing.assert_allclose(synthesis.blend(cut, overlap), images, rtol=1e-5)


def test_a_seam_is_the_weighted_sum_of_its_windows():
    cut = np.stack([np.zeros((4, 1, 1)), np.ones((4, 1, 1))]).astype(np.float32)
    blended = np.ravel(synthesis.blend(cut[None], 2))
    rise = np.sin(np.pi / 8) ** 2
    np.testing.assert_allclose(blended, [0, 0, rise, 1 - rise, 1, 1], atol=1e-6)


def test_a_length_that_windows_do_not_cover_is_refused():
    with pytest.raises(ValueError, match=r"W \* 3 \+ 1 frames, received 6"):
        synthesis.split(np.zeros((1, 6, 1, 1)), 4, 1)


@pytest.mark.parametrize("overlap", [-1, 3])
def test_an_overlap_beyond_half_a_window_is_refused(overlap):
    with pytest.raises(ValueError, match="overlap must be from 0 to 2"):
        synthesis.blend(np.zeros((1, 2, 4, 1, 1)), overlap)
