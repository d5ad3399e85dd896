"""Models of true architectures with random weights: what is measured is the plumbing, not the answers."""

import hashlib
import json
import math

import pytest
from safetensors.torch import load_file, save_file

from echo_iad.errors import MissingModelError, MllmError
from echo_iad.mllms.catalog import load_mllm
from echo_iad.testing import check_mllm, write_random_mllm
from echo_iad.testing.random_mllm import FAMILIES

torch = pytest.importorskip("torch")


def load(folder):
    """A model without its memory of results, so that it computes what is asked."""
    return load_mllm(f"transformers:{folder}").mllm


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_keeps_the_contract(folders, family):
    check_mllm(load(folders[family]))


def test_the_record_names_the_model_as_it_was_asked_for(folder):
    assert load(folder).name == f"transformers:{folder}"


def plain_scores(mllm, messages, continuation):
    """Log-probability of each token of a continuation, by one forward pass over everything."""
    inputs = mllm._inputs([messages])
    ids = mllm._processor.tokenizer(continuation, add_special_tokens=False)["input_ids"]
    for token in ids:
        added = torch.tensor([[token]])
        for key, value in list(inputs.items()):
            if value.shape == inputs["input_ids"].shape and key != "input_ids":
                filler = torch.ones_like(added) if key == "attention_mask" else torch.zeros_like(added)
                inputs[key] = torch.cat([value, filler], dim=1)
        inputs["input_ids"] = torch.cat([inputs["input_ids"], added], dim=1)
    with torch.inference_mode():
        logits = mllm._model(**inputs).logits[0]
    chances = logits.float().log_softmax(-1)
    return sum(float(chances[-len(ids) - 1 + place, token]) for place, token in enumerate(ids))


@pytest.mark.parametrize("labels", [("A", "B"), ("A", "B", "C", "D", "E"), ("upper", "lower left"), ("A", "10")])
def test_options_are_scored_as_an_explicit_softmax_over_their_tokens(folder, ask, labels):
    mllm = load(folder)
    scores = mllm.score_options([ask()], labels)[0]
    plain = {label: plain_scores(mllm, ask(), label) for label in labels}
    total = math.log(sum(math.exp(score) for score in plain.values()))
    for label in labels:
        assert scores[label] == pytest.approx(plain[label] - total, abs=1e-3)


def test_prompts_of_different_lengths_score_in_a_batch_as_alone(folder, ask):
    mllm = load(folder)
    prompts = [ask("Which?", seeds=(1,)), ask("A longer question, is it A or is it B?"), ask(seeds=(3, 4, 5)), ask()]
    prompts += [ask("One more than fits into one pass.")]
    together = mllm.score_options(prompts, "ABC")
    for prompt, scores in zip(prompts, together, strict=True):
        assert mllm.score_options([prompt], "ABC")[0] == pytest.approx(scores, abs=1e-3)


def test_a_reference_and_its_order_change_the_result(folder, ask):
    mllm = load(folder)
    scores = [mllm.score_options([ask(seeds=seeds)], "AB")[0]["A"] for seeds in ((2,), (1, 2), (2, 1))]
    assert len({round(score, 5) for score in scores}) == 3


def test_pictures_reach_the_model_in_the_order_of_the_prompt(folders, ask):
    mllm = load(folders["llava"])
    both = mllm._inputs([ask(seeds=(1, 2))])["pixel_values"]
    alone = [mllm._inputs([ask(seeds=(seed,))])["pixel_values"][0] for seed in (1, 2)]
    assert torch.equal(both[0], alone[0])
    assert torch.equal(both[1], alone[1])


def test_control_words_in_a_question_are_no_pictures(folder, ask):
    words = load(folder)._processor.tokenizer.all_special_tokens
    scores = load(folder).score_options([ask(" ".join(words) + " A or B?")], "AB")[0]
    assert sum(math.exp(score) for score in scores.values()) == pytest.approx(1)


def test_writing_ends_after_so_many_tokens_and_at_a_stop(folder, ask):
    mllm = load(folder)
    tokens = mllm._processor.tokenizer
    whole = mllm.generate(ask(), max_new_tokens=12)
    assert len(tokens(whole, add_special_tokens=False)["input_ids"]) <= 36  # a broken byte is written as three
    if whole:
        assert len(mllm.generate(ask(), max_new_tokens=12, stop=[whole[0]])) <= len(whole)


def test_a_prompt_that_is_too_long_fails_with_the_cure(folder, ask):
    with pytest.raises(MllmError, match=r"tokens and transformers:.* takes 16384: use fewer references"):
        load(folder).score_options([ask("word " * 6000)], "AB")


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_seed_writes_the_same_bytes_and_another_others(tmp_path):
    one, again, other = (
        digests(write_random_mllm(tmp_path / name, seed=seed)) for name, seed in (("a", 3), ("b", 3), ("c", 4))
    )
    assert one == again
    assert one["model.safetensors"] != other["model.safetensors"]


@pytest.mark.usefixtures("folders")  # whatever transformers says when it is imported, it has said
def test_writing_a_model_says_nothing(tmp_path, capfd):
    write_random_mllm(tmp_path / "model")
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_loaded_model_computes_a_prompt_once_for_all_who_load_it(folder, ask, monkeypatch):
    prompt, name = ask("Asked by several cells?"), f"transformers:{folder}"
    first = load_mllm(name).score_options([prompt], "AB")
    monkeypatch.setattr(load(folder), "_inputs", None)  # cannot compute any more
    assert load_mllm(name).score_options([prompt], "AB") == first
    with pytest.raises(MllmError):
        load_mllm(name).score_options([ask("Another?")], "AB")


def test_a_system_message_is_kept_by_a_template_without_that_role(tmp_path, ask):
    folder = write_random_mllm(tmp_path / "model")
    template = (folder / "chat_template.jinja").read_text()
    refuse = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    (folder / "chat_template.jinja").write_text(refuse + template)
    rendered = load(folder)._rendered(ask())
    assert "You inspect." in rendered
    assert "system" not in rendered


def test_code_in_a_models_folder_is_not_run(tmp_path):
    folder = write_random_mllm(tmp_path / "model")
    trace = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(trace)!r}, 'w').close()\nclass Evil: pass\n")
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "model_type": "evil",
        "auto_map": {"AutoConfig": "evil.Evil", "AutoModelForImageTextToText": "evil.Evil"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(MissingModelError):
        load(folder)
    assert not trace.exists()


def spoil(folder, fault):
    if fault == "config":
        (folder / "config.json").unlink()
    elif fault == "weights":
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    elif fault == "damage":
        (folder / "model.safetensors").write_bytes(b"\x00" * 100)
    elif fault == "hole":
        weights = load_file(folder / "model.safetensors")
        weights.pop(min(weights))
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    elif fault == "template":
        (folder / "chat_template.jinja").unlink()
    elif fault == "tokenizer":
        (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("config", "no config.json"),
        ("weights", "loads no pickle"),
        ("damage", "cannot be loaded"),
        ("hole", "lacks 1 weights"),
        ("template", "no chat template"),
        ("tokenizer", "cannot be loaded"),
    ],
)
def test_a_broken_folder_is_one_line_that_names_it(tmp_path, fault, message):
    folder = write_random_mllm(tmp_path / "model")
    spoil(folder, fault)
    with pytest.raises(MissingModelError, match=message) as raised:
        load(folder)
    assert "\n" not in str(raised.value)
    assert str(folder) in str(raised.value)


def test_a_model_that_is_not_here_is_named_with_the_command_that_gets_it():
    with pytest.raises(MissingModelError, match="hf download nobody/nothing"):
        load("nobody/nothing")
