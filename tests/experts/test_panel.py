from dataclasses import replace

import numpy as np
import pytest

from echo_iad.comparison.comparator import Tolerance
from echo_iad.domain.evidence import KnowledgePassage, ObjectMatch, Reference
from echo_iad.domain.parts import ImageEncoding, Picture
from echo_iad.domain.questions import Expert, Plan, Question, QuestionType
from echo_iad.experts.panel import Case, Panel, Timings
from echo_iad.experts.relevance_by_model import Guidance

GEAR = ObjectMatch("gear", named_by_user=False, similarity=0.9, margin=0.5, reason="Near.")
NOBODY = ObjectMatch(None, named_by_user=False, similarity=0.1, margin=0.0, reason="Unlike every enrolled object.")
REFERENCE = Reference(7, "/parts/gear/7.png", 0.9)
PASSAGE = KnowledgePassage("A crack is a thin dark line.", "gear.md", "crack")
ALL = tuple(Expert)


class Scripted:
    """Every expert at once; writes down who was asked for what."""

    def __init__(self, references=(REFERENCE,), comparison="compared", knowledge=(PASSAGE,)):
        self.found = references, comparison, knowledge
        self.calls = []

    def extract(self, vector, object, *, key):
        self.calls.append(("extract", object, key))
        return self.found[0]

    def pictures(self, references):
        return [f"preview {reference.id}" for reference in references]

    def originals(self, references, side):
        self.calls.append(("originals", side))
        return tuple(f"original {reference.id}" for reference in references)

    def compare(self, picture, levels, object, pictures, tolerance, *, looks):
        self.calls.append(("compare", object, tuple(pictures), tolerance.false_alarm_rate))
        self.looks = looks
        return self.found[1]

    def vote(self, picture, encoding, object, comparison):
        self.calls.append(("vote", object, comparison))
        return "vote"

    def everything(self, object):
        self.calls.append(("everything", object))
        return self.found[2]

    def guide(self, sought, comparison, *, may_ask):
        self.calls.append(("guide", sought.question.text, sought.question_type, comparison))
        self.asks = may_ask
        return Guidance(sought.knowledge[:1], "embedding")


@pytest.fixture
def table():
    """Answers of the experts -> the panel, and what they were asked."""

    def make(**found):
        scripted = Scripted(**found)
        return Panel(scripted, scripted, scripted, scripted), scripted

    return make


def case_of(*experts):
    return Case(
        Picture(np.zeros((4, 4, 3), np.uint8), 4, 4, "drawn", "abc"),
        ImageEncoding(np.array([1.0], np.float32)),
        Question("Where is the crack?"),
        Plan(QuestionType.LOCALIZATION, (*experts, Expert.DECISION_MAKER)),
        Tolerance(0.07),
    )


def consult(panel, case, match=GEAR):
    return panel.consult(case, match, Timings())


def test_only_the_experts_of_the_plan_are_called(table):
    panel, asked = table()
    evidence = consult(panel, case_of(Expert.REFERENCE_EXTRACTOR))
    assert asked.calls == [("extract", "gear", "abc")]
    assert (evidence.references, evidence.comparison, evidence.knowledge) == ((REFERENCE,), None, ())
    assert evidence.missing == {}
    assert evidence.object == GEAR


def test_each_expert_sees_what_those_before_it_found(table):
    panel, asked = table()
    experts = (Expert.REFERENCE_EXTRACTOR, Expert.VISUAL_COMPARATOR, Expert.KNOWLEDGE_GUIDE)
    evidence = consult(panel, case_of(*experts))
    assert asked.calls == [
        ("extract", "gear", "abc"),
        ("compare", "gear", ("preview 7",), 0.07),
        ("vote", "gear", "compared"),
        ("everything", "gear"),
        ("guide", "Where is the crack?", QuestionType.LOCALIZATION, "compared"),
    ]
    assert (evidence.comparison, evidence.knowledge, evidence.object_knowledge) == ("compared", (PASSAGE,), (PASSAGE,))
    assert evidence.knowledge_by == "embedding"
    assert evidence.defect_vote == "vote"


def test_the_plan_sets_the_order(table):
    panel, asked = table()
    consult(panel, case_of(Expert.KNOWLEDGE_GUIDE, Expert.VISUAL_COMPARATOR, Expert.REFERENCE_EXTRACTOR))
    assert [call[0] for call in asked.calls] == ["everything", "guide", "compare", "vote", "extract"]
    assert asked.calls[1][3] is None
    assert asked.calls[2][2] == ()


