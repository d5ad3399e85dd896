from __future__ import annotations

from dataclasses import replace

import pytest

from echo_iad.domain.decisions import Decision, Status
from echo_iad.reports import words


def test_labelled_defects_are_told_of_a_defect_alone(inspection, good):
    assert words.labelled(inspection) == "most like the labelled 'stain' (probability 75%, 1 of the 1 nearest)"
    assert words.labelled(good) == ""
    assert words.labelled(replace(inspection, defect_vote=None)) == ""


def test_a_region_says_where_it_is_and_how_it_differs(comparison):
    region = comparison.regions[0]
    assert words.place(region) == "upper right, near the rim"
    assert words.place(replace(region, part_position="")) == "upper right"
    assert words.change(region) == "darker, rougher (dark brown instead of blue)"
    assert words.change(replace(region, change=replace(region.change, words=()))) == "dark brown instead of blue"
    assert words.change(replace(region, change=replace(region.change, colour="blue"))) == "darker, rougher"
    assert words.change(replace(region, change=None)) == ""


def test_a_score_is_told_against_its_threshold(comparison, good):
    assert words.score_sentence(comparison) == "5.00, 150 % above the threshold 2.00"
    assert words.score_sentence(good.comparison) == "1.20, 40 % below the threshold 2.00"
    assert words.times(comparison) == "2.50 ×"
    assert words.p_value_sentence(comparison).startswith("0.04: 4 % of good parts")


def test_a_part_whose_outline_was_not_found_is_said_to_be_compared_whole(inspection):
    def of(found):
        return words.reason(replace(inspection, comparison=replace(inspection.comparison, outline_found=found)))

    assert of(None) == of(True) == words.reason(inspection)
    assert of(False) == f"{of(True)} Its outline was not found, so the whole picture was compared.".strip()


def test_every_kind_of_answer_has_words(inspection, failed, unsure):
    assert words.answer(inspection) == "B: Stain"
    assert words.answer(failed) == "No answer: the inspection failed"
    assert words.answer(unsure) == "Not sure"
    spoken = Decision(Status.ANSWERED, "B", "Stain")
    assert words.answer(replace(inspection, decision=spoken)) == "B: Stain"
    explained = Decision(Status.ANSWERED, "B", "It is brown.")
    assert words.answer(replace(inspection, decision=explained)) == "B: Stain. It is brown."
    opened = Decision(Status.ANSWERED, None, "There is a stain.")
    assert words.answer(replace(inspection, decision=opened, options={})) == "There is a stain."


def test_experts_with_the_same_lack_are_told_together(inspection):
    lacks = {"reference_extractor": "Unknown.", "knowledge_guide": "Empty.", "visual_comparator": "Unknown."}
    told = words.missing(replace(inspection, missing=lacks))
    assert told == ["reference extractor and visual comparator: Unknown.", "knowledge guide: Empty."]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("", ""),
        ("embedding", ""),
        ("model openai:m, approved by Ada", "Chosen by model openai:m, approved by Ada."),
        ("embedding, because the model failed: gone", "Chosen by embedding, because the model failed: gone."),
    ],
)
def test_who_chose_the_knowledge_is_said_where_a_model_was_to(inspection, by, said):
    assert words.chosen_by(replace(inspection, knowledge_by=by)) == said


def test_a_reason_is_not_said_twice(inspection):
    decision = Decision(Status.ANSWERED, None, "No. The score is low.", reason="The score is low.")
    assert words.reason(replace(inspection, decision=decision)) == ""
    assert words.reason(inspection) == "The region is dark brown."
