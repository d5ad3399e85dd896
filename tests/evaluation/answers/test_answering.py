from dataclasses import replace

import pytest

from echo_iad.domain.decisions import Decision, Status
from echo_iad.domain.questions import Question
from echo_iad.echo import Echo
from echo_iad.evaluation.answers.answering import ALSO_NORMAL, EchoAnswerer, PictureShelf, status_of
from echo_iad.evaluation.answers.asking import AnswerForm, Asking, Templates
from echo_iad.evaluation.answers.records import AnswerStatus
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.experts.consulting import Request
from echo_iad.mllms.digests import prompts_sha256
from echo_iad.settings import load_profile


@pytest.fixture(scope="module")
def benchmark(read_only_mmad):
    return read_mmad(read_only_mmad)


@pytest.fixture(scope="module")
def enrolled(enrolled_mmad):
    with Echo.from_profile("edge", memory=enrolled_mmad, read_only=True) as echo:
        yield echo


def ask(echo, root, asked, **choices):
    return EchoAnswerer(echo, Asking(root, **choices), PictureShelf(echo)).answer_all([asked])[0]


def about(benchmark, subtask, *, defective=True):
    return next(one for one in benchmark.questions if one.subtask is subtask and one.defective is defective)


def test_an_answer_holds_what_replays_it(enrolled, benchmark, read_only_mmad):
    asked = about(benchmark, Subtask.LOCALIZATION)
    record = ask(enrolled, read_only_mmad, asked)
    assert record.key == asked.key
    assert (record.options, record.correct, record.subtask) == (asked.options, asked.correct, Subtask.LOCALIZATION)
    assert record.status is AnswerStatus.ANSWERED
    assert record.answer in asked.options
    assert sum(record.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert record.evidence["comparison"]["is_anomalous"]
    assert record.evidence["references"][0]["path"].startswith(str(read_only_mmad))
    assert "anomaly_map" not in record.evidence["comparison"]
    assert (record.shots, record.assisted, record.model) == (1, False, None)
    assert len(record.prompt_sha256) == len(record.profile_sha256) == 64
    assert record.latency_ms > 0


def test_the_same_question_gives_the_same_record(enrolled, benchmark, read_only_mmad):
    asked = about(benchmark, Subtask.CLASSIFICATION)
    timeless = [replace(ask(enrolled, read_only_mmad, asked), latency_ms=0.0, timings_ms={}) for _ in range(2)]
    assert timeless[0] == timeless[1]


@pytest.mark.parametrize("templates", [Templates.RANDOM, Templates.SIMILAR])
def test_the_benchmark_s_templates_are_the_references(enrolled, benchmark, read_only_mmad, templates):
    asked = about(benchmark, Subtask.DISCRIMINATION)
    keys = {Templates.RANDOM: asked.random_templates, Templates.SIMILAR: asked.similar_templates}[templates]
    record = ask(enrolled, read_only_mmad, asked, templates=templates)
    assert [reference["path"] for reference in record.evidence["references"]] == [str(read_only_mmad / keys[0])]


def test_each_form_ends_in_one_of_the_options(enrolled, benchmark, read_only_mmad):
    asked = about(benchmark, Subtask.DISCRIMINATION)
    answers = {form: ask(enrolled, read_only_mmad, asked, form=form) for form in AnswerForm}
    assert {record.answer for record in answers.values()} == {asked.correct}
    assert len({record.prompt_sha256 for record in answers.values()}) == len(AnswerForm)


@pytest.fixture
def by_model(enrolled, tmp_path):
    """Echo with a model that writes the same to every question."""
    script = tmp_path / "script.jsonl"
    script.write_text('{"answer": "Answer: A"}\n')

    def choose(**settings):
        profile = load_profile("edge").with_model(f"scripted:{script}")
        return enrolled.with_profile(profile.changed(settings) if settings else profile)

    return choose


def test_the_digest_of_a_model_s_answer_is_of_its_prompts(by_model, benchmark, read_only_mmad):
    asked = about(benchmark, Subtask.CLASSIFICATION)
    for settings in ({}, {"decider.rotations": "3"}):
        echo = by_model(**settings)
        record = ask(echo, read_only_mmad, asked)
        prompts = echo.compose(Request(asked.path, Question(asked.text, asked.options), asked.object))
        assert len(prompts) == int(settings.get("decider.rotations", 1))
        assert record.prompt_sha256 == prompts_sha256(prompts)


def test_what_changes_no_prompt_changes_no_digest(by_model, benchmark, read_only_mmad):
    asked = about(benchmark, Subtask.CLASSIFICATION)
    records = [
        ask(by_model(**settings), read_only_mmad, asked)
        for settings in ({}, {"decider.abstain_below": "0.4"}, {"mllm.bits": "4"})
    ]
    assert len({record.prompt_sha256 for record in records}) == 1
    assert len({record.profile_sha256 for record in records}) == 3


def test_what_a_model_s_answer_was_read_from_is_in_the_record(by_model, benchmark, read_only_mmad):
    record = ask(by_model(), read_only_mmad, about(benchmark, Subtask.CLASSIFICATION))
    assert (record.answer, record.written, record.raw_text) == ("A", "Answer: A", "Answer: A")


def test_a_picture_that_is_gone_is_a_failed_answer(enrolled, benchmark, read_only_mmad):
    asked = replace(about(benchmark, Subtask.DISCRIMINATION), path=read_only_mmad / "gone.jpg")
    record = ask(enrolled, read_only_mmad, asked)
    assert (record.status, record.answer, record.evidence) == (AnswerStatus.FAILED, None, {})
    assert asked.path.name in record.reason
    assert record.prompt_sha256 == ""


def test_an_object_without_normals_is_asked_about_without_references(enrolled, benchmark, read_only_mmad):
    asked = replace(about(benchmark, Subtask.DISCRIMINATION), object="never enrolled")
    record = ask(enrolled, read_only_mmad, asked)
    assert record.shots == 0
    assert "comparison" not in record.evidence
    assert not record.right


def test_a_picture_that_is_enrolled_is_marked(enrolled, benchmark, read_only_mmad):
    asked = about(benchmark, Subtask.DISCRIMINATION)
    normal = benchmark.normals[asked.object][0]
    record = ask(enrolled, read_only_mmad, replace(asked, path=normal, marks=("known",)))
    assert record.marks == ("known", ALSO_NORMAL)


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        (Decision(Status.ANSWERED, option="A"), AnswerStatus.ANSWERED),
        (Decision(Status.ANSWERED, text="In words alone."), AnswerStatus.UNPARSED),
        (Decision(Status.ABSTAINED), AnswerStatus.ABSTAINED),
        (Decision(Status.FAILED, reason="The server is down."), AnswerStatus.FAILED),
        (Decision(Status.FAILED, raw_text="Perhaps A or B."), AnswerStatus.UNPARSED),
        (Decision(Status.FAILED, reason="Refused: it declined.", raw_text="No, thank you."), AnswerStatus.REFUSED),
    ],
)
def test_how_an_answer_ended(decision, status):
    assert status_of(decision) is status
