from __future__ import annotations

from dataclasses import replace

import pytest

from echo_iad.domain.evidence import (
    Change,
    Comparison,
    Evidence,
    KnowledgePassage,
    ObjectMatch,
    Reference,
    Region,
)
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.experts.reasoning_expert import reason

DESCRIPTION, DISCRIMINATION = QuestionType.DESCRIPTION, QuestionType.DISCRIMINATION
LOOKS = Question("What does the defect look like?")

HINGE = ObjectMatch("steel_hinge", named_by_user=True, similarity=0.93, margin=2.0, reason="You named it.")
CHANGE = Change(-20.0, 5.0, 12.0, 0.3, "dark brown", "grey", ("darker", "rougher"))
REGION = Region((10, 20, 40, 50), 0.0123, "upper left", 1.9, 1.2, "near the left end", CHANGE)
COMPARISON = Comparison(
    score=1.305,
    p_value=0.04,
    threshold=1.0,
    margin=0.305,
    certified=True,
    certified_reason="24 normals support a false-alarm rate of 0.05 (needed: 19).",
    false_alarm_rate=0.05,
    is_anomalous=True,
    normals=24,
    regions=(REGION,),
)
GOOD = KnowledgePassage("A good hinge is evenly grey.", "hinge.md > good, line 6", "good", 0.4)
RUST = KnowledgePassage("Rust shows as brown, rough patches.", "hinge.md > rust, line 10", "rust", 0.6)
CAUSE = KnowledgePassage("Rust is caused by damp storage.", "hinge.md > rust, line 11", "rust", 0.5)
FULL = Evidence(
    object=HINGE,
    references=(Reference(7, "good/007.jpg", 0.934),),
    comparison=COMPARISON,
    knowledge=(RUST, CAUSE, GOOD),
    object_knowledge=(GOOD, RUST, CAUSE),
)


def _said(evidence: Evidence, question: Question = LOOKS, question_type: QuestionType = DESCRIPTION) -> list[str]:
    steps = reason(evidence, question, question_type)
    assert [step.title for step in steps] == ["What the part should look like", "What differs", "What that means"]
    return [step.text for step in steps]


def test_all_evidence():
    assert _said(FULL) == [
        "It should look like normal 7, a good steel hinge (similarity 0.93). "
        "Of a good part it is known: “A good hinge is evenly grey.” (hinge.md > good, line 6).",
        "Compared with 24 good parts, it differs more than is tolerated: its score 1.30 is above the threshold 1.00 "
        "(p-value 0.04, false-alarm rate 5 %). The strongest region lies at the upper left, near the left end and "
        "covers 1 % of the picture; it is darker and rougher compared with the reference (dark brown instead of grey).",
        "The part counts as defective. "
        "Of “rust” it is known: “Rust shows as brown, rough patches.” (hinge.md > rust, line 10). "
        "Of “rust” it is known: “Rust is caused by damp storage.” (hinge.md > rust, line 11).",
    ]


def test_a_good_part():
    comparison = replace(COMPARISON, score=0.7, margin=-0.3, p_value=0.6, is_anomalous=False, regions=(), normals=1)
    should, differs, means = _said(replace(FULL, comparison=comparison))
    assert differs == (
        "Compared with 1 good part, it differs no more than is tolerated: its score 0.700 is not above the threshold "
        "1.00 (p-value 0.6, false-alarm rate 5 %)."
    )
    assert means == (
        "The part counts as good. "
        "The question “What does the defect look like?” takes a defect for granted, and none was found."
    )
    assert _said(replace(FULL, comparison=comparison), Question(), DISCRIMINATION)[2] == "The part counts as good."
    assert should == _said(FULL)[0]


def test_a_good_part_with_a_place_above_the_threshold_of_the_map():
    comparison = replace(COMPARISON, is_anomalous=False, score=0.99)
    assert _said(replace(FULL, comparison=comparison))[1].endswith(
        "(dark brown instead of grey). As a whole the part stays within the tolerance all the same."
    )


def test_what_is_not_certified_is_said():
    comparison = replace(
        COMPARISON,
        certified=False,
        certified_reason="3 normals cannot support a false-alarm rate of 0.05; 19 are needed.",
    )
    assert (
        "That rate is not certified: 3 normals cannot support a false-alarm rate of 0.05; 19 are needed."
        in _said(replace(FULL, comparison=comparison))[1]
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (None, "covers 1 % of the picture."),
        (replace(CHANGE, words=("paler",), colour="grey"), "; it is paler compared with the reference."),
        (replace(CHANGE, words=()), "; it is dark brown instead of grey."),
        (
            replace(CHANGE, words=(), colour="grey"),
            "; no clear change of brightness, colour or texture was measured.",
        ),
        (
            replace(CHANGE, words=("darker", "of another colour", "rougher"), colour="grey"),
            "; it is darker, of another colour and rougher compared with the reference.",
        ),
    ],
)
def test_how_a_region_changed(change, said):
    comparison = replace(COMPARISON, regions=(replace(REGION, change=change),))
    assert _said(replace(FULL, comparison=comparison))[1].endswith(said)


