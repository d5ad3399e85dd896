import os
import time
import zlib

import numpy as np
import pytest

from echo_iad.memory.cache import TEMPORARY_SUFFIX, cache_fault, read_cache, write_cache

ARRAYS = {
    "bank": np.arange(12, dtype=np.float32).reshape(3, 4),
    "ids": np.array([7, -1], np.int64),
    "graph": np.arange(100, dtype=np.uint8),
    "none": np.zeros((0, 5), np.float16),
    "mask": np.array([[True, False]]),
    "one": np.float64(2.5).reshape(()),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "bank.cache"


def test_gives_back_what_was_kept(path):
    assert write_cache(path, "state 1", ARRAYS)
    kept = read_cache(path, "state 1")
    assert list(kept) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert (kept[name].dtype, kept[name].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(kept[name], array)
    assert cache_fault(path) == ""


def test_arrays_of_any_order_and_byte_order(path):
    turned = np.asfortranarray(np.arange(12.0).reshape(3, 4).astype(">f4"))[:, ::2]
    write_cache(path, "s", {"turned": turned})
    kept = read_cache(path, "s")["turned"]
    assert kept.dtype == np.dtype("<f4")
    np.testing.assert_array_equal(kept, turned)


def test_a_stale_or_missing_cache_is_none(path):
    assert read_cache(path, "state 1") is None
    write_cache(path, "state 1", ARRAYS)
    assert read_cache(path, "state 2") is None
    write_cache(path, "state 2", {"other": np.zeros(3)})
    assert list(read_cache(path, "state 2")) == ["other"]


def test_any_damage_is_noticed(path):
    write_cache(path, "s", ARRAYS)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for place in rng.choice(len(whole), 60, replace=False).tolist():
        changed = bytearray(whole)
        changed[place] ^= 0x15
        path.write_bytes(changed)
        assert read_cache(path, "s") is None
    for length in (0, 5, 13, 100, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert read_cache(path, "s") is None
        assert "bank.cache is damaged" in cache_fault(path)
    path.write_bytes(whole + b"x")
    assert read_cache(path, "s") is None


@pytest.mark.parametrize(
    "head",
    [b"[]", b"{}", b"1", b'{"stamp":"s","bytes":0,"arrays":[["a","O",[1],0]]}', b'{"stamp":"s","bytes":0}'],
)
def test_a_strange_head_is_damage(path, head):
    path.parent.mkdir()
    path.write_bytes(b"echo-cache 1 %08x\n" % zlib.crc32(head + b"\n") + head + b"\n")
    assert read_cache(path, "s") is None
    assert cache_fault(path)


def test_objects_are_never_kept(path):
    with pytest.raises(ValueError, match="holds arrays of"):
        write_cache(path, "s", {"objects": np.array([{}], object)})
    assert not path.exists()


def test_a_place_that_may_not_be_written_is_no_failure(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert not write_cache(tmp_path / "file" / "bank.cache", "s", ARRAYS)


def test_the_old_cache_stays_when_writing_fails(path, monkeypatch):
    write_cache(path, "old", ARRAYS)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert not write_cache(path, "new", ARRAYS)
    assert read_cache(path, "old") is not None
    assert [entry.name for entry in path.parent.iterdir()] == ["bank.cache"]


def test_leavings_of_killed_writers_go_after_a_while(path):
    path.parent.mkdir()
    old, young = (path.with_name(f"bank.cache{name}{TEMPORARY_SUFFIX}") for name in ("old", "young"))
    for left in old, young:
        left.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    write_cache(path, "s", ARRAYS)
    assert not old.exists()
    assert young.exists()
