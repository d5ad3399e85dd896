import numpy as np
import pytest

from echo_iad.comparison.features import patch_features
from echo_iad.errors import ContractError


def test_every_patch_of_both_views_has_unit_length(features_of):
    features = features_of(3)
    assert features.grid == (10, 10)
    for view in (features.context, features.detail):
        assert view.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(view, axis=2), 1.0, atol=1e-5)


def test_magnitude_does_not_count(levels_of):
    levels = levels_of(3)
    plain, doubled = patch_features(levels), patch_features([level * 2 for level in levels])
    np.testing.assert_allclose(plain.context, doubled.context, atol=1e-6)
    np.testing.assert_allclose(plain.detail, doubled.detail, atol=1e-6)


def test_detail_joins_the_mean_of_a_finer_grid_with_the_coarsest():
    fine = np.zeros((2, 2, 1), np.float32)
    fine[:, :, 0] = [[1, 3], [5, 7]]
    coarse = np.array([[[0.0, 3.0]]], np.float32)
    np.testing.assert_allclose(patch_features([fine, coarse]).detail[0, 0], [0.8, 0.0, 0.6], atol=1e-6)


def test_context_takes_in_its_neighbours_and_detail_does_not():
    level = np.zeros((5, 5, 2), np.float32)
    level[:, :, 0] = 1.0
    level[2, 2] = [0.0, 1.0]
    features = patch_features([level])
    np.testing.assert_allclose(features.context[2, 2], np.array([8, 1]) / np.sqrt(65), atol=1e-6)
    np.testing.assert_allclose(features.context[1, 1], np.array([8, 1]) / np.sqrt(65), atol=1e-6)
    np.testing.assert_allclose(features.context[0, 0], [1, 0], atol=1e-6)
    np.testing.assert_allclose(features.detail[2, 2], [0, 1], atol=1e-6)
    np.testing.assert_allclose(features.detail[1, 1], [1, 0], atol=1e-6)


def test_a_patch_of_zeros_stays_finite():
    features = patch_features([np.zeros((4, 4, 3), np.float32)])
    assert np.isfinite(features.context).all()
    assert np.isfinite(features.detail).all()


def test_an_encoder_without_patches_is_a_broken_promise():
    with pytest.raises(ContractError, match="no patch features"):
        patch_features([])


@pytest.mark.parametrize("fine", [(5, 4), (4, 6), (2, 2)])
def test_grids_that_do_not_fit_are_a_broken_promise(fine):
    with pytest.raises(ContractError, match="multiple of the coarsest, 4 x 4"):
        patch_features([np.ones((*fine, 1), np.float32), np.ones((4, 4, 1), np.float32)])
