from __future__ import annotations

import json
from pathlib import Path

import pytest

from echo_iad.cli.models import WIDE
from echo_iad.errors import MissingExtraError
from echo_iad.mllms.known.cards import model_cards


def listed(echo_iad):
    return [json.loads(line) for line in echo_iad("models", "list", "--json").out.splitlines()]


def test_every_encoder_is_listed_with_what_it_needs(echo_iad):
    cards = listed(echo_iad)
    assert {(card["name"], card["kind"]) for card in cards} >= {("edge", "image"), ("edge", "text"), ("clip", "image")}
    assert all(card["present"] for card in cards if card["name"] == "edge")
    assert "EfficientNet-Lite0" in echo_iad("models", "list").out


def test_every_multimodal_model_is_a_line_of_json(echo_iad):
    models = {card["name"]: card for card in listed(echo_iad) if card["kind"] == "multimodal"}
    assert list(models) == [card.name for card in model_cards()]
    internvl = models["InternVL2 8B"]
    assert internvl["model"] == "openai:OpenGVLab/InternVL2-8B"
    assert internvl["image_tokens"] == {"kind": "tiles", "side": 448, "most": 12, "tokens": 256}


@pytest.mark.parametrize("columns", [80, 120])
def test_the_list_fits_the_terminal_and_breaks_no_name(echo_iad, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = echo_iad("models", "list").out.splitlines()
    assert max(map(len, shown)) <= columns
    for card in model_cards():
        named = card.name if columns < WIDE else card.written
        (row,) = [line for line in shown if line.startswith(f" {named} ")]
        assert row.rstrip().endswith(card.status.removeprefix("ran with "))


def test_a_model_is_shown_with_every_command_it_needs(echo_iad):
    shown = echo_iad("models", "show", "qwen/qwen2-vl-7b-INSTRUCT").out
    assert "hf download Qwen/Qwen2-VL-7B-Instruct --include '*.json'" in shown
    assert "--model transformers:Qwen/Qwen2-VL-7B-Instruct\n" in shown
    assert "vllm serve Qwen/Qwen2-VL-7B-Instruct --limit-mm-per-prompt '{\"image\": 8}'\n" in shown
    assert "--model openai:Qwen/Qwen2-VL-7B-Instruct --base-url http://127.0.0.1:8000/v1\n" in shown
    assert "16.6 GB at 16 bits, 8.3 GB at 8 bits, 4.1 GB at 4 bits" in shown
    assert "256 tokens at 448 x 448, 999 at 1024 x 768\n" in shown


def test_a_model_without_native_code_is_shown_behind_its_server_alone(echo_iad):
    shown = echo_iad("models", "show", "MiniCPM-V 2.6").out
    assert "transformers:" not in shown
    assert "hf download" not in shown
    assert "its server runs code from the model's page" in shown


def test_a_model_whose_pictures_cost_less_together_says_so(echo_iad):
    assert "3699 tokens at 448 x 448, 4725 at 1024 x 768; 730 beside another" in (
        echo_iad("models", "show", "LLaVA-OneVision 7B").out
    )


def test_a_model_of_one_picture_is_shown_with_a_command_that_is_not_refused(echo_iad):
    (card,) = [card for card in model_cards() if card.single_image]
    lines = [line for line in echo_iad("models", "show", card.name).out.splitlines() if "echo-iad inspect" in line]
    assert len(lines) == 1 + len(card.servers)
    assert all("--without reference_extractor --model " in line for line in lines)
    assert "--without" not in echo_iad("models", "show", "Qwen2-VL 7B").out


def test_every_encoder_of_the_list_is_shown(echo_iad):
    for card in listed(echo_iad):
        if card["kind"] != "multimodal":
            shown = echo_iad("models", "show", card["name"])
            assert f"{card['name']}, of {card['kind']}s to {card['dimension']} numbers\n" in shown.out
            assert f'{card["kind"]} = "{card["name"]}" under [encoders]\n' in shown.out
    both = [json.loads(line) for line in echo_iad("models", "show", "Edge", "--json").out.splitlines()]
    assert [(card["name"], card["kind"]) for card in both] == [("edge", "image"), ("edge", "text")]


def test_an_encoder_that_is_not_here_is_shown_with_what_gets_it(echo_iad, monkeypatch):
    monkeypatch.setattr("echo_iad.encoders.catalog.find_spec", lambda name: None)
    shown = echo_iad("models", "show", "dinov2").out
    assert "pip install 'echo-iad[clip]'\n" in shown
    assert "hf download facebook/dinov2-small --include" in shown


def test_a_shown_model_is_the_line_of_the_list_in_json(echo_iad):
    shown = json.loads(echo_iad("models", "show", "SmolVLM 256M", "--json").out)
    assert shown in listed(echo_iad)


def test_an_unknown_model_is_refused_with_the_known_names(echo_iad):
    ended = echo_iad("models", "show", "LLaVA OneVision 7B")
    assert ended.code == 2
    assert "Unknown model 'LLaVA OneVision 7B'. Did you mean 'LLaVA-OneVision 7B'? Known: InternVL2 4B, " in ended.err


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
