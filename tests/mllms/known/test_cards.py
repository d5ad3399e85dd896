"""The catalogue says what is true, as far as the transformers library and the test-suite know it."""

import re
from pathlib import Path

import pytest

from echo_iad.errors import MissingModelError, ProfileError
from echo_iad.mllms.known.cards import base_url, by_server, find_card, model_cards, refuse_references, suggestion
from echo_iad.mllms.local.folders import download_command, find_model
from echo_iad.testing.random_mllm import FAMILIES

PAGE = Path(__file__).parents[3] / "docs" / "models.md"
PAPER = {"Qwen2-VL 2B", "Qwen2-VL 7B", "InternVL2 4B", "InternVL2 8B", "MiniCPM-V 2.6"}
PAPER |= {"LLaVA-NeXT Interleave 7B", "LLaVA-OneVision 7B"}


def test_the_papers_models_come_first_and_are_all_there():
    cards = model_cards()
    assert {card.name for card in cards if card.in_paper} == PAPER
    assert [card.in_paper for card in cards] == sorted((card.in_paper for card in cards), reverse=True)


def test_no_two_models_share_a_name():
    names = [name.casefold() for card in model_cards() for name in (card.name, card.hub, card.hub.split("/")[1])]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("card", model_cards(), ids=lambda card: card.name)
def test_a_model_is_found_by_every_name_it_goes_by(card):
    for name in (card.name, card.hub, card.hub.upper(), card.hub.split("/")[1], f"/srv/{card.hub}/"):
        assert find_card(name) is card


def test_a_model_that_is_not_in_the_catalogue_is_not_found():
    assert find_card("llava") is None
    assert find_card("") is None


@pytest.mark.parametrize("card", model_cards(), ids=lambda card: card.name)
def test_native_are_those_whose_code_transformers_has(card):
    modeling = pytest.importorskip("transformers.models.auto.modeling_auto")
    assert card.native == (card.family in modeling.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES)


@pytest.mark.parametrize("card", model_cards(), ids=lambda card: card.name)
def test_the_status_is_what_the_test_suite_runs(card):
    assert (card.status == "ran with random weights") == (card.family in FAMILIES)


@pytest.mark.parametrize("card", model_cards(), ids=lambda card: card.name)
def test_every_model_can_be_run_somehow(card):
    assert card.native or card.servers
    for server in card.servers:
        program, *_ = server.split()
        assert base_url(server) == {
            "vllm": "http://127.0.0.1:8000/v1",
            "llama-server": "http://127.0.0.1:8080/v1",
        }.get(program)
        assert program != "vllm" or card.hub in server.split()


def test_a_model_whose_code_is_elsewhere_says_that_its_server_runs_it():
    for card in model_cards():
        trusting = [server for server in card.servers if "--trust-remote-code" in server]
        assert card.native or (trusting and "its server runs code from the model's page" in card.quirks)


def test_memory_is_that_of_the_weights():
    card = find_card("Qwen2-VL 7B")
    assert [card.gigabytes(bits) for bits in (16, 8, 4)] == pytest.approx([16.58, 8.29, 4.145])


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Qwen/Qwen2-VL-7B-Instuct", "'Qwen/Qwen2-VL-7B-Instruct'"),
        ("openbmb/minicpm-v-2.6", "'openbmb/MiniCPM-V-2_6'"),
        ("InternVL3-8B-hf", "'OpenGVLab/InternVL3-8B-hf'"),
        ("InternVL2-9B", "'OpenGVLab/InternVL2-8B'"),
        ("Qwen2-VL 7B", "'Qwen/Qwen2-VL-7B-Instruct'"),
        ("qwen2vl", "'Qwen/Qwen2-VL-2B-Instruct'"),
        ("Qwen-VL", "'Qwen/Qwen2-VL-"),
    ],
)
def test_a_misspelt_model_gets_the_nearest_names_beside_the_command(wrong, right):
    pytest.importorskip("huggingface_hub")
    with pytest.raises(MissingModelError) as raised:
        find_model(wrong)
    assert " Did you mean '" in str(raised.value)
    assert right in str(raised.value)
    assert "\n" not in str(raised.value)


def test_nothing_is_suggested_for_a_right_name_or_a_strange_one():
    assert suggestion("Qwen/Qwen2-VL-7B-Instruct") == suggestion("nobody/nothing") == suggestion("./models/a") == ""


def test_near_names_are_listed_as_a_sentence():
    assert suggestion("openbmb/MiniCPM-V-4.7") == " Did you mean 'openbmb/MiniCPM-V-4.6' or 'openbmb/MiniCPM-V-2_6'?"
    assert suggestion("llava-v1.6-mistral-7b-hf") == " Did you mean 'llava-hf/llava-v1.6-mistral-7b-hf'?"


@pytest.mark.parametrize("name", ["qwen2vl", "Qwen/Qwen2-VL-7B-Instuct", "nothing"])
def test_only_what_may_be_on_the_hub_is_to_be_downloaded(name):
    pytest.importorskip("huggingface_hub")
    with pytest.raises(MissingModelError) as raised:
        find_model(name)
    assert ("hf download" in str(raised.value)) == ("/" in name)
    assert ("take a name from: echo-iad models list" in str(raised.value)) == ("/" not in name)


@pytest.mark.parametrize("card", model_cards(), ids=lambda card: card.name)
def test_a_model_that_this_backend_cannot_run_is_pointed_to_its_server(card):
    pytest.importorskip("huggingface_hub")
    if card.native:
        assert by_server(card.hub) == ""
        return
    with pytest.raises(MissingModelError) as raised:
        find_model(card.hub)
    assert card.servers[0] in str(raised.value)
    assert f"--model openai:{card.hub} --base-url http" in str(raised.value)
    assert "hf download" not in str(raised.value)


@pytest.mark.parametrize("backend", ["transformers", "openai"])
def test_a_model_for_one_picture_is_refused_references(backend):
    written = f"{backend}:llava-hf/llava-v1.6-mistral-7b-hf"
    with pytest.raises(ProfileError, match=r"takes one picture only: .* --without reference_extractor, or use another"):
        refuse_references(written, wants_references=True)
    refuse_references(written, wants_references=False)


@pytest.mark.parametrize("written", ["transformers:Qwen/Qwen2-VL-7B-Instruct", "openai:my-own", "scripted:a.jsonl"])
def test_every_other_model_may_have_references(written):
    refuse_references(written, wants_references=True)


def rows():
    """The table of docs/models.md, as the catalogue has it."""
    for card in model_cards():
        paper = " (paper)" if card.in_paper else ""
        runs = "`transformers`" if card.native else "a server"
        tokens = f"{card.image_tokens.count(448, 448)}, {card.image_tokens.count(768, 1024)}"
        cells = (card.name + paper, f"`{card.hub}`", str(card.billions), card.licence, runs, tokens, card.status)
        yield f"| {' | '.join(cells)} |"


def test_the_page_shows_the_catalogue():
    shown = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| .*\| `\S+/\S+` \|", line)]
    assert shown == list(rows())


def test_the_page_gets_a_model_with_the_command_that_errors_name():
    command = download_command("Qwen/Qwen2-VL-2B-Instruct").removeprefix("Download it with: ")
    assert command in PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("card", model_cards(), ids=lambda card: card.name)
def test_the_page_tells_how_to_serve_each_and_what_to_mind(card):
    page = PAGE.read_text(encoding="utf-8")
    for said in (*card.servers, *card.quirks):
        assert said in page
