import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echo_iad.deciders.embedded.decider import TEMPERATURES, EmbeddedDecider
from echo_iad.domain.decisions import Status
from echo_iad.domain.evidence import ObjectMatch
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import MissingModelError
from echo_iad.testing.deciders import check_decider

D, C, L, S, A, O = (  # noqa: E741 - the six types in the order of the enum
    QuestionType.DISCRIMINATION,
    QuestionType.CLASSIFICATION,
    QuestionType.LOCALIZATION,
    QuestionType.DESCRIPTION,
    QuestionType.ANALYSIS,
    QuestionType.OTHER,
)
YES_NO = {"A": "Yes.", "B": "No."}


@pytest.fixture
def decide(encoder):
    decider = EmbeddedDecider(encoder)

    def ask(kind, text, options, evidence):
        return decider.decide(Question(text, options or {}), kind, evidence)

    return ask


def scratched(make, **changes):
    change = make.change(brightness=15.0, hue=1.0, texture=0.4, colour="light gray", words=("brighter", "rougher"))
    region = make.region(elongation=6.0, area=0.002, change=change)
    return make.evidence(make.comparison(regions=(region,), **changes))


def test_it_keeps_the_contract(encoder):
    check_decider(EmbeddedDecider(encoder))
    check_decider(EmbeddedDecider(encoder, abstain_below=0.3))


def test_every_type_has_a_temperature():
    assert set(TEMPERATURES) == set(QuestionType)


@pytest.mark.parametrize(
    ("question", "when_anomalous"),
    [
        ("Is there any defect in the object?", "A"),
        ("Is this part OK to ship?", "B"),
        ("There is a scratch, isn't there?", "A"),
        ("This one is perfect, isn't it?", "B"),
        ("Can I use it?", "B"),
        ("Does it differ from the good ones?", "A"),
    ],
)
@pytest.mark.parametrize("anomalous", [True, False])
def test_the_verdict_comes_from_the_numbers_however_it_is_asked(decide, make, question, when_anomalous, anomalous):
    evidence = make.evidence(make.comparison(0.3 if anomalous else -0.3))
    decision = decide(D, question, YES_NO, evidence)
    expected = when_anomalous if anomalous else {"A": "B", "B": "A"}[when_anomalous]
    assert decision.option == expected
    assert (decision.p_anomalous > 0.5) is anomalous


@pytest.mark.parametrize("margin", [-0.6, -0.1, 0.1, 0.6])
def test_the_option_probability_is_the_probability_of_its_side(decide, make, margin):
    decision = decide(D, "Is it defective?", YES_NO, make.evidence(make.comparison(margin)))
    assert decision.probabilities["A"] == pytest.approx(decision.p_anomalous)


def test_true_or_false_of_a_negated_statement(decide, make):
    options = {"True": "True", "False": "False"}
    statement = "The image contains no anomalies or defects compared to the normal sample."
    assert decide(D, statement, options, make.evidence(make.comparison(0.3))).option == "False"
    assert decide(D, statement, options, make.evidence(make.comparison(-0.3))).option == "True"


def test_several_defective_options_never_outvote_the_verdict(decide, make):
    options = {"A": "Good", "B": "Scratched", "C": "Stained", "D": "Broken"}
    assert decide(D, "How is it?", options, make.evidence(make.comparison(-0.02))).option == "A"
    assert decide(D, "How is it?", options, scratched(make)).option == "B"


def test_options_without_words_of_quality_are_read_by_meaning(decide, make):
    options = {"A": "throw the part on the reject heap", "B": "the part goes to the customer, accept"}
    assert decide(D, "What now?", options, make.evidence(make.comparison(0.4))).option == "A"


def test_nothing_compared_is_not_good(decide, make):
    evidence = make.evidence(None, missing={"visual_comparator": "no normals of 'bracket' are enrolled"})
    for kind in (D, L):
        decision = decide(kind, "Is it fine, and where is the flaw?", YES_NO, evidence)
        assert decision.status is Status.ABSTAINED
        assert "no normals of 'bracket'" in decision.reason
        assert decision.p_anomalous is None


def test_knowledge_alone_answers_with_a_word_of_warning(decide, make):
    decision = decide(C, "Which defect?", {"A": "A scratch", "B": "A cat"}, make.evidence(None))
    assert decision.option == "A"
    assert decision.reason.startswith("Nothing was compared")
    assert (
        decide(C, "Which defect?", {"A": "A scratch", "B": "A cat"}, make.evidence(None, ())).status is Status.ABSTAINED
    )


