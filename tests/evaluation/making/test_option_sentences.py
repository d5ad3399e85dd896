"""Sentences of knowledge as options that can be told apart by looking and by nothing else."""

from __future__ import annotations

import pytest

from echo_iad.encoders.catalog import load_text_encoder
from echo_iad.encoders.remembering import remembering
from echo_iad.evaluation.making.option_sentences import OptionSentences, told_by
from echo_iad.knowledge.roles import Role
from echo_iad.knowledge.sources import find_object, read_knowledge
from echo_iad.samples import sample_knowledge

NOTES = """
## crack
A crack shows as a thin dark line that branches like a river. It is caused by a blow on the cold glass.
A crack weakens the wall, so that the part can break under load. A crack can be repaired with glue.
## dent
A dent looks like a smooth bowl in which the light is curved. Some dents are very deep and dark.
A dent prevents the lid from closing, and the seal fails. A dent does not weaken the colour.
## rust
Rust looks like a rough orange patch with brown borders, which grows from the rim. It is worse than a crack.
Rust reduces the strength of the metal and can jam the hinge.
"""


@pytest.fixture(scope="module")
def encoder():
    return remembering(load_text_encoder("edge"))


@pytest.fixture
def sentences(encoder, tmp_path):
    def of(notes):
        path = tmp_path / "lid.md"
        path.write_text(notes, encoding="utf-8")
        return OptionSentences(read_knowledge(path)[0], encoder)

    return of


def test_each_type_has_its_own_sentence_without_its_name(sentences):
    assert sentences(NOTES).choose(["crack", "dent", "rust"], Role.LOOKS) == {
        "crack": "It shows as a thin dark line that branches like a river.",
        "dent": "It looks like a smooth bowl in which the light is curved.",
        "rust": "Rust looks like a rough orange patch with brown borders.",
    }


def test_effects_are_no_remedies_and_no_denials(sentences):
    chosen = sentences(NOTES).choose(["rust", "dent", "crack"], Role.EFFECT)
    assert chosen is not None
    assert not any("repaired" in text or "does not" in text for text in chosen.values())


def test_the_order_of_the_types_does_not_matter(sentences):
    told = sentences(NOTES)
    assert told.choose(["dent", "rust", "crack"], Role.LOOKS) == told.choose(["crack", "dent", "rust"], Role.LOOKS)


def test_folders_and_topics_may_be_spelled_apart(sentences):
    told = sentences("## Bent Edge\n\nA bent edge looks like a crooked outline that leans to one side.")
    assert told.tells("bent_edge", Role.LOOKS)
    assert not told.tells("bent_edge", Role.CAUSE)
    assert not told.tells("unheard_of", Role.LOOKS)


def test_a_sentence_about_another_type_is_no_option(sentences):
    notes = NOTES.replace("Rust looks like a rough orange patch", "Rust looks like a crack with a rough orange patch")
    assert not sentences(notes).tells("rust", Role.LOOKS)


def test_types_of_which_the_same_is_said_are_never_offered_together(sentences):
    notes = NOTES.replace(
        "A dent looks like a smooth bowl in which the light is curved.", "It shows as a thin dark line like a river."
    )
    told = sentences(notes)
    assert told.tells("dent", Role.LOOKS)
    assert told.choose(["crack", "dent", "rust"], Role.LOOKS) is None


def test_two_types_that_are_one_to_the_eye_are_never_offered_together(sentences):
    notes = """
## large break
A large break shows as a jagged edge where glass is missing. It leaves a wide gap with sharp borders.
## small break
A small break looks like an irregular edge where a chip of glass is missing. It leaves a gap with sharp borders.
"""
    told = sentences(NOTES + notes)
    assert told.choose(["crack", "dent", "small break"], Role.LOOKS) is not None
    assert told.choose(["large break", "dent", "small break"], Role.LOOKS) is None


def test_sentences_of_very_different_length_are_never_offered_together(sentences):
    notes = NOTES.replace(
        "like a river.",
        "like a river that comes down from the mountains and goes by many ways through the plain to the sea.",
    )
    assert sentences(notes).choose(["crack", "dent", "rust"], Role.LOOKS) is None


def test_a_long_sentence_is_cut_after_its_first_clause(sentences):
    notes = NOTES.replace(
        "like a river.", "like a river, which comes down from the mountains and goes by many ways to the sea."
    )
    chosen = sentences(notes).choose(["crack", "dent", "rust"], Role.LOOKS)
    assert chosen["crack"] == "It shows as a thin dark line that branches like a river."


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("It is a dark, roundish spot with a rough border.", Role.LOOKS),
        ("It weakens the wall and can lead to a leak.", Role.EFFECT),
        ("It is caused by a worn tool during manufacturing.", Role.CAUSE),
        ("It is located near the upper edge.", None),
        ("The board was made in May.", None),
    ],
)
def test_a_sentence_is_read_for_what_it_tells(encoder, text, role):
    assert told_by(text, encoder.encode_texts([text])[0], encoder) is role


@pytest.mark.parametrize("name", ["printed_cap", "woven_fabric", "circuit_board"])
def test_no_option_about_the_samples_names_its_type(encoder, name):
    known = find_object(read_knowledge(sample_knowledge()), name)
    told = OptionSentences(known, encoder)
    topics = [topic for topic in dict.fromkeys(passage.topic for passage in known.passages) if topic != "good"]
    kinds = [topic for topic in topics if told.tells(topic, Role.LOOKS)][:4]
    chosen = told.choose(kinds, Role.LOOKS)
    assert chosen is not None
    assert not [text for kind, text in chosen.items() if kind in text.lower()]
