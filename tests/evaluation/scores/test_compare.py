import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.recording import to_line
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.compare import RunFacts, Side, SideAnswer, compare, read_side
from echo_iad.evaluation.scores.compare_files import (
    as_json,
    assisted_remark,
    coverage_lines,
    mcnemar_sentence,
    write_scores,
)
from echo_iad.evaluation.scores.foreign_answers import read_foreign_answers

OPTIONS = {"A": "A dent.", "B": "A scratch."}


def record(image, index, answer, *, correct="A", subtask=Subtask.CLASSIFICATION, status=None):
    if status is None:
        status = AnswerStatus.ANSWERED if answer else AnswerStatus.FAILED
    dataset, product = image.split("/")[:2]
    return AnswerRecord(
        image=image,
        question_index=index,
        dataset=dataset,
        object=product,
        subtask=subtask,
        question="Which defect is it?",
        options=OPTIONS,
        correct=correct,
        defective=True,
        answer=answer,
        status=status,
    )


def write_run(folder, records):
    folder.mkdir()
    (folder / "records.jsonl").write_bytes(b"".join(map(to_line, records)))
    return folder


def write_csv(path, header, *rows):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def first_run():
    """Right on 3 of 5 questions: the first picture's two, and one of the second data set's."""
    return [
        record("one/cap/1.png", 0, "A"),
        record("one/cap/1.png", 1, "B", correct="B", subtask=Subtask.LOCALIZATION),
        record("one/cap/2.png", 0, None),
        record("two/lid/3.png", 0, "A"),
        record("two/lid/3.png", 1, "B", subtask=Subtask.LOCALIZATION),
    ]


def second_run():
    """Right on 2 of the 4 that both hold: one with the first run, one alone."""
    return [
        record("one/cap/1.png", 0, "A"),
        record("one/cap/1.png", 1, "A", correct="B", subtask=Subtask.LOCALIZATION),
        record("one/cap/2.png", 0, "A"),
        record("two/lid/3.png", 0, None, status=AnswerStatus.UNPARSED),
        record("two/lid/9.png", 0, "A"),
    ]


@pytest.fixture
def runs(tmp_path):
    return write_run(tmp_path / "a", first_run()), write_run(tmp_path / "b", second_run())


def test_two_runs_are_compared_on_the_questions_of_both(runs):
    scores = compare(*map(read_side, runs))
    overall = scores.overall
    # of the 4 common questions A is right on 3 (1/0, 1/1, 3/0), B on 2 (1/0, 2/0)
    assert (overall.questions, overall.images) == (4, 3)
    assert (overall.accuracy_a, overall.accuracy_b) == (75.0, 50.0)
    assert overall.difference.difference == pytest.approx(25.0)
    assert overall.difference.low <= 25.0 <= overall.difference.high
    assert (overall.mcnemar.only_a, overall.mcnemar.only_b, overall.mcnemar.p_value) == (2, 1, 1.0)
    assert (scores.only_in_a, scores.only_in_b) == (1, 1)
    assert (scores.not_answered_a, scores.not_answered_b) == ({"failed": 1}, {"unparsed": 1})


def test_each_group_has_its_own_figures(runs):
    scores = compare(*map(read_side, runs))
    figures = {(g.dataset, g.subtask): (g.questions, g.accuracy_a, g.accuracy_b) for g in scores.groups}
    assert figures == {
        (None, Subtask.CLASSIFICATION): (3, pytest.approx(200 / 3), pytest.approx(200 / 3)),
        (None, Subtask.LOCALIZATION): (1, 100.0, 0.0),
        ("one", None): (3, pytest.approx(200 / 3), pytest.approx(200 / 3)),
        ("two", None): (1, 100.0, 0.0),
        ("one", Subtask.CLASSIFICATION): (2, 50.0, 100.0),
        ("one", Subtask.LOCALIZATION): (1, 100.0, 0.0),
        ("two", Subtask.CLASSIFICATION): (1, 100.0, 0.0),
    }


