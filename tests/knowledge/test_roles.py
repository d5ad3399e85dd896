from __future__ import annotations

import pytest

from echo_iad.knowledge.roles import PROTOTYPES, Role, cues


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("A dent is a hollow and is known as a ding.", Role.NAME),
        ("It lies close to the upper left corner.", Role.PLACE),
        ("It looks dark, with jagged, uneven lines.", Role.LOOKS),
        ("It is caused by mishandling during transport.", Role.CAUSE),
        ("It weakens the joint, so that the product may fail.", Role.EFFECT),
        ("Slight differences are normal and acceptable.", Role.NORMAL),
    ],
)
def test_the_words_of_a_sentence_speak_for_its_role(text, role):
    strengths = dict(zip(Role, cues(text), strict=True))
    assert max(strengths, key=strengths.__getitem__) is role


def test_every_role_has_prototypes_that_its_words_agree_with():
    assert set(PROTOTYPES) == set(Role)
    for role, sentences in PROTOTYPES.items():
        for sentence in sentences:
            assert dict(zip(Role, cues(sentence), strict=True))[role] > 0, sentence


def test_words_are_whole_and_each_counts_once():
    assert dict(zip(Role, cues("endless topics, bordering"), strict=True))[Role.PLACE] == 0
    assert cues("near near near") == cues("near")
    assert all(0 <= strength < 1 for strength in cues("near the top left edge, dark, rough, caused by wear"))
