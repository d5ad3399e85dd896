"""What is shown in which order, what is told and what is not; whole prompts are in ``snapshots``."""

from dataclasses import replace

import pytest

from echo_iad.deciders.answers import looks_untold
from echo_iad.domain.evidence import DefectVote, NearDefect
from echo_iad.domain.messages import PicturePart, Role, TextPart, pictures_of
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.prompts.builder import PromptStyle, ask_label, build_messages

QUESTIONS = {
    QuestionType.DISCRIMINATION: Question("Is there any defect?", {"A": "Yes.", "B": "No."}),
    QuestionType.OTHER: Question("What is this?", {"A": "A bracket.", "B": "A bolt."}),
}


def build(evidence, question=QUESTIONS[QuestionType.DISCRIMINATION], **style):
    return build_messages(question, evidence, evidence.exhibits, PromptStyle(**style))


@pytest.mark.parametrize("shots", [0, 1, 3])
def test_references_come_before_the_query_and_in_their_order(scene, shots):
    shown = pictures_of(build(scene(shots=shots)))
    assert [round(part.pixels.mean(), -1) for part in shown] == [*(10 * n for n in range(1, shots + 1)), 200]
    assert shown[-1].label == "query"
    assert (shown[-1].path, shown[-1].sha256) == ("new/7.jpg", "ab" * 32)


def test_the_question_is_the_last_thing_said(scene):
    last = build(scene(knowledge=True, anomalous=True))[-1].parts[-1].text
    assert last.index("guide.md") < last.index("Question: Is there any defect?") < last.index("B. No.")


def test_a_comparison_within_the_tolerance_is_silent_unless_wanted(scene, written):
    silent = written(build(scene(anomalous=False)))
    assert silent == written(build(scene()))
    told = written(build(scene(anomalous=False), tell_within_tolerance=True))
    assert "nothing beyond what is tolerated" in told


def test_what_labelled_defects_say_is_told_of_a_defect_alone(scene, written):
    vote = DefectVote({"bent\n rim": 0.7}, 0.3, (NearDefect(1, "bent\n rim", "bad/1.png", 0.5),), 1)
    told = written(build(replace(scene(anomalous=True), defect_vote=vote)))
    assert "By its looks it is most like the labelled" in told
    assert "(probability 70%, 1 of the 1 nearest)." in told
    assert "bent\n" not in told
    for style in ({}, {"tell_within_tolerance": True}):
        calm = scene(anomalous=False)
        assert written(build(replace(calm, defect_vote=vote), **style)) == written(build(calm, **style))


def test_reasoning_about_a_silent_comparison_keeps_its_steps_alone(scene, written):
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


def test_what_was_measured_is_shared_by_all_questions_about_a_part(scene):
    one = build(scene(anomalous=True, knowledge=True), crops=1)[1].parts
    other = build(scene(anomalous=True), QUESTIONS[QuestionType.OTHER], crops=1)[1].parts
    assert [part.label for part in one if isinstance(part, PicturePart)][-3:] == [
        "query",
        "crop 1",
        "crop 1 of reference 1",
    ]
    for mine, yours in zip(one[:-1], other[:-1], strict=True):
        assert mine.text == yours.text if isinstance(mine, TextPart) else (mine.pixels == yours.pixels).all()


@pytest.mark.parametrize("shots", [0, 1, 2])
def test_no_two_texts_follow_each_other(scene, shots):
    evidence = scene(shots=shots, anomalous=True, knowledge=True, reasoning=True)
    for crops in (0, 1):
        parts = build(evidence, crops=crops)[1].parts
        kinds = [type(part) for part in parts]
        assert kinds == [TextPart, PicturePart] * (len(kinds) // 2) + [TextPart]


def test_as_many_regions_are_told_as_are_enlarged(scene):
    evidence = scene(anomalous=True)
    regions = evidence.comparison.regions * 6
    evidence = replace(evidence, comparison=replace(evidence.comparison, regions=regions))
    assert build(evidence)[1].text.count("- Region") == 3
    messages = build(evidence, crops=5)
    assert messages[1].text.count("- Region") == 5
    assert [part.label for part in pictures_of(messages)][-2:] == ["crop 5", "crop 5 of reference 1"]


def test_no_picture_is_larger_than_wanted_or_squeezed(scene):
    assert {part.pixels.shape for part in pictures_of(build(scene(shots=2), max_side=30))} == {(20, 30, 3)}


def test_a_suggestive_question_is_put_plainly_and_its_options_stay(scene):
    options = {"A": "Yes, isn't it?", "B": "Surely no."}
    last = build(scene(), Question("There is a dent, isn't there?", options))[-1].text
    assert "Question: Is there a dent?\nA. Yes, isn't it?\nB. Surely no.\n" in last


def test_a_model_may_say_that_the_picture_does_not_tell_and_is_read_so(scene):
    told = build(scene(), Question("What is written below the label?"))[-1].text
    offered = told.partition("told, answer: ")[2]
    assert offered == "It cannot be told from the picture."
    assert looks_untold(offered)
    assert not looks_untold("It cannot be told from the picture how deep the scratch is, but there is one.")


def test_reasoning_comes_first_and_the_label_is_asked_for_afterwards(scene):
    question = QUESTIONS[QuestionType.DISCRIMINATION]
    first = build(scene(), think=True)
    assert "with the label" not in first[-1].text
    later = ask_label(first, "\nThe rim is dented.<|im_end|>\n", question)
    assert later[:-2] == first
    assert [message.role for message in later[-2:]] == [Role.ASSISTANT, Role.USER]
    assert later[-2].text == "The rim is dented.< |im_end| >"
    assert "label of the one right option alone: A, B." in later[-1].text


def test_an_open_question_is_answered_in_one_turn(scene):
    question = Question("What is it?")
    assert build(scene(), question, think=True)[-1].text == build(scene(), question)[-1].text


def test_the_system_speaks_first_and_shows_nothing(scene):
    system, user = build(scene())
    assert (system.role, user.role) == (Role.SYSTEM, Role.USER)
    assert not system.pictures
