"""``echo-iad inspect --model``, from the photo to the record."""

import json

import pytest

ASKED = ("--object", "printed_cap", "--question", "Is there any defect?", "--option", "A=Yes.", "--option", "B=No.")


@pytest.fixture
def photo(parts):
    return parts / "printed_cap" / "test" / "chipped_rim" / "000.jpg"


def decision(ended):
    return json.loads(ended.out.splitlines()[0])["decision"]


def test_a_script_decides(echo_iad, memory, photo, tmp_path):
    script = tmp_path / "answers.jsonl"
    script.write_text('{"image": "chipped_rim/000.jpg", "question": "any defect", "answer": "Answer: A"}\n')
    model = f"scripted:{script}"
    ended = echo_iad("inspect", photo, "--memory", memory, *ASKED, "--model", model, "--json")
    made = decision(ended)
    assert ended.code == 0
    assert (made["status"], made["option"], made["model"], made["scoring"]) == ("answered", "A", model, "text")
    assert made["raw_text"] == "Answer: A"


def test_a_line_about_one_question_answers_no_other_about_the_same_references(echo_iad, memory, photo, tmp_path):
    script = tmp_path / "answers.jsonl"
    script.write_text('{"question": "any defect", "answer": "Yes."}\n{"question": "Where", "answer": "At the rim."}\n')
    about = ("inspect", photo, "--memory", memory, "--object", "printed_cap", "--json")
    command = (*about, "--model", f"scripted:{script}")
    assert decision(echo_iad(*command, "--question", "Where is the defect?"))["text"] == "At the rim."
    assert decision(echo_iad(*command))["text"] == "Yes."
    assert decision(echo_iad(*command, *ASKED[2:]))["option"] == "A"


def test_a_question_that_the_script_does_not_hold_fails(echo_iad, memory, photo, tmp_path):
    script = tmp_path / "answers.jsonl"
    script.write_text('{"image": "another.jpg", "answer": "A"}\n')
    ended = echo_iad("inspect", photo, "--memory", memory, *ASKED, "--model", f"scripted:{script}", "--json")
    assert ended.code == 1
    assert decision(ended)["status"] == "failed"
    assert "holds no answer" in decision(ended)["reason"]


@pytest.mark.parametrize("model", ["transformers:nowhere/at-all", "scripted:none.jsonl", "openal:x", "plain"])
def test_a_model_that_cannot_be_had_is_one_line_and_code_2(echo_iad, memory, photo, model):
    ended = echo_iad("inspect", photo, "--memory", memory, *ASKED, "--model", model)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("Error: ")
    assert "Traceback" not in ended.err


def test_a_random_model_decides_and_repeats_itself(echo_iad, memory, photo, tmp_path):
    pytest.importorskip("transformers")
    from echo_iad.testing import write_random_mllm

    model = f"transformers:{write_random_mllm(tmp_path / 'model')}"
    one, again = (
        decision(echo_iad("inspect", photo, "--memory", memory, *ASKED, "--model", model, "--json")) for _ in range(2)
    )
    assert one == again
    assert (one["status"], one["scoring"], one["model"]) == ("answered", "logprobs", model)
    assert sum(one["probabilities"].values()) == pytest.approx(1)
    assert one["p_anomalous"] == pytest.approx(one["probabilities"]["A"])


def test_a_weighed_verdict_learns_once_and_says_so_on_a_terminal(echo_iad, memory, photo, tmp_path, monkeypatch):
    script = tmp_path / "answers.jsonl"
    script.write_text('{"probabilities": {"A": 0.6, "B": 0.4}}\n')
    command = ("inspect", photo, "--memory", memory, "--profile", "guided", "--model", f"scripted:{script}", "--json")
    monkeypatch.setattr("echo_iad.cli.inspect._is_terminal", lambda: True)
    first, again = echo_iad(*command), echo_iad(*command)
    assert "Learning, once, how much the model's word counts for printed_cap: 10 good parts" in first.err
    assert again.err == ""
    record = json.loads(again.out)
    assert record["fusion"]["parts"] == 10
    assert record["decision"]["p_model"] is not None
    assert (record["decision"]["text"], record["comparison"]["is_anomalous"]) == ("Yes.", True)