def test_questions_that_changed_sides_are_listed(runs):
    changed = compare(*map(read_side, runs)).changed
    assert [(c.image, c.question_index, c.answer_a, c.answer_b, c.correct) for c in changed] == [
        ("one/cap/1.png", 1, "B", "A", "B"),
        ("one/cap/2.png", 0, None, "A", "A"),
        ("two/lid/3.png", 0, "A", None, "A"),
    ]


def test_a_run_is_named_by_its_folder_or_its_file(runs):
    folder = runs[0]
    assert read_side(folder).answers == read_side(folder / "records.jsonl").answers


def with_facts(records, **facts):
    known = {"profile": "edge", "seed": 3, "version": "0.1.0", **facts}
    return [replace(one, model="scripted:a" if one.answer else None, **known) for one in records]


def test_what_a_run_is_stands_in_its_records(tmp_path):
    # the failed answer among them names no model
    side = read_side(write_run(tmp_path / "a", with_facts(first_run(), assisted=True)))
    assert side.run == RunFacts("edge", "scripted:a", 3, "0.1.0", assisted=True)


@pytest.mark.parametrize("other", [{"seed": 4}, {"profile": "paper"}, {"model": "scripted:b"}, {"assisted": True}])
def test_records_of_several_runs_are_no_side(tmp_path, other):
    first, *more = with_facts(first_run())
    run = write_run(tmp_path / "a", [replace(first, **other), *more])
    with pytest.raises(EvaluationError, match="holds the records of several runs"):
        read_side(run)


KNOWLEDGE = "knowledge that describes the test's own defects"


@pytest.mark.parametrize(
    ("assisted_a", "assisted_b", "remark"),
    [
        (False, False, ""),
        (True, True, f"Both are assisted: they had {KNOWLEDGE}."),
        (True, False, f"Only A is assisted: it had {KNOWLEDGE}. B had none, so the difference is not between equals."),
        (False, True, f"Only B is assisted: it had {KNOWLEDGE}. A had none, so the difference is not between equals."),
    ],
)
def test_one_assisted_side_is_remarked_everywhere(tmp_path, assisted_a, assisted_b, remark):
    a = write_run(tmp_path / "a", with_facts(first_run(), assisted=assisted_a))
    b = write_run(tmp_path / "b", with_facts(second_run(), assisted=assisted_b))
    scores = compare(read_side(a), read_side(b))
    assert assisted_remark(scores) == remark
    told = as_json(scores)
    assert told["remark"] == (remark or None)
    facts = {"profile": "edge", "model": "scripted:a", "seed": 3, "version": "0.1.0"}
    assert (told["run_a"], told["run_b"]) == ({**facts, "assisted": assisted_a}, {**facts, "assisted": assisted_b})
    write_scores(scores, tmp_path / "out")
    page = (tmp_path / "out" / "compare.md").read_text(encoding="utf-8")
    assert (f"**{remark}**" in page) is bool(remark)
    said = "assisted" if assisted_b else "not assisted"
    assert f"- B: {b} (profile edge, model scripted:a, seed 3, version 0.1.0, {said})" in page


def test_what_another_system_knew_is_not_claimed(tmp_path):
    a = write_run(tmp_path / "a", with_facts(first_run(), assisted=True))
    theirs = write_csv(tmp_path / "b.csv", "image,question_index,model_answer", "one/cap/1.png,0,A")
    scores = compare(read_side(theirs), read_side(a))
    assert assisted_remark(scores) == f"B is assisted: it had {KNOWLEDGE}. Whether A had any is not known."
    assert as_json(scores)["run_a"] is None


