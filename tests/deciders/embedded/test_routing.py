"""Each kind of question gets the evidence that can answer it, through the whole decider."""

import itertools

import pytest

from echo_iad.deciders.embedded.decider import EmbeddedDecider
from echo_iad.domain.decisions import Status
from echo_iad.domain.questions import Question, QuestionType

YES_NO = {"A": "Yes.", "B": "No."}


@pytest.fixture
def decide(encoder):
    def ask(text, options, evidence, kind=QuestionType.ANALYSIS, **settings):
        return EmbeddedDecider(encoder, **settings).decide(Question(text, options or {}), kind, evidence)

    return ask


def spots(make, number):
    boxes = [(10 + 30 * place, 10, 20 + 30 * place, 20) for place in range(number)]
    return make.evidence(make.comparison(regions=tuple(make.region(box=box, area=0.01) for box in boxes)))


@pytest.mark.parametrize(("number", "another"), [(1, False), (2, True), (3, True)])
def test_another_defect_is_another_region(decide, make, number, another):
    evidence = spots(make, number)
    said = decide("There is a dent. Is there an additional defect?", YES_NO, evidence)
    assert said.option == ("A" if another else "B")
    assert f"{number} separate region" in said.reason
    assert decide("Is this the only defect?", YES_NO, evidence, QuestionType.DISCRIMINATION).option != said.option
    assert ("Yes" in decide("There is a dent. Is there another one?", None, evidence).text) is another
    assert ("No" in decide("There is a dent. Is it the only defect?", None, evidence).text) is another


def test_a_place_is_read_off_the_map(decide, make):
    options = {"A": "At the top left", "B": "At the bottom right"}
    assert decide("There is a dent. On which side of the part is it located?", options, make.evidence()).option == "A"


def test_how_bad_it_is_follows_the_area(decide, make):
    options = {"A": "Tiny", "B": "Huge"}
    small = make.evidence(make.comparison(regions=(make.region(area=0.002),)))
    large = make.evidence(make.comparison(regions=(make.region(area=0.4),)))
    assert decide("How severe is the stain?", options, small).option == "A"
    assert decide("How severe is the stain?", options, large).option == "B"


def test_a_small_defect_makes_no_sweeping_claim(decide, make):
    options = {"A": "It reduces the strength a bit.", "B": "It makes the bracket totally useless."}
    small = make.evidence(make.comparison(regions=(make.region(area=0.002),)), ())
    assert decide("There is a dent. What is its effect?", options, small).option == "A"


def test_the_purpose_of_the_object_is_known_with_a_defect_too(decide, make):
    options = {"A": "It holds a shelf", "B": "It weakens the coating"}
    said = decide("There is a scratch. What is the purpose of the object?", options, make.evidence())
    assert said.option == "A"


@pytest.mark.parametrize("kind", QuestionType)
def test_what_no_picture_tells_is_declined(decide, make, kind):
    said = decide("How heavy is the bracket?", None, make.evidence(), kind)
    assert said.status is Status.ABSTAINED
    assert "weighs" in said.reason
    options = {"A": "20 g", "B": "200 g", "C": "It cannot be told"}
    assert decide("How heavy is the bracket?", options, make.evidence(), kind).option == "C"


def test_the_verdict_must_lead_an_open_answer_too(decide, make):
    near, far = make.evidence(make.comparison(0.001)), make.evidence(make.comparison(0.8))
    question = "What can the dent lead to?"
    assert decide(question, None, near, abstain_below=0.3).status is Status.ABSTAINED
    assert decide(question, None, near).status is Status.ANSWERED
    assert decide(question, None, far, abstain_below=0.3).status is Status.ANSWERED
    assert decide("Does it hold a shelf?", None, near, QuestionType.OTHER, abstain_below=0.3).status is Status.ANSWERED


@pytest.mark.parametrize("kind", QuestionType)
def test_the_order_of_options_never_matters(decide, make, kind):
    texts = ["It gets blue", "It leaks", "Square", "It makes a noise"]
    evidence = make.evidence(make.comparison(), ())
    chosen = {
        decide("What of this?", dict(zip("ABCD", order, strict=True)), evidence, kind).text
        for order in itertools.permutations(texts)
    }
    assert len(chosen) == 1
