from __future__ import annotations

import json
from pathlib import Path

import pytest

from echo_iad.errors import MissingExtraError


def test_every_encoder_is_listed_with_what_it_needs(echo_iad):
    cards = [json.loads(line) for line in echo_iad("models", "list", "--json").out.splitlines()]
    assert {(card["name"], card["kind"]) for card in cards} >= {("edge", "image"), ("edge", "text"), ("clip", "image")}
    assert all(card["present"] for card in cards if card["name"] == "edge")
    shown = echo_iad("models", "list").out
    assert "EfficientNet-Lite0" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.fixture
def exporter(monkeypatch):
    """What the export was asked for; writes two small files."""
    asked = []

    def export(name, model, folder):
        asked.append((name, model, folder))
        folder.mkdir()
        (folder / "image.onnx").write_bytes(bytes(2_000_000))
        (folder / "card.json").write_text("{}")
        return folder

    monkeypatch.setattr("echo_iad.encoders.export.export_encoder", export)
    return asked


def test_an_export_hands_over_its_words_and_tells_its_files(echo_iad, exporter, tmp_path):
    ended = echo_iad("models", "export", "clip", "--model", "checkpoint", "--to", tmp_path / "a", "--json")
    assert exporter == [("clip", "checkpoint", tmp_path / "a")]
    assert json.loads(ended.out) == {
        "encoder": "clip",
        "folder": str(tmp_path / "a"),
        "files": {"card.json": 2, "image.onnx": 2_000_000},
    }
    ended = echo_iad("models", "export", "dinov2", "--to", tmp_path / "b")
    assert exporter[1] == ("dinov2", "", Path(tmp_path / "b"))
    assert ended.out == f"{tmp_path / 'b'}: card.json, image.onnx, 2.0 MB\n"


def test_a_missing_extra_is_one_line_with_its_command(echo_iad, monkeypatch, tmp_path):
    def export(*_):
        raise MissingExtraError("Exporting an encoder", "export")

    monkeypatch.setattr("echo_iad.encoders.export.export_encoder", export)
    ended = echo_iad("models", "export", "clip", "--to", tmp_path / "a")
    assert ended.code == 2
    assert ended.err.endswith("pip install 'echo-iad[export]', in a checkout of Echo: pip install '.[export]'\n")


def test_an_encoder_that_cannot_be_exported_is_refused(echo_iad, tmp_path):
    ended = echo_iad("models", "export", "edge", "--to", tmp_path / "a")
    assert ended.code == 2
    assert "Unknown exportable encoder 'edge'" in ended.err
