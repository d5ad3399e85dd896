import numpy as np
import pytest

from echo_iad.comparison.bank import PatchBank, build_bank, choose_coreset, distances
from echo_iad.comparison.features import PatchFeatures


def bytes_of(bank):
    return bank.context.nbytes + bank.detail.nbytes


@pytest.fixture
def normals(features_of):
    return [features_of(seed) for seed in range(6)]


def test_every_kept_patch_is_one_of_its_normal(normals):
    bank = build_bank(normals, megabytes=0.01, seed=4)
    assert len(bank.context) > 20
    assert set(bank.source.tolist()) == set(range(6))
    for position, (source, (row, column)) in enumerate(zip(bank.source, bank.place, strict=True)):
        np.testing.assert_array_equal(bank.context[position], normals[source].context[row, column])
        np.testing.assert_array_equal(bank.detail[position], normals[source].detail[row, column])


@pytest.mark.parametrize("megabytes", [1e-9, 0.002, 0.01, 5.0])
def test_the_budget_is_kept(normals, megabytes):
    bank = build_bank(normals, megabytes=megabytes, seed=0)
    one = bytes_of(bank) // len(bank.context)
    assert bytes_of(bank) <= max(megabytes * 2**20, one)
    assert bytes_of(bank) + one > megabytes * 2**20 or len(bank.context) == 600


def test_same_seed_same_bank(normals):
    first, again, other = (build_bank(normals, megabytes=0.005, seed=seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.context, again.context)
    np.testing.assert_array_equal(first.detail, again.detail)
    np.testing.assert_array_equal(first.source, again.source)
    assert not np.array_equal(first.place, other.place)


def test_the_coreset_leaves_no_cluster_out():
    rng = np.random.default_rng(0)
    sizes = [400, 40, 3, 1]
    centres = 10 * np.eye(4, 16)
    points = np.concatenate(
        [centre + 0.01 * rng.standard_normal((n, 16)) for n, centre in zip(sizes, centres, strict=True)]
    )
    cluster = np.repeat(np.arange(4), sizes)
    for seed in range(10):
        chosen = choose_coreset(points.astype(np.float32), 4, np.random.default_rng(seed))
        assert sorted(cluster[chosen]) == [0, 1, 2, 3]


def test_a_coreset_chooses_nothing_twice_and_everything_when_there_is_room():
    points = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    assert len(set(choose_coreset(points, 30, np.random.default_rng(1)).tolist())) == 30
    assert choose_coreset(points, 50, np.random.default_rng(1)).tolist() == list(range(50))
    assert choose_coreset(points, 80, np.random.default_rng(1)).tolist() == list(range(50))


def test_distances_by_hand():
    axes = np.eye(3, dtype=np.float32)
    bank = PatchBank(axes[:2], axes[:2], np.array([0, 1], np.int32), np.zeros((2, 2), np.int32))
    between = np.array([0.6, 0.8, 0.0], np.float32)
    row = np.stack([axes[0], axes[2], -axes[0], between])[None]
    found = distances(PatchFeatures(row, row[:, ::-1]), bank)
    wanted = [0.0, np.sqrt(2), np.sqrt(2), np.sqrt(0.4)]
    np.testing.assert_allclose(found.context[0], wanted, atol=1e-3)
    np.testing.assert_allclose(found.detail[0], wanted[::-1], atol=1e-3)


def test_hidden_patches_are_as_if_they_were_not_there(normals):
    bank = build_bank(normals, megabytes=0.01, seed=0)
    others = bank.source != 2
    smaller = PatchBank(bank.context[others], bank.detail[others], bank.source[others], bank.place[others])
    hidden = distances(normals[2], bank, hidden=~others)
    without = distances(normals[2], smaller)
    np.testing.assert_allclose(hidden.context, without.context, atol=1e-3)
    np.testing.assert_allclose(hidden.detail, without.detail, atol=1e-3)
    assert (hidden.context >= distances(normals[2], bank).context - 1e-6).all()


def test_patches_can_be_hidden_for_one_place_alone(normals):
    bank = build_bank(normals[:1], megabytes=5.0, seed=0)
    hidden = np.zeros((100, 100), dtype=bool)
    hidden[37] = bank.place.tolist().index([3, 7]) == np.arange(100)
    found = distances(normals[0], bank, hidden=hidden).detail
    assert found[3, 7] > 0.1
    found[3, 7] = 0.0
    np.testing.assert_allclose(found, 0.0, atol=2e-3)
