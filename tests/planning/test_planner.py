"""The plan table of DESIGN, section 5, as the shipped profile holds it."""

from __future__ import annotations

import pytest

from echo_iad.domain.questions import Expert, Plan, Question, QuestionType
from echo_iad.errors import ProfileError
from echo_iad.planning.planner import make_plan
from echo_iad.settings import load_profile

REFERENCES, COMPARATOR = Expert.REFERENCE_EXTRACTOR, Expert.VISUAL_COMPARATOR
KNOWLEDGE, REASONING, DECISION = Expert.KNOWLEDGE_GUIDE, Expert.REASONING_EXPERT, Expert.DECISION_MAKER
EVERYONE = (REFERENCES, COMPARATOR, KNOWLEDGE, REASONING, DECISION)
EDGE = load_profile("edge").plans()


@pytest.mark.parametrize(
    ("text", "experts"),
    [
        ("Any scratches?", (REFERENCES, COMPARATOR, DECISION)),
        ("Which kind of defect is it?", (REFERENCES, COMPARATOR, KNOWLEDGE, DECISION)),
        ("Where exactly?", (REFERENCES, COMPARATOR, DECISION)),
        ("What does the dent look like?", EVERYONE),
        ("Why does the dent matter?", EVERYONE),
        ("What is this product used for?", (KNOWLEDGE, REFERENCES, DECISION)),
    ],
)
def test_each_type_calls_the_experts_of_the_design(text, experts):
    assert make_plan(Question(text), EDGE).experts == experts


def test_the_plan_says_its_question_type():
    assert make_plan(Question("Where is the dent?"), EDGE).question_type is QuestionType.LOCALIZATION


def test_experts_are_left_out_on_request_and_the_order_stays():
    plan = make_plan(Question("Why does it matter?"), EDGE, without={COMPARATOR, REASONING})
    assert plan.experts == (REFERENCES, KNOWLEDGE, DECISION)


def test_leaving_out_someone_who_was_not_called_changes_nothing():
    assert make_plan(Question("Any scratches?"), EDGE, without=[KNOWLEDGE]) == EDGE[QuestionType.DISCRIMINATION]


def test_no_plan_goes_without_the_decision_maker():
    with pytest.raises(ProfileError, match="decision_maker"):
        make_plan(Question("Any scratches?"), EDGE, without=[DECISION])


def test_a_table_without_the_type_is_a_fault_that_names_it():
    table = {QuestionType.OTHER: Plan(QuestionType.OTHER, (DECISION,))}
    with pytest.raises(ProfileError, match=r"no plan for localization questions\. It has: other"):
        make_plan(Question("Where is the dent?"), table)


def test_the_options_take_part_in_the_plan():
    places = {"A": "Upper left", "B": "Lower right"}
    assert make_plan(Question("Choose one.", places), EDGE).question_type is QuestionType.LOCALIZATION
