from dataclasses import replace

import pytest

from echo_iad.domain.decisions import Decision, Status
from echo_iad.echo import Echo
from echo_iad.evaluation.answers.answering import ALSO_NORMAL, EchoAnswerer, PictureShelf, status_of
from echo_iad.evaluation.answers.asking import AnswerForm, Asking, Templates
from echo_iad.evaluation.answers.records import AnswerStatus
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.evaluation.benchmark.subtasks import Subtask


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


def test_a_picture_that_is_gone_is_a_failed_answer(enrolled, benchmark, read_only_mmad):
    asked = replace(about(benchmark, Subtask.DISCRIMINATION), path=read_only_mmad / "gone.jpg")
    record = ask(enrolled, read_only_mmad, asked)
    assert (record.status, record.answer, record.evidence) == (AnswerStatus.FAILED, None, {})
    assert asked.path.name in record.reason


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
