import pytest

from echo_iad.errors import EvaluationError
from echo_iad.evaluation import result_files
from echo_iad.evaluation.result_files import prepare_folder, write_whole


def test_a_folder_is_made_and_left_empty(tmp_path):
    prepare_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_found_before_work(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EvaluationError, match="Results cannot be written to"):
        prepare_folder(tmp_path / "file" / "runs")


def test_a_disk_without_room_is_found_before_work(tmp_path, monkeypatch):
    monkeypatch.setattr(result_files.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 2**20})())
    with pytest.raises(EvaluationError, match="has 1 MB free, and the run needs 220 MB"):
        prepare_folder(tmp_path, expected_bytes=40_000 * 4096)


def test_a_file_is_written_from_text_bytes_or_parts(tmp_path):
    for data in ("é\udce9", b"raw", iter([b"r", b"aw"])):
        write_whole(tmp_path / "file", data)
    assert (tmp_path / "file").read_bytes() == b"raw"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_stays_as_it_was_when_the_new_one_fails(tmp_path):
    def parts():
        yield b"half"
        raise OSError(28, "No space left on device")

    write_whole(tmp_path / "file", "old")
    with pytest.raises(EvaluationError, match="the disk is full"):
        write_whole(tmp_path / "file", parts())
    assert (tmp_path / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