def test_the_place_of_the_mass_answers(decide, make):
    options = {
        "1": "Top left",
        "2": "Bottom right",
        "3": "On the whole surface",
        "4": "In the center",
        "5": "No defect",
    }
    decision = decide(L, "Where is it?", options, make.evidence())
    assert decision.option == "1"
    assert "upper left" in decision.reason


def test_no_defect_wins_a_question_for_its_place_only_when_none_was_found(decide, make):
    options = {"A": "Top left", "B": "There is no defect"}
    assert decide(L, "Where is the defect?", options, make.evidence(make.comparison(-0.3))).option == "B"
    assert decide(L, "Where is the defect?", options, make.evidence(make.comparison(0.05))).option == "A"


def test_a_presupposed_defect_that_was_not_seen_is_said(decide, make):
    decision = decide(L, "There is a defect. Where?", {"A": "Left", "B": "Right"}, make.evidence(make.comparison(-0.3)))
    assert decision.status is Status.ANSWERED
    assert "no defect was found" in decision.reason


def test_without_a_map_the_place_is_not_guessed(decide, make):
    decision = decide(L, "Where?", {"A": "Left", "B": "Right"}, make.evidence(make.comparison(anomaly_map=None)))
    assert decision.status is Status.ABSTAINED


@pytest.mark.parametrize("kind", [C, S])
def test_looks_and_knowledge_choose_the_type(decide, make, kind):
    options = {"A": "A stain", "B": "A thin scratch", "C": "A round hole", "D": "No defect"}
    assert decide(kind, "What is it?", options, scratched(make)).option == "B"


def test_looks_choose_without_knowledge(decide, make):
    change = make.change(brightness=-8.0, hue=30.0, texture=-0.2, colour="dark red", words=("redder",))
    region = make.region(elongation=1.1, area=0.05, change=change)
    evidence = make.evidence(make.comparison(regions=(region,)), knowledge=())
    options = {"A": "A scratch", "B": "A reddish stain", "C": "A blue stain", "D": "A crack"}
    assert decide(S, "What does it look like?", options, evidence).option == "B"


def test_an_effect_is_a_harm(decide, make):
    options = {
        "A": "It improves the look of the bracket.",
        "B": "It has no effect at all.",
        "C": "It weakens the coating.",
        "D": "It makes the bracket more durable.",
    }
    decision = decide(A, "What is the effect of the defect?", options, scratched(make))
    assert decision.option == "C"
    assert decision.probabilities["B"] < 0.2


def test_what_it_is_comes_from_the_name_and_the_knowledge(decide, make):
    options = {"A": "A jar of water", "B": "A grey bracket", "C": "A red curtain"}
    assert decide(O, "What is this?", options, make.evidence()).option == "B"


def test_an_unknown_object_is_not_named(decide, make):
    unknown = ObjectMatch(None, named_by_user=False, similarity=0.2, margin=0.0, reason="Unlike every enrolled object.")
    evidence = replace(make.evidence(knowledge=()), object=unknown)
    decision = decide(O, "What is this?", None, evidence)
    assert decision.status is Status.ABSTAINED
    assert "Unlike every enrolled object" in decision.reason


def test_a_question_that_the_knowledge_does_not_answer_is_not_answered_with_the_name(decide, make):
    assert decide(O, "Who invented writing?", None, make.evidence()).status is Status.ABSTAINED
    assert decide(O, "Does it hold a shelf?", None, make.evidence()).text == "It holds a shelf."


def test_abstaining_below_a_lead(encoder, make):
    evidence = make.evidence(make.comparison(-0.05))
    question = Question("Is it defective?", YES_NO)
    sure = EmbeddedDecider(encoder, abstain_below=0.0).decide(question, D, evidence)
    careful = EmbeddedDecider(encoder, abstain_below=0.3).decide(question, D, evidence)
    assert sure.status is Status.ANSWERED
    assert careful.status is Status.ABSTAINED
    assert careful.option is None
    assert careful.probabilities == sure.probabilities
    assert "less than 30%" in careful.reason


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_an_impossible_lead_is_refused(encoder, value):
    with pytest.raises(ValueError, match="abstain_below"):
        EmbeddedDecider(encoder, abstain_below=value)


@pytest.mark.parametrize("kind", QuestionType)
@pytest.mark.parametrize("options", [None, YES_NO])
def test_evidence_that_is_no_number_fails(decide, make, kind, options):
    decision = decide(kind, "What about it?", options, make.evidence(make.comparison(score=math.nan)))
    assert decision.status is Status.FAILED
    assert "not a finite number" in decision.reason
    assert decision.option is None
    assert not decision.text


def test_options_that_say_nothing_of_quality_are_not_chosen(decide, make):
    decision = decide(D, "Is it broken?", {"A": "Purple", "B": "Quickly"}, make.evidence(make.comparison(-0.3)))
    assert decision.status is Status.ABSTAINED
    assert "No option says" in decision.reason