def test_raw_text_of_another_system_is_read_by_the_options_of_the_run(runs, tmp_path):
    theirs = write_csv(
        tmp_path / "theirs.csv",
        "image,question_index,raw_output",
        "one/cap/1.png,0,Answer: A.",
        "one/cap/1.png,1,It is long. B. A scratch",
        'one/cap/2.png,0,"<think>B?</think>A. A dent"',
        "two/lid/3.png,0,A scratch is visible",
    )
    scores = compare(read_side(runs[0]), read_side(theirs))
    assert {(c.image, c.question_index, c.answer_b) for c in scores.changed} == {
        ("one/cap/1.png", 1, None),
        ("one/cap/2.png", 0, "A"),
        ("two/lid/3.png", 0, None),
    }
    assert scores.not_answered_b == {"unread": 2}


def test_the_letter_of_another_system_wins_over_its_raw_text(runs, tmp_path):
    theirs = write_csv(
        tmp_path / "theirs.csv",
        "image,question_index,model_answer,raw_output",
        "one/cap/1.png,0,B,Answer: A",
        "one/cap/1.png,1,,Answer: B",
        "one/cap/2.png,0,E,Answer: A",
    )
    scores = compare(read_side(theirs), read_side(runs[0]))
    assert {(c.image, c.question_index, c.answer_a) for c in scores.changed} == {("one/cap/1.png", 0, "B")}
    assert scores.not_answered_a == {"unread": 1}


def test_two_csvs_are_judged_by_their_own_column(tmp_path):
    header = "image,question_index,question_type,correct_answer,model_answer"
    a = write_csv(tmp_path / "a.csv", header, "x/1.png,0,Defect Analysis,A,A", "x/2.png,0,Anything,B,A")
    b = write_csv(tmp_path / "b.csv", "image,question_index,model_answer", "x/1.png,0,B", "x/2.png,0,B")
    scores = compare(read_side(a), read_side(b))
    assert (scores.overall.accuracy_a, scores.overall.accuracy_b) == (50.0, 50.0)
    assert [group.subtask for group in scores.groups] == [Subtask.ANALYSIS]
    assert scores.without_subtask == 1
    assert "The subtask of 1 question is not known." in list(coverage_lines(scores))


def test_two_csvs_without_what_is_correct_are_refused(tmp_path):
    a = write_csv(tmp_path / "a.csv", "image,question_index,model_answer", "x/1.png,0,B")
    with pytest.raises(EvaluationError, match="Neither says what is correct for x/1.png, question 0.*correct_answer"):
        compare(read_side(a), read_side(a))


def test_raw_text_without_options_is_refused(tmp_path):
    a = write_csv(tmp_path / "a.csv", "image,question_index,correct_answer,raw_output", "x/1.png,0,B,Answer: B")
    with pytest.raises(EvaluationError, match="a.csv has only raw text for x/1.png, question 0.*model_answer"):
        compare(read_side(a), read_side(a))


def test_sides_that_disagree_on_what_is_correct_are_refused(runs, tmp_path):
    other = write_run(tmp_path / "c", [replace(first_run()[0], correct="B")])
    with pytest.raises(EvaluationError, match="disagree on what is correct for one/cap/1.png, question 0: A in .*, B"):
        compare(read_side(runs[0]), read_side(other))


def test_sides_without_a_common_question_are_refused(runs, tmp_path):
    other = write_run(tmp_path / "c", [record("else/cap/1.png", 0, "A")])
    with pytest.raises(EvaluationError, match="No question is answered by both: .* has 5, .* 1"):
        compare(read_side(runs[0]), read_side(other))