def test_what_cannot_be_served_is_missing_with_its_reason_and_the_others_go_on(table):
    panel, _ = table(references=(), comparison=None)
    experts = (Expert.REFERENCE_EXTRACTOR, Expert.VISUAL_COMPARATOR, Expert.KNOWLEDGE_GUIDE)
    evidence = consult(panel, case_of(*experts))
    assert set(evidence.missing) == {"reference_extractor", "visual_comparator"}
    assert all("gear" in why for why in evidence.missing.values())
    assert evidence.comparison is None
    assert evidence.knowledge == (PASSAGE,)


@pytest.mark.parametrize("may_ask", [True, False])
def test_whether_a_model_may_be_asked_is_passed_on(table, may_ask):
    panel, asked = table()
    consult(panel, replace(case_of(Expert.KNOWLEDGE_GUIDE), may_ask=may_ask))
    assert asked.asks is may_ask


def test_no_knowledge_is_missing_and_nothing_is_chosen_from_it(table):
    panel, asked = table(knowledge=())
    evidence = consult(panel, case_of(Expert.KNOWLEDGE_GUIDE))
    assert set(evidence.missing) == {"knowledge_guide"}
    assert [call[0] for call in asked.calls] == ["everything"]


def test_an_unknown_part_is_compared_with_nothing(table):
    panel, asked = table()
    experts = (Expert.REFERENCE_EXTRACTOR, Expert.VISUAL_COMPARATOR, Expert.KNOWLEDGE_GUIDE)
    evidence = consult(panel, case_of(*experts), NOBODY)
    assert asked.calls == []
    assert set(evidence.missing) == {str(expert) for expert in experts}
    assert set(evidence.missing.values()) == {NOBODY.reason}


def test_the_decision_maker_gets_the_evidence(table):
    panel, _ = table()
    case = case_of(Expert.REFERENCE_EXTRACTOR)
    evidence = consult(panel, case)
    laid_out = panel.laid_out(case, evidence, 0)
    assert (laid_out.question, laid_out.question_type) == (case.question, QuestionType.LOCALIZATION)
    assert laid_out.evidence is evidence


def test_a_decision_maker_that_looks_gets_the_references_own_files(table):
    panel, asked = table()
    case = case_of(Expert.REFERENCE_EXTRACTOR, Expert.VISUAL_COMPARATOR)
    evidence = consult(panel, case)
    assert evidence.exhibits.originals == ()
    seen = panel.laid_out(case, evidence, 640).evidence
    *_, (_, side) = asked.calls
    assert (side, seen.exhibits.originals, seen.exhibits.references) == (640, ("original 7",), ("preview 7",))
    assert ("compare", "gear", ("preview 7",), 0.07) in asked.calls


def test_without_references_or_a_look_no_file_is_read(table):
    panel, asked = table()
    for experts, side in (((Expert.REFERENCE_EXTRACTOR,), 0), ((Expert.KNOWLEDGE_GUIDE,), 640)):
        case = case_of(*experts)
        panel.laid_out(case, consult(panel, case), side)
    assert "originals" not in {call[0] for call in asked.calls}


def test_times_are_kept_for_each_step_that_was_taken(table):
    panel, _ = table()
    timings, case = Timings(), case_of(Expert.REFERENCE_EXTRACTOR, Expert.VISUAL_COMPARATOR)
    panel.consult(case, GEAR, timings)
    assert list(timings.milliseconds) == ["reference_extractor", "visual_comparator"]
    assert all(spent >= 0 for spent in timings.milliseconds.values())


def test_a_step_that_fails_is_timed_and_the_same_step_adds_up():
    timings = Timings()
    with pytest.raises(KeyError), timings.step("once"):
        raise KeyError
    first = timings.milliseconds["once"]
    with timings.step("once"):
        pass
    assert timings.milliseconds["once"] >= first


@pytest.mark.parametrize(
    ("question_type", "options", "looks"),
    [
        (QuestionType.DISCRIMINATION, 0, False),
        (QuestionType.DISCRIMINATION, 2, False),
        (QuestionType.DISCRIMINATION, 4, True),
        (QuestionType.CLASSIFICATION, 2, True),
        (QuestionType.DESCRIPTION, 0, True),
    ],
)
def test_a_good_part_is_looked_at_where_the_answer_may_depend_on_it(table, question_type, options, looks):
    panel, asked = table()
    question = Question("Is there a crack?", {letter: f"text {letter}" for letter in "ABCD"[:options]})
    plan = Plan(question_type, (Expert.VISUAL_COMPARATOR, Expert.DECISION_MAKER))
    consult(panel, replace(case_of(), question=question, plan=plan))
    assert asked.looks is looks
