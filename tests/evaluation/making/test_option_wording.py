"""How a sentence of knowledge becomes an option."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.evaluation.making.option_wording import naming, option_forms, without_title


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("A bent edge looks like a crooked outline.", "It looks like a crooked outline."),
        ("The defect is a thin bright line.", "It is a thin bright line."),
        ("At a bent edge, the seal lies open and dry.", "There the seal lies open and dry."),
        ("Around a bent edge the paint is split.", "Around it the paint is split."),
        ("The colour of a bent edge differs from the rest.", "The colour of it differs from the rest."),
        ("The surface at a bent-edge is dull.", "The surface there is dull."),
        ("Visually, the area is dull and rough.", "The area is dull and rough."),
        ("Bent edges are mostly dull and rough.", "Bent edges are mostly dull and rough."),
        ("A bent edge that shines is rarely seen.", "A bent edge that shines is rarely seen."),
    ],
)
def test_the_type_is_not_named_where_english_allows_it(text, option):
    assert next(option_forms(text, "bent edge")) == option


@pytest.mark.parametrize(
    "text",
    [
        "A dent does not weaken the wall.",
        "Some dents are very deep.",
        "In some cases the paint is split.",
        "A dent can sometimes be removed by heating.",
        "It is round.",
        " ".join(["It is"] + ["very"] * 60 + ["long."]),
    ],
)
def test_what_says_nothing_about_one_picture_is_no_option(text):
    assert not list(option_forms(text, "dent"))


def test_the_first_clause_is_a_form_of_its_own():
    forms = list(option_forms("It shows a pale ring, so that the print is hard to read.", "dent"))
    assert forms == ["It shows a pale ring, so that the print is hard to read.", "It shows a pale ring."]


@given(st.text(max_size=80), st.text("ab (.*+[", min_size=1, max_size=8))
def test_any_text_and_any_name_will_do(text, topic):
    for form in option_forms(text, topic):
        assert form
        assert form.count("(") == form.count(")")
    naming(topic)


def test_a_title_is_left_out():
    assert without_title("Broken rim: The rim is open.") == "The rim is open."
    assert without_title("It is round: like a ball.") == "It is round: like a ball."