def test_a_side_without_an_option_is_not_forced_into_another(decide, make):
    options = {"A": "Reject", "B": "Purple", "C": "Green"}
    assert decide(D, "Verdict?", options, make.evidence(make.comparison(0.3))).option == "A"
    assert decide(D, "Verdict?", options, make.evidence(make.comparison(-0.3))).status is Status.ABSTAINED


def test_options_may_repeat_their_label(decide, make):
    decision = decide(D, "Any flaw?", {"A": "A. Yes", "B": "B) No"}, make.evidence(make.comparison(0.3)))
    assert decision.option == "A"


def test_a_named_defect_is_compared_with_the_looks(decide, make):
    assert "'scratch' in the question, its looks fit" in decide(D, "A scratch?", YES_NO, scratched(make)).reason
    decision = decide(D, "Any dents?", None, scratched(make))
    assert decision.text.startswith("Perhaps not what you ask for, but something is wrong.")
    assert "'dents' in the question, its looks do not fit" in decision.reason


def test_numbers_are_counted(decide, make):
    regions = (make.region(), make.region(box=(60, 60, 70, 70)))
    evidence = make.evidence(make.comparison(regions=regions))
    options = {"A": "One", "B": "Two", "C": "Three"}
    assert decide(A, "How many flaws are there?", options, evidence).option == "B"


words = st.sampled_from(
    "top left no not defect scratch red good effect increases strength of the in and , . ? 3 edge".split()
)
sentences = st.lists(words, min_size=1, max_size=8).map(" ".join) | st.text(min_size=1, max_size=20)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(QuestionType),
    text=sentences.filter(str.strip),
    options=st.lists(sentences, min_size=2, max_size=6),
    margin=st.floats(-0.9, 3.0),
)
def test_whatever_is_asked_the_answer_is_well_formed(decide, make, kind, text, options, margin):
    labelled = {f"option {number}": option for number, option in enumerate(options)}
    decision = decide(kind, text, labelled, make.evidence(make.comparison(margin)))
    assert decision.status in {Status.ANSWERED, Status.ABSTAINED}
    assert decision.reason
    if decision.status is Status.ANSWERED:
        assert decision.option in labelled
        assert set(decision.probabilities) == set(labelled)


class Absent:
    """A text encoder whose model is gone."""

    def __init__(self, fault):
        self.fault = fault

    def encode_texts(self, texts):
        raise self.fault


def test_a_fault_on_the_way_fails_with_its_reason(make):
    fault = MissingModelError("The text encoder's file is gone. Run: echo-iad doctor")
    decision = EmbeddedDecider(Absent(fault)).decide(Question("Which?", {"A": "x", "B": "y"}), C, make.evidence())
    assert decision.status is Status.FAILED
    assert "MissingModelError: The text encoder's file is gone" in decision.reason


def test_a_programming_error_keeps_its_traceback(make):
    decider = EmbeddedDecider(Absent(TypeError("a bug")))
    with pytest.raises(TypeError, match="a bug"):
        decider.decide(Question("Which?", {"A": "x", "B": "y"}), C, make.evidence())


def test_open_questions_are_answered_in_sentences_with_their_evidence(decide, make):
    evidence = scratched(make)
    answer = decide(D, "Is it OK to ship?", None, evidence).text
    assert answer.startswith("No. The part differs from the good parts")
    assert "p = 0.02" in answer
    assert "false-alarm rate 0.05" in answer
    assert "upper left" in decide(L, "Where is it?", None, evidence).text
    kind = decide(C, "Which type?", None, evidence).text
    assert "elongated" in kind
    assert "'scratch'" in kind
    assert "(guide.md)" in decide(S, "What does it look like?", None, evidence).text
    effect = decide(A, "Why does it matter?", None, evidence).text
    assert "weakens the coating" in effect
    assert "guide.md" in effect
    assert "bracket" in decide(O, "What is this object?", None, evidence).text


@pytest.mark.parametrize("kind", [D, C, L, S, A])
def test_open_questions_about_a_normal_part(decide, make, kind):
    text = decide(kind, "What is wrong with it?", None, make.evidence(make.comparison(-0.3))).text
    assert "No defect was found" in text
    assert "p = 0.5" in text


def test_a_verdict_that_is_not_certified_says_so(decide, make):
    comparison = make.comparison(0.3, certified=False, certified_reason="5 good parts support 17 % at best.")
    assert (
        "not certified: 5 good parts support 17 % at best"
        in decide(D, "Any flaw?", None, make.evidence(comparison)).text
    )
