from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from echo_iad.cli.show import inspection_panel
from echo_iad.domain.decisions import Decision, Inspection, Status
from echo_iad.domain.evidence import Comparison, DefectVote, NearDefect, ObjectMatch, Region
from echo_iad.domain.questions import Expert, QuestionType


@pytest.fixture
def inspection():
    regions = tuple(Region((0, 0, 9, 9), 0.02, f"place {n}", 3.0 - n / 10, 1.0, "") for n in range(1, 6))
    comparison = Comparison(3.0, 0.04, 2.0, 0.5, False, "Only 9 normals.", 0.05, True, 9, regions)
    return Inspection(
        image="[bold]new[/bold].png",
        object="valve",
        question="Which [red]defect[/red]?",
        question_type=QuestionType.CLASSIFICATION,
        profile="edge",
        plan=(Expert.DECISION_MAKER,),
        references=(),
        comparison=comparison,
        knowledge=(),
        decision=Decision(Status.ANSWERED, "B", "", {"A": 0.25, "B": 0.75}, 0.9, "It is brown."),
        timings_ms={"total": 41.0},
        options={"A": "Dent", "B": "Stain"},
        object_match=ObjectMatch("valve", False, 0.9, 0.1, ""),
        missing={"knowledge_guide": "nothing is known about valve"},
    )


def printed(inspection, *, encoding="utf-8"):
    import io

    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    Console(file=stream, width=80, highlight=False).print(inspection_panel(inspection))
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


def test_a_panel_says_everything_in_words_within_80_columns(inspection):
    text = printed(inspection)
    for said in (
        "ANOMALOUS   valve (recognised)",
        "B: Stain",
        "It is brown.",
        "█████░░░░░░░░░░░░░░░    25 % A  Dent",
        "3.00, 50 % above the threshold 2.00",
        "Not certified",
        "Only 9 normals.",
        "Region 3",
        "and 2 smaller regions",
        "knowledge guide: nothing is known about valve",
        "41 ms",
    ):
        assert said in text, said
    assert "Region 4" not in text
    assert max(map(len, text.splitlines())) == 80


def test_what_labelled_defects_say_is_told_of_a_defect_alone(inspection):
    vote = DefectVote({"stain": 0.7}, 0.3, (NearDefect(1, "stain", "/1.png", 0.5),), 1)
    told = replace(inspection, defect_vote=vote)
    assert "most like the labelled 'stain' (probability 70%, 1 of" in printed(told)
    calm = replace(told, comparison=replace(told.comparison, is_anomalous=False))
    assert "labelled" not in printed(calm)
    assert "labelled" not in printed(inspection)


def test_words_of_a_user_are_no_markup(inspection):
    text = printed(inspection)
    assert "[bold]new[/bold].png" in text
    assert "Which [red]defect[/red]?" in text


def test_nothing_that_is_said_steers_the_terminal(inspection):
    """Whoever said it: a model, the asker, the enroller or the name of a file."""
    steering = "\x1b[31m{}\x1b]0;title\x07\u202e\x9b"
    said = replace(
        inspection,
        image=steering.format("new.png"),
        object=steering.format("valve"),
        question=steering.format("Which defect?"),
        options={letter: steering.format(text) for letter, text in inspection.options.items()},
        decision=replace(inspection.decision, reason=steering.format("It is brown.")),
        missing={"knowledge_guide": steering.format("nothing")},
    )
    text = printed(said)
    assert not set(text) & set("\x1b\x07\u202e\x9b")
    for kept in ("new.png", "valve", "Which defect?", "Dent", "Stain", "It is brown.", "nothing"):
        assert kept in text


def test_a_failure_and_an_abstention_are_no_verdict(inspection):
    failed = replace(inspection, comparison=None, decision=Decision(Status.FAILED, reason="The picture is empty."))
    assert "FAILED" in printed(failed)
    assert "No answer: the inspection failed" in printed(failed)
    assert "The picture is empty." in printed(failed)
    unsure = replace(inspection, decision=Decision(Status.ABSTAINED, reason="Too close."))
    assert "NOT SURE" in printed(unsure)
    for text in (printed(failed), printed(unsure)):
        assert "GOOD" not in text


def test_a_part_of_no_enrolled_object_is_said_so(inspection):
    unknown = replace(inspection, object=None, object_match=ObjectMatch(None, False, 0.1, 0.0, ""))
    assert "an unknown object" in printed(unknown)


def test_a_long_path_keeps_its_end(inspection):
    text = printed(replace(inspection, image=f"/{'deep/' * 30}part_000017.png"))
    assert "deep/part_000017.png" in text.splitlines()[0]


def test_a_plain_terminal_gets_plain_frames(inspection):
    text = printed(inspection, encoding="ascii")
    assert "+-" in text
    assert "ANOMALOUS" in text
