from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.knowledge.sentences import Sentence, split_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is 0.5 mm wide. It grows.", ["It is 0.5 mm wide.", "It grows."]),
        ("A mark, e.g. Oil, is rare. It dries.", ["A mark, e.g. Oil, is rare.", "It dries."]),
        ("Dents, i.e. Hollows, approx. 2 mm deep.", ["Dents, i.e. Hollows, approx. 2 mm deep."]),
        ("Dust, hair, etc. are normal.", ["Dust, hair, etc. are normal."]),
        ("Dust, hair, etc. Stains are not.", ["Dust, hair, etc.", "Stains are not."]),
        (
            "See drawing no. 12 first. There is no. That is all.",
            ["See drawing no. 12 first.", "There is no.", "That is all."],
        ),
        (
            "Cracks (see Fig. 3. They are long.) spread. They end.",
            ["Cracks (see Fig. 3. They are long.) spread.", "They end."],
        ),
        ("An open ( bracket. It ends.", ["An open ( bracket.", "It ends."]),
        ('It says "OK." The print is white.', ['It says "OK."', "The print is white."]),
        ("Is it bent? Yes! It is...", ["Is it bent?", "Yes!", "It is..."]),
        ("It is 3 mm. 2 of them are bent.", ["It is 3 mm.", "2 of them are bent."]),
        ("The gap is 1.5 mm.\nIt is even.", ["The gap is 1.5 mm.", "It is even."]),
        ("one line\nof a sentence", ["one line of a sentence"]),
        ("first\n\nsecond", ["first", "second"]),
        ("They include:\n- a dent\n- a crack. It grows.", ["a dent", "a crack.", "It grows."]),
        ("Known. They include:\n1. **Dent**: hollow\n2) *Crack*", ["Known.", "Dent: hollow", "Crack"]),
        ("It ends with a colon:", ["It ends with a colon:"]),
        ("- an item\n  that goes on", ["an item that goes on"]),
        ("`code`, [a link](http://x.y) and ![a picture](p.png)", ["code, a link and a picture"]),
        ("snake_case and 2*3*4 stay", ["snake_case and 2*3*4 stay"]),
        ("left <!-- not. This. --> right", ["left right"]),
        ("\x1b[31mred\x07 text", ["[31mred text"]),
        ("-- 12 ... 3.4", []),
        ("", []),
    ],
)
def test_texts_are_split_as_a_reader_would(text, expected):
    assert [sentence.text for sentence in split_text(text)] == expected


def test_headings_and_lines():
    text = "# Cap\n\nA cap. It is blue.\n\n## Good ##\nIt is\nround. It is\nwhole.\n\n### Rim\n\nRibs.\n\n"
    text += "## **Stain**\n- brown\n"
    assert split_text(text) == (
        Sentence("A cap.", "", 3),
        Sentence("It is blue.", "", 3),
        Sentence("It is round.", "Good", 6),
        Sentence("It is whole.", "Good", 7),
        Sentence("Ribs.", "Good", 12),
        Sentence("brown", "Stain", 15),
    )


def test_lines_count_through_comments_and_windows_line_ends():
    (sentence,) = split_text("<!-- one\r\ntwo -->\r\n\r\nA cap.\r\n")
    assert sentence == Sentence("A cap.", "", 4)


@given(st.text(alphabet=st.sampled_from(list("aB1 .!?()\n-#:*[]_`<>e.g")), max_size=200))
def test_no_text_fails_and_no_sentence_is_blank(text):
    for sentence in split_text(text):
        assert sentence.text.strip() == sentence.text != ""
        assert 1 <= sentence.line <= text.count("\n") + 1


@given(
    st.lists(st.sampled_from(["A dent is deep.", "Does it grow?", "It is 0.5 mm long.", "No!"]), min_size=1, max_size=8)
)
def test_whole_sentences_come_back_in_order(sentences):
    assert [sentence.text for sentence in split_text(" ".join(sentences))] == sentences


def test_a_long_paragraph_is_split_in_one_pass():
    """Quadratic work would take minutes here."""
    assert len(split_text("e.g. Oil (a. A) " * 100_000 + "End. " * 100_000 + "[" * 100_000)) == 100_000
