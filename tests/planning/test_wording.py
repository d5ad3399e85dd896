"""Sentences as words with cues."""

from __future__ import annotations

import pytest

from echo_iad.planning.cues import NOT_A_SLIP, TYPING_SLIPS, WORDS, Cue
from echo_iad.planning.wording import clause, clauses, cues_of


def test_every_cue_has_words_in_lower_case():
    assert set(WORDS) == set(Cue)
    for words in (*WORDS.values(), NOT_A_SLIP, *TYPING_SLIPS):
        assert words == words.casefold()


@pytest.mark.parametrize("word", ["cracks", "cracked", "cracking", "Crack's", "scrathc", "scrach"])
def test_a_word_is_read_in_every_form(word):
    assert Cue.DEFECT_KIND in clause(word.casefold()).cues[0]


@pytest.mark.parametrize("word", NOT_A_SLIP.split())
def test_words_that_mean_themselves_are_not_repaired(word):
    assert clause(word).words == (word,)
    assert clause(word + "s").words[0].startswith(word)


def test_phrases_are_one_word():
    assert clause("is it out of spec").words == ("is", "it", "out_of_spec")


def test_numbers_do_not_end_a_sentence():
    assert len(clauses("Is the 0.5 mm scratch deep? Where is it?")) == 2


def test_an_unknown_hyphened_word_is_read_in_parts():
    assert clause("defect-free").words == ("defect", "free")
    assert cues_of("non-conforming") == {Cue.DEFECT}
