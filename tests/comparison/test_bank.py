import numpy as np
import pytest

from echo_iad.comparison.bank import PatchBank, choose_coreset, choose_patches, draw_pool, nearest, take

VIEWS = ("context", "detail")


def build_banks(pool, *, megabytes, seed):
    return take(pool, choose_patches(pool, megabytes=megabytes, seed=seed))


def bytes_of(banks):
    return banks.context.patches.nbytes + banks.detail.patches.nbytes


@pytest.fixture
def normals(features_of):
    return [features_of(seed) for seed in range(6)]


@pytest.mark.parametrize("view", VIEWS)
def test_every_kept_patch_is_one_of_its_normal(normals, view):
    bank = getattr(build_banks(draw_pool(normals, seed=0), megabytes=0.01, seed=4), view)
    assert len(bank.patches) > 20
    assert set(bank.source.tolist()) == set(range(6))
    for patch, source, (row, column) in zip(bank.patches, bank.source, bank.place, strict=True):
        np.testing.assert_array_equal(patch, getattr(normals[source], view)[row, column])


@pytest.mark.parametrize("megabytes", [1e-9, 0.002, 0.01, 5.0])
def test_the_budget_is_kept(normals, megabytes):
    banks = build_banks(draw_pool(normals, seed=0), megabytes=megabytes, seed=0)
    count = len(banks.context.patches)
    assert len(banks.detail.patches) == count
    one = bytes_of(banks) // count
    assert bytes_of(banks) <= max(megabytes * 2**20, one)
    assert bytes_of(banks) + one > megabytes * 2**20 or count == 600


def test_same_seed_same_banks(normals):
    first, again, other = (build_banks(draw_pool(normals, seed=0), megabytes=0.005, seed=seed) for seed in (7, 7, 8))
    for view in VIEWS:
        one, same, differs = (getattr(banks, view) for banks in (first, again, other))
        np.testing.assert_array_equal(one.patches, same.patches)
        np.testing.assert_array_equal(one.source, same.source)
        assert not np.array_equal(one.place, differs.place)


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


def test_each_next_patch_is_the_farthest_from_those_before():
    points = np.random.default_rng(3).standard_normal((300, 6)).astype(np.float32)
    projection = np.random.default_rng(5).standard_normal((6, 32)).astype(np.float32)  # what the choice draws first
    seen = points @ projection
    chosen = choose_coreset(points, 120, np.random.default_rng(5))
    for size in range(1, 120):
        gap = np.linalg.norm(seen[:, None] - seen[None, chosen[:size]], axis=2).min(axis=1)
        assert gap[chosen[size]] == pytest.approx(gap.max(), rel=1e-3)


def test_copies_leave_room_for_everything_else():
    points = np.concatenate([np.ones((90, 8)), np.eye(8)]).astype(np.float32)
    chosen = choose_coreset(points, 20, np.random.default_rng(0))
    assert len(set(chosen.tolist())) == 20
    assert set(range(90, 98)) <= set(chosen.tolist())


def test_a_coreset_chooses_nothing_twice_and_everything_when_there_is_room():
    points = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    assert len(set(choose_coreset(points, 30, np.random.default_rng(1)).tolist())) == 30
    assert choose_coreset(points, 50, np.random.default_rng(1)).tolist() == list(range(50))
    assert choose_coreset(points, 80, np.random.default_rng(1)).tolist() == list(range(50))


def test_distances_by_hand():
    axes = np.eye(3, dtype=np.float32)
    bank = PatchBank(axes[:2], np.array([0, 1], np.int32), np.zeros((2, 2), np.int32))
    between = np.array([0.6, 0.8, 0.0], np.float32)
    found = nearest(np.stack([axes[0], axes[2], -axes[0], between])[None], bank).distance
    np.testing.assert_allclose(found[0], [0.0, np.sqrt(2), np.sqrt(2), np.sqrt(0.4)], atol=1e-3)


def test_hidden_patches_are_as_if_they_were_not_there(normals):
    bank = build_banks(draw_pool(normals, seed=0), megabytes=0.01, seed=0).detail
    others = bank.source != 2
    smaller = PatchBank(bank.patches[others], bank.source[others], bank.place[others])
    hidden = nearest(normals[2].detail, bank, hidden=~others).distance
    np.testing.assert_allclose(hidden, nearest(normals[2].detail, smaller).distance, atol=1e-3)
    assert (hidden >= nearest(normals[2].detail, bank).distance - 1e-6).all()


def test_patches_can_be_hidden_for_one_place_alone(normals):
    bank = build_banks(draw_pool(normals[:1], seed=0), megabytes=5.0, seed=0).detail
    hidden = np.zeros((100, 100), dtype=bool)
    hidden[37] = bank.place.tolist().index([3, 7]) == np.arange(100)
    found = nearest(normals[0].detail, bank, hidden=hidden).distance
    assert found[3, 7] > 0.1
    found[3, 7] = 0.0
    np.testing.assert_allclose(found, 0.0, atol=2e-3)


def test_without_a_group_its_place_in_the_bank_is_filled_by_others(normals):
    pool = draw_pool(normals, seed=0)
    choice = choose_patches(pool, megabytes=0.01, seed=0)
    dropped = pool.context.source == 2
    others = choose_patches(pool, megabytes=0.01, seed=0, without=(choice, dropped))
    for view in VIEWS:
        before, after = set(getattr(choice, view).tolist()), set(getattr(others, view).tolist())
        assert len(before) == len(after) == len(getattr(others, view))
        assert not after & set(np.flatnonzero(dropped).tolist())
        assert before - set(np.flatnonzero(dropped).tolist()) <= after
