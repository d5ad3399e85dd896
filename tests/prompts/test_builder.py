"""What is shown in which order, what is told and what is not; the whole prompts are snapshots in ``prompts.txt``."""

import os
from pathlib import Path

import pytest

from echo_iad.domain.messages import PicturePart, Role, pictures_of
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.evaluation.answers.forms import STATEMENT
from echo_iad.prompts.builder import PromptStyle, build_messages

SNAPSHOT = Path(__file__).with_name("prompts.txt")
QUESTIONS = {
    QuestionType.DISCRIMINATION: Question("Is there any defect?", {"A": "Yes.", "B": "No."}),
    QuestionType.CLASSIFICATION: Question("What type of defect is it?", {"A": "Dent.", "B": "Stain.", "C": "Hole."}),
    QuestionType.LOCALIZATION: Question("Where is the defect?", {"A": "Upper left.", "B": "Lower right."}),
    QuestionType.DESCRIPTION: Question("What does the defect look like?", {"A": "Dark.", "B": "Bright."}),
    QuestionType.ANALYSIS: Question("What does the defect do?", {"A": "It leaks.", "B": "Nothing."}),
    QuestionType.OTHER: Question("What is this?", {"A": "A bracket.", "B": "A bolt."}),
}
FOUND = {
    QuestionType.DISCRIMINATION: {"anomalous": True},
    QuestionType.CLASSIFICATION: {"anomalous": True, "knowledge": True},
    QuestionType.LOCALIZATION: {"anomalous": True, "shots": 2},
    QuestionType.DESCRIPTION: {"anomalous": True, "knowledge": True, "reasoning": True},
    QuestionType.ANALYSIS: {"shots": 0, "reasoning": True},
    QuestionType.OTHER: {"shots": 0},
}

DENIAL = Question(STATEMENT, {"A": "True", "B": "False"})


def build(evidence, question=QUESTIONS[QuestionType.DISCRIMINATION], **style):
    return build_messages(question, evidence, evidence.exhibits, PromptStyle(**style))


def written(messages):
    """A conversation as text, with its pictures by their labels."""
    lines = []
    for message in messages:
        lines.append(f"[{message.role}]")
        lines += [f"<{part.label}>" if isinstance(part, PicturePart) else part.text for part in message.parts]
    return "\n".join(lines)


def test_every_prompt_is_as_in_the_snapshot(scene):
    asked = [(f"{kind}, options", kind, question) for kind, question in QUESTIONS.items()]
    asked += [(f"{kind}, open", kind, Question(question.text)) for kind, question in QUESTIONS.items()]
    asked.append(("discrimination, statement", QuestionType.DISCRIMINATION, DENIAL))
    pieces = [f"=== {title} ===\n{written(build(scene(**FOUND[kind]), question))}\n" for title, kind, question in asked]
    text = "\n".join(pieces)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.parametrize("shots", [0, 1, 3])
def test_references_come_before_the_query_and_in_their_order(scene, shots):
    shown = pictures_of(build(scene(shots=shots)))
    assert [round(part.pixels.mean(), -1) for part in shown] == [*(10 * n for n in range(1, shots + 1)), 200]
    assert shown[-1].label == "query"
    assert (shown[-1].path, shown[-1].sha256) == ("new/7.jpg", "ab" * 32)


def test_the_question_is_the_last_thing_said(scene):
    last = build(scene(knowledge=True, anomalous=True))[-1].parts[-1].text
    assert last.index("guide.md") < last.index("Question: Is there any defect?") < last.index("B. No.")


def test_a_comparison_within_the_tolerance_is_silent_unless_wanted(scene):
    silent = written(build(scene(anomalous=False)))
    assert silent == written(build(scene()))
    told = written(build(scene(anomalous=False), tell_within_tolerance=True))
    assert "nothing beyond what is tolerated" in told


def test_reasoning_about_a_silent_comparison_keeps_its_steps_alone(scene):
    assert "The rim is dented." in written(build(scene(anomalous=True, reasoning=True)))
    silent = written(build(scene(anomalous=False, reasoning=True)))
    assert "1. What differs" in silent
    assert "The rim is dented." not in silent


def test_questions_about_one_part_share_all_but_the_last_piece(scene):
    one, other = (build(scene(), QUESTIONS[kind]) for kind in (QuestionType.DISCRIMINATION, QuestionType.OTHER))
    assert one[0] == other[0]
    assert [part.text for part in one[1].parts[:-1] if not isinstance(part, PicturePart)] == [
        part.text for part in other[1].parts[:-1] if not isinstance(part, PicturePart)
    ]


def test_no_picture_is_larger_than_wanted_or_squeezed(scene):
    assert {part.pixels.shape for part in pictures_of(build(scene(shots=2), max_side=30))} == {(20, 30, 3)}


def test_what_a_question_says_is_text_and_no_template(scene):
    question = Question("Is {{ object }} {% raw %} good?", {"A": "{{ 7 * 7 }}", "B": "<b>No</b>"})
    last = build(scene(), question)[-1].parts[-1].text
    assert "Is {{ object }} {% raw %} good?" in last
    assert "A. {{ 7 * 7 }}\nB. <b>No</b>" in last


def test_the_system_speaks_first_and_shows_nothing(scene):
    system, user = build(scene())
    assert (system.role, user.role) == (Role.SYSTEM, Role.USER)
    assert not system.pictures
