import pytest

from echo_iad.deciders.embedded.named_parts import told_place
from echo_iad.domain.evidence import KnowledgePassage

GOOD = [
    KnowledgePassage(
        "The housing is grey. The plug sits at the left end, and the spring lies in the middle of the body.",
        "a.md",
        "good",
    ),
    KnowledgePassage("A valve with a long stem at the top.", "a.md"),
]


@pytest.mark.parametrize(("noun", "kind", "across"), [("plug", "end", -1), ("spring", "grid", 0)])
def test_a_part_lies_where_the_knowledge_puts_it(noun, kind, across):
    spot = told_place(noun, GOOD).stretches[0].spots[0]
    assert (spot.kind.value, spot.across) == (kind, across)


@pytest.mark.parametrize("noun", ["housing", "stem", "washer", ""])
def test_nothing_is_told_of_other_parts(noun):
    assert told_place(noun, GOOD) is None


def test_where_a_defect_lies_does_not_tell_where_the_part_is():
    assert told_place("plug", [KnowledgePassage("The plug is at the right end.", "a.md", "bent plug")]) is None