def test_a_question_with_two_answers_is_refused(tmp_path):
    run = write_run(tmp_path / "c", [first_run()[0], first_run()[0]])
    with pytest.raises(EvaluationError, match="two answers to one/cap/1.png, question 0"):
        read_side(run)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"image,model_answer\nx/1.png,A\n", "lacks the column question_index.*names: image, model_answer"),
        (b"image,question_index\nx/1.png,0\n", "lacks the column model_answer or raw_output"),
        (b"", "lacks the column image, and question_index, and model_answer or raw_output.*names: none"),
        (b"image,question_index,model_answer\nx/1.png,one,A\n", "line 2 names no question.*'one'"),
        (b"image,question_index,model_answer\nx/1.png,-1,A\n", "line 2 names no question.*'-1'"),
        (b"image,question_index,model_answer\n,0,A\n", "line 2 names no question"),
        (b"image,question_index,model_answer\nx/1.png\n", "line 2 names no question"),
        (b"\xff\xfe\x00\x00", "cannot be read as a CSV in UTF-8"),
        (b"image,question_index,model_answer\nx/1.png,0," + b"A" * 200_000, "cannot be read as a CSV in UTF-8"),
    ],
)
def test_a_csv_that_is_none_is_refused_in_one_line(content, told, tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=told) as raised:
        read_side(path)
    assert "\n" not in str(raised.value)


def test_a_csv_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("image,question_index,model_answer\r\nx/1.png,0,A\r\n", encoding="utf-8-sig", newline="")
    assert [answer.letter for answer in read_foreign_answers(path)] == ["A"]


def test_a_path_without_anything_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="No run and no CSV is at"):
        read_side(tmp_path / "nothing")
    with pytest.raises(EvaluationError, match="echo-iad evaluate mmad"):
        read_side(tmp_path)


ANSWERS = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from("ABCx"), st.sampled_from("ABCx")), min_size=1, max_size=30
)


@given(ANSWERS)
def test_swapping_the_sides_mirrors_everything(rows):
    def side(name, place):
        answers = {
            (f"x/{n // 3}.png", n % 3): SideAnswer(
                None if row[place] == "x" else row[place],
                why_not="failed" if row[place] == "x" else "",
                correct=row[0],
                subtask=list(Subtask)[n % 2],
            )
            for n, row in enumerate(rows)
        }
        return Side(name, None, answers)

    a, b = side("a", 1), side("b", 2)
    there, back = compare(a, b, resamples=20), compare(b, a, resamples=20)
    for one, other in zip((there.overall, *there.groups), (back.overall, *back.groups), strict=True):
        assert (one.accuracy_a, one.accuracy_b) == (other.accuracy_b, other.accuracy_a)
        assert one.difference.difference == pytest.approx(-other.difference.difference)
        assert one.difference.difference == pytest.approx(one.accuracy_a - one.accuracy_b)
        assert (one.mcnemar.only_a, one.mcnemar.only_b) == (other.mcnemar.only_b, other.mcnemar.only_a)
        assert one.mcnemar.p_value == other.mcnemar.p_value
    assert len(there.changed) == there.overall.mcnemar.only_a + there.overall.mcnemar.only_b
    assert [c.image for c in there.changed] == [c.image for c in back.changed]


def test_the_files_hold_every_changed_question(runs, tmp_path):
    scores = compare(*map(read_side, runs))
    write_scores(scores, tmp_path / "out")
    read = json.loads((tmp_path / "out" / "compare.json").read_text(encoding="utf-8"))
    assert read == json.loads(json.dumps(as_json(scores)))
    assert read["overall"]["difference"] == 25.0
    assert [one["image"] for one in read["changed"]] == ["one/cap/1.png", "one/cap/2.png", "two/lid/3.png"]
    page = (tmp_path / "out" / "compare.md").read_text(encoding="utf-8")
    assert "| one/cap/2.png | 0 | classification | – | A | A |" in page
    assert mcnemar_sentence(scores.overall) in page
    assert "Not compared: 1 held by A alone, 1 by B alone." in page


def test_the_same_runs_give_the_same_bytes(runs, tmp_path):
    for name in ("first", "second"):
        write_scores(compare(*map(read_side, runs)), tmp_path / name)
    for file in ("compare.json", "compare.md"):
        assert Path(tmp_path / "first" / file).read_bytes() == Path(tmp_path / "second" / file).read_bytes()


def test_a_folder_that_cannot_be_written_is_refused(runs, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EvaluationError, match="--out"):
        write_scores(compare(*map(read_side, runs)), tmp_path / "file")
