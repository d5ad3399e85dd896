from dataclasses import replace

import pytest

from echo_iad.deciders.embedded.decider import EmbeddedDecider
from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.questions import Question, QuestionType

ASKED = "Where is the defect?"


@pytest.fixture
def choose(encoder):
    decider = EmbeddedDecider(encoder)

    def ask(texts, evidence, question=ASKED):
        options = dict(zip("ABCD", texts, strict=False))
        decision = decider.decide(Question(question, options), QuestionType.LOCALIZATION, evidence)
        return options[decision.option], decision.probabilities

    return ask


def test_the_mass_of_the_map_chooses(choose, make):
    assert choose(["Bottom right", "Top left", "Center"], make.evidence())[0] == "Top left"


def test_a_map_below_its_threshold_still_votes(choose, make):
    good = make.comparison(-0.3, anomaly_map=make.map(threshold=3.0))
    assert choose(["Bottom right", "Top left", "Center"], make.evidence(good))[0] == "Top left"


def test_a_side_that_faces_away_is_seldom_seen(choose, make):
    assert choose(["On the underside", "On the surface"], make.evidence())[0] == "On the surface"


def test_one_spot_is_not_throughout(choose, make):
    texts = ["Scattered throughout the part", "Somewhere on the surface", "Bottom right"]
    assert choose(texts, make.evidence())[0] == "Somewhere on the surface"


def test_a_colour_tells_which_half_is_meant(choose, make):
    change = replace(make.change(), reference_colour="dark red")
    evidence = make.evidence(make.comparison(regions=(make.region(change=change),)))
    assert choose(["On the blue half", "On the red half"], evidence)[0] == "On the red half"


def test_the_knowledge_tells_where_a_named_part_lies(choose, make):
    texts = ["On the spring", "On the valve"]
    known = KnowledgePassage("The spring is at the bottom right. The valve sits at the top left.", "guide.md", "good")
    assert choose(texts, make.evidence(knowledge=(known,)))[0] == "On the valve"
    unknown = choose(texts, make.evidence())[1]
    assert unknown["A"] == pytest.approx(unknown["B"])


def test_where_a_stated_defect_is_denied_only_a_clear_verdict_agrees(choose, make):
    texts = ["Top left", "There is no defect"]
    stated = f"There is a defect in the part. {ASKED}"
    faint = make.evidence(make.comparison(-0.03))
    assert choose(texts, faint, stated)[0] == "Top left"
    assert choose(texts, faint, stated)[1]["A"] > choose(texts, faint, ASKED)[1]["A"]
    assert choose(texts, make.evidence(make.comparison(-0.9)), stated)[0] == "There is no defect"