@pytest.mark.parametrize(
    ("count", "tail"),
    [
        (0, "(p-value 0.04, false-alarm rate 5 %). No single place stands out; the difference is spread."),
        (2, "Another region lies at the centre and covers 50 % of the picture."),
        (3, "Another region lies at the centre and covers 50 % of the picture."),
        (4, "1 weaker region is not listed."),
        (9, "6 weaker regions are not listed."),
    ],
)
def test_many_regions(count, tail):
    region = replace(REGION, position="centre", part_position="", change=None, area_fraction=0.5)
    comparison = replace(COMPARISON, regions=(region,) * count)
    text = _said(replace(FULL, comparison=comparison))[1]
    assert text.endswith(tail)
    assert text.count("The strongest region") == min(count, 1)
    assert text.count("Another region") == max(0, min(count, 3) - 1)


@pytest.mark.parametrize(
    ("similarities", "said"),
    [
        ((0.934, 0.91), "the normals 1 and 2, each a good steel hinge (similarity 0.91 to 0.93)."),
        ((0.934, 0.931, 0.93), "the normals 1, 2 and 3, each a good steel hinge (similarity 0.93)."),
    ],
)
def test_several_references(similarities, said):
    references = tuple(Reference(number, "p", value) for number, value in enumerate(similarities, start=1))
    assert said in _said(replace(FULL, references=references))[0]


def test_the_good_part_is_described_from_all_knowledge_when_none_was_chosen():
    tolerated = KnowledgePassage("The hinge carries a door.", "hinge.md > good, line 5", "good")
    evidence = replace(FULL, knowledge=(RUST,), object_knowledge=(tolerated, replace(GOOD, relevance=0.0), RUST))
    assert "“A good hinge is evenly grey.”" in _said(evidence)[0]


def test_no_normals_and_no_knowledge():
    evidence = Evidence(
        object=HINGE,
        missing={
            "reference_extractor": "No references of steel_hinge are in use.",
            "visual_comparator": "No references of steel_hinge are in use.",
            "knowledge_guide": "No knowledge about steel_hinge is in use.",
        },
    )
    assert _said(evidence) == [
        "What a good steel hinge looks like is not known: no references of steel_hinge are in use.",
        "The part was not compared with good parts: no references of steel_hinge are in use.",
        "Without a comparison and without knowledge of its defects nothing can be said about this part.",
    ]


def test_knowledge_without_a_comparison_is_no_finding():
    evidence = Evidence(object=HINGE, knowledge=(RUST,), object_knowledge=(RUST,))
    assert _said(evidence) == [
        "What a good steel hinge looks like is not known: no normal was retrieved.",
        "The part was not compared with good parts: the question needed no comparison.",
        "What follows is general knowledge and no finding about this part. "
        "Of “rust” it is known: “Rust shows as brown, rough patches.” (hinge.md > rust, line 10).",
    ]


def test_a_defect_without_knowledge():
    missing = {"knowledge_guide": "No knowledge about steel_hinge is in use."}
    evidence = replace(FULL, knowledge=(), object_knowledge=(), missing=missing)
    assert _said(evidence)[2] == (
        "The part counts as defective. "
        "What a defect of it means is not known: no knowledge about steel_hinge is in use."
    )
    assert _said(replace(FULL, knowledge=(GOOD,)))[2] == (
        "The part counts as defective. "
        "What a defect of it means is not known: no passage about its defects bears on the question."
    )


def test_knowledge_that_was_not_chosen_is_counted_not_quoted():
    unranked = tuple(replace(passage, relevance=0.0) for passage in (GOOD, RUST, CAUSE))
    evidence = replace(FULL, knowledge=unranked, object_knowledge=unranked)
    assert _said(evidence)[2] == (
        "The part counts as defective. 2 passages are known about rust; none was chosen for the question."
    )
    assert _said(replace(evidence, knowledge=unranked[:2]))[2].endswith(
        "1 passage is known about rust; none was chosen for the question."
    )


def test_general_knowledge_has_no_topic():
    general = KnowledgePassage("Scratches are polished out.", "rules.txt, line 1", "", 0.3)
    assert _said(replace(FULL, knowledge=(general,)))[2] == (
        "The part counts as defective. It is known: “Scratches are polished out.” (rules.txt, line 1)."
    )


def test_an_unknown_object():
    match = ObjectMatch(
        None, named_by_user=False, similarity=0.3, margin=0.1, reason="It is unlike every enrolled object."
    )
    evidence = Evidence(object=match, missing={"visual_comparator": "The object is unknown."})
    assert _said(evidence)[:2] == [
        "It is not known which object this is: it is unlike every enrolled object.",
        "The part was not compared with good parts: the object is unknown.",
    ]
