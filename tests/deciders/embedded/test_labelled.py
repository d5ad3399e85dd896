"""What labelled defects say reaches the option that means their type, and leaves room for types without a label."""

import pytest

from echo_iad.deciders.embedded.decider import EmbeddedDecider
from echo_iad.deciders.embedded.labelled import with_labelled, with_remark, with_vote
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, probabilities
from echo_iad.domain.evidence import DefectVote, NearDefect
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.remembering import cosines


def vote_for(**shares):
    likeliest = sorted(shares, key=lambda name: -shares[name])
    nearest = tuple(NearDefect(n, name, f"/{n}.png", float(n)) for n, name in enumerate(likeliest, start=1))
    return DefectVote({name: shares[name] for name in likeliest}, 1.0 - sum(shares.values()), nearest, len(shares))


@pytest.fixture
def near(encoder):
    return lambda texts, others: cosines(encoder, texts, others)


def equal(texts):
    return [1.0 / len(texts)] * len(texts)


def test_the_option_that_names_the_type_gets_its_probability(near):
    texts = ["Bent pin.", "Scratches.", "Stain."]
    found = with_vote(equal(texts), texts, vote_for(bent_pin=0.7, scratch=0.2), near)
    assert found[0] == pytest.approx(0.7 * (0.98 + 0.02 / 3) + 0.2 * 0.02 / 3 + 0.1 / 3)
    assert found[0] > found[1] > found[2]
    assert sum(found) == pytest.approx(1.0)


def test_the_exact_name_comes_before_a_longer_one(near):
    texts = ["Broken, large.", "Broken."]
    found = with_vote(equal(texts), texts, vote_for(broken=0.9), near)
    assert found[1] > 0.9


def test_a_type_that_no_text_names_is_spread_by_meaning(near):
    texts = ["a long thin line", "a round brown patch"]
    found = with_vote(equal(texts), texts, vote_for(**{"thin line": 0.8, "brown patch": 0.1}), near)
    assert found[0] > 0.7


def test_a_description_that_names_no_type_is_left_to_other_evidence():
    texts = ["a long thin line", "a round brown patch"]
    assert with_vote([0.3, 0.7], texts, vote_for(scratch=0.8), None) == pytest.approx([0.3, 0.7])
    assert with_vote([0.3, 0.7], [*texts[:1], "a brown stain"], vote_for(stain=0.9), None)[1] > 0.9


def test_among_several_that_name_the_type_the_other_evidence_chooses(near):
    texts = ["A scratch at the left", "A scratch at the right", "A stain"]
    found = with_vote([0.6, 0.2, 0.2], texts, vote_for(scratch=1.0 - 1e-9), near)
    assert found[0] / found[1] == pytest.approx(3.0, rel=0.05)
    assert found[2] < 0.01


def test_what_is_of_no_labelled_type_is_decided_as_without_labels(near):
    texts = ["Scratch", "Hole"]
    assert with_vote([0.1, 0.9], texts, vote_for(scratch=0.02), near) == pytest.approx([0.12, 0.88], abs=0.01)


def test_without_a_vote_nothing_changes(near):
    options = (ScoredOption("A", "Scratch", (Term("looks", 1.0),)), ScoredOption("B", "Hole", (Term("looks", 0.0),)))
    assert with_labelled(options, None, near) == options
    assert with_vote([0.3, 0.7], ["a", "b"], None, near) == [0.3, 0.7]


def test_the_term_makes_the_options_as_likely_as_the_mixture(near):
    options = (ScoredOption("A", "Scratch", (Term("looks", 1.0),)), ScoredOption("B", "Hole", (Term("looks", 0.0),)))
    before = list(probabilities(options, 1.0).values())
    vote = vote_for(hole=0.8)
    after = probabilities(with_labelled(options, vote, near), 1.0)
    assert list(after.values()) == pytest.approx(with_vote(before, ["Scratch", "Hole"], vote, near))


def test_a_remark_is_made_of_a_defect_alone(make):
    vote = vote_for(stain=0.8)
    found = with_remark("A region.", make.evidence(defect_vote=vote))
    assert found == "A region. By its looks it is most like the labelled 'stain' (probability 80%, 1 of the 1 nearest)."
    calm = make.evidence(make.comparison(margin=-0.4), defect_vote=vote)
    assert with_remark("A region.", calm) == "A region."
    assert with_remark("A region.", make.evidence()) == "A region."


OPTIONS = {"A": "Scratch.", "B": "Stain.", "C": "Hole."}


@pytest.mark.parametrize(("name", "wanted"), [("scratch", "A"), ("stain", "B"), ("hole", "C")])
def test_the_decider_follows_a_clear_vote(make, encoder, name, wanted):
    evidence = make.evidence(defect_vote=vote_for(**{name: 0.85}))
    decision = EmbeddedDecider(encoder).decide(
        Question("Which defect?", OPTIONS), QuestionType.CLASSIFICATION, evidence
    )
    assert decision.option == wanted
    assert f"most like the labelled {name!r}" in decision.reason


def test_a_vote_never_overrules_the_verdict(make, encoder):
    evidence = make.evidence(make.comparison(margin=-0.4), defect_vote=vote_for(stain=0.9))
    question = Question("Which defect?", OPTIONS | {"D": "No defect."})
    decision = EmbeddedDecider(encoder).decide(question, QuestionType.CLASSIFICATION, evidence)
    assert decision.option == "D"


def test_an_open_answer_tells_the_vote_and_what_is_known_of_the_type(make, encoder):
    evidence = make.evidence(defect_vote=vote_for(stain=0.9))
    decide = EmbeddedDecider(encoder).decide
    described = decide(Question("What does the defect look like?"), QuestionType.DESCRIPTION, evidence)
    assert "most like the labelled 'stain' (probability 90%" in described.text
    assert "A stain is a discoloured patch" in described.text
    analysed = decide(Question("What does the defect do?"), QuestionType.ANALYSIS, evidence)
    assert "(stain; guide.md)" in analysed.text
