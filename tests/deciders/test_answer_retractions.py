"""What is said after an answer: what takes it back, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.deciders.answer_forms import ASKED, FORMS, MARKS, PLACES, option_sets

from echo_iad.deciders.answers import read_choice

PINS = {"a": "Crack", "b": "Bent pin", "c": "Good"}

TAKEN_BACK = [
    "Answer: A. That is not the answer.",
    "Answer: A. This answer is wrong.",
    "Answer: A. None of the options fits.",
    "Answer: A. Neither.",
    "Answer: A. In fact it's a scratch.",
    "A dent. It isn't.",
    "B) A scratch would be thin, so no.",
    "B. A scratch - impossible.",
    "A dent (a scratch?)",
    "Answer: A -> B",
    "Answer: A. It should be B not C.",
    "Answer: A. It is a scratch\nand it is thin.",
    "Answer: A. However, B could also be correct.",
    "Answer: A. No, B.",
    "Answer: A (or B)",
    "Answer: A. I mean B.",
    "The answer is A. Hmm, B fits better.",
    "No defect. Actually a scratch.",
    "B. A scratch? No.",
    "B) A scratch is not what I see.",
    "A. No, B.",
    "A (or B)",
    "A scratch? No.",
    "Answer: A. Or maybe B.",
    "Answer: A. Sorry, B.",
    "Answer: A. Sorry, I meant a scratch.",
    "Answer: A\nActually B",
    "Answer: A. It could also be B.",
    "Answer: A. B is also possible.",
    "Answer: A. But B would fit better.",
    "Answer: A. It is a scratch.",
    "Answer: A. A scratch.",
    "Answer: A. No.",
    "Answer: A. Nope, C.",
    "Answer: A, though B is more likely.",
    "Answer: A. Not A.",
    "Answer: A. A is wrong.",
    "Answer: A. It is not a dent.",
    "Answer: A. A dent? I doubt it.",
    "<answer>A</answer> No, B.",
    '{"answer": "A"} I mean B.',
    "\\boxed{A} Hmm, (B).",
    "**A**. No, **B**.",
    "Option A is correct. No, B.",
    "No defect, or a scratch.",
    "No defect. Wait, there is a scratch.",
    "A. A dent. Hmm, a scratch.",
    "Answer: A. No, E.",
    "答案：A。不，是B。",
    "Answer: B. A scratch, right?",
    "Answer: A. Is it B?",
    "Answer: A. Rather (C).",
    "Answer: A. No, the answer could be B.",
    "Answer: a. no, b.",
    "A scratch is what I see? No",
    "A scratch. Or a dent.",
    "B\nOr C",
    "B\n\nHmm, no: C.",
    "Answer: A. I take it back.",
    "(A) A dent, but (B) fits too.",
    "Answer: A/B",
    "Answer: A. Make that B.",
    "Answer: A; B is right.",
    "Answer: A. It should be B, not C.",
    "Answer: A. It should be B, there is no dent.",
    "Answer: A. It should be B, not A.",
    "Answer: A. B describes it better.",
    "Answer: B. No defect.",
    "Answer: A\nB",
    "Answer: A. Looking closer, it is a scratch.",
    "Answer: A. A dent... or is it a scratch?",
    "Answer: A. I think it is a scratch.",
    "Answer: A → B",
    "Answer: A. On reflection, B.",
]
STANDS = [
    ("The answer is B. A scratch. The line is thin, like a scratch rather than a dent or a stain.", "B"),
    ("Answer: B. It cannot be D.", "B"),
    ("Answer: A. The real answer: B.", "B"),
    ("Answer: B. The other options (A, C, D) do not match.", "B"),
    ("D. No defect. The surface shows no scratch or dent.", "D"),
    ("Answer: B\n\nThe reference image (A) is fine.", "B"),
    ("Answer: D. None of these defects is visible.", "D"),
    ("Answer: B. None of the other options fits.", "B"),
    ("Answer: A. No, the answer is B.", "B"),
    ("Answer: A. No, wait. Answer: B", "B"),
    ("A? No. The answer is B.", "B"),
    ("<answer>A</answer> No, the answer is B.", "B"),
    ("Answer: B. Not A.", "B"),
    ("Answer: B, not A, C or D.", "B"),
    ("Answer: B. Neither A nor C fits.", "B"),
    ("Answer: B. A is wrong, and C would be darker.", "B"),
    ("Answer: B. Option A describes a bump.", "B"),
    ("Answer: B. Options A and C are incorrect.", "B"),
    ("Answer: B. C is a stain, which is not visible.", "B"),
    ("Answer: B\n\nA. A dent: no.\nC. A stain: no.", "B"),
    ("Answer: B. Unlike C, it is thin.", "B"),
    ("Answer: B. There is no doubt about it.", "B"),
    ("Answer: B. Indeed, a scratch.", "B"),
    ("B. A scratch. It is not deep.", "B"),
    ("B. A scratch, not a dent.", "B"),
    ("Answer: B. It is not a stain.", "B"),
    ("Answer: B. No dent is visible.", "B"),
    ("Answer: D. No, there is no defect.", "D"),
    ("Answer: D. No scratch, no dent, no stain.", "D"),
    ("Answer: B. No, it is not A.", "B"),
    ("Answer: B. A long thin mark runs along the rim.", "B"),
    ("Answer: B. I see a long mark.", "B"),
    ("Answer: B. Compared to C, it is thin.", "B"),
    ("Answer: B. The scratch in image A is long.", "B"),
    ("Answer: B. Actually, the mark is quite long.", "B"),
    ("No defect. No scratch and no dent.", "D"),
    ("Answer: B. It differs from A.", "B"),
    ("Answer: B. If it were round, it would be A.", "B"),
    ("B, since A is not possible.", "B"),
    ("Answer: B instead of A.", "B"),
    ("Answer: B. I mean B.", "B"),
    ("Answer: B. The mark is 3 cm long.", "B"),
    ("Let me check the rim.\n\nB", "B"),
    ("Wait, it is long and thin.\n\nAnswer: B", "B"),
    ("Answer: B\nQuestion: Which colour?\nA. Red\nB. Blue", "B"),
    ("Answer: B. Confidence: 90 %.", "B"),
    ("Answer: B. Options A, C, and D are not supported by the picture.", "B"),
    ("B) A scratch - the line is thin, and it does not look like a dent.", "B"),
    ("Answer: B. The scratch is not a small one.", "B"),
    ("Answer: B. Was it a dent, it would be round.", "B"),
    ("B. A scratch. This is not visible in the reference.", "B"),
    ("I considered A. Hmm, no. The answer is B.", "B"),
    (
        "Answer: B. (A) is incorrect because there is no depth. (C) is wrong, there is no colour.",
        "B",
    ),
    ("Answer: B\nExplanation: A: incorrect, C: incorrect, D: incorrect", "B"),
    ("Answer: B, i.e. a scratch.", "B"),
    ("Answer: B. Options A, C and D can be ruled out.", "B"),
    ("Answer: B. It was heated to 90 °C.", "B"),
    ("Answer: B (e.g. a long mark).", "B"),
    ("Answer: B. The type-C port is fine.", "B"),
    ("Answer: B. The defect is not a dent, and not a stain.", "B"),
    ("Answer: B. It could be taken for a stain.", "B"),
    ("Answer: B. That rules out A, C and D.", "B"),
    ("Answer: B. A does not apply.", "B"),
    ("Answer: B. A doesn't apply.", "B"),
    ("Answer: B. A isn't right.", "B"),
]
OTHER_OPTIONS = [
    ("Yes. No.", ASKED, None),
    ("Yes. No, wait.", ASKED, None),
    ("No. Yes.", ASKED, None),
    ("Yes? No.", ASKED, None),
    ("Answer: A. No.", ASKED, None),
    ("Answer: B. No, it is fine.", ASKED, "B"),
    ("No. No defect is visible.", ASKED, "B"),
    ("Yes, there is no doubt.", ASKED, "A"),
    ("Answer: Yes. Actually no.", ASKED, None),
    ("No, it is not broken.", ASKED, "B"),
    ("Yes, it is not intact.", ASKED, "A"),
    ("Yes. It is not clean.", ASKED, "A"),
    ("B. No. Nothing is broken.", ASKED, "B"),
    ("Answer: 1. No, 2.", PLACES, None),
    ("Answer: 1. Hmm, 3 fits better.", PLACES, None),
    ("2. Top left, near the rim. There are 3 marks.", PLACES, "2"),
    ("Answer: 2. It is 1 mm wide.", PLACES, "2"),
    ("Answer: 2. I mean 3.", PLACES, None),
    ("Answer: 2. It is top left, close to the rim.", PLACES, "2"),
    ("1. Top left. No, center.", PLACES, None),
    ("Answer: a. No, b.", PINS, None),
    ("a. Crack. A bent pin would be visible.", PINS, "a"),
    ("Answer: b. It is a pin.", PINS, "b"),
    ("Answer: b. Or a.", PINS, None),
    ("Answer: b (not a).", PINS, "b"),
    ("Crack. No bent pin is seen.", PINS, "a"),
    ("Crack, or bent pin.", PINS, None),
    ("Crack, no: bent pin.", PINS, None),
]
CONTRADICTIONS = [
    " No, {other}.", " No, ({other}).", " I mean {other}.", " Hmm, {other} fits better.", " (or {other})",
    " Or {other}.", " Or is it {other}?", "\nActually {other}.", "\n\nNo. {other}", " {other} is also possible.",
    " It could be {other}.", " But {other} is more likely.", " Sorry, {text}.", " Actually {text}.", " No, {text}.",
    " I mean {text}.", " Wait, that is wrong.", "? No.",
]  # fmt: skip


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_what_is_taken_back_is_no_answer(text):
    assert read_choice(text, MARKS) is None


@pytest.mark.parametrize(("text", "wanted"), STANDS)
def test_what_sets_another_option_aside_or_states_it_anew_is_an_answer(text, wanted):
    assert read_choice(text, MARKS) == wanted


@pytest.mark.parametrize(("text", "options", "wanted"), OTHER_OPTIONS)
def test_yes_and_no_numbers_and_small_letters(text, options, wanted):
    assert read_choice(text, options) == wanted


@given(option_sets(), st.data(), st.sampled_from(FORMS), st.sampled_from(CONTRADICTIONS))
def test_a_contradiction_never_leaves_the_former_answer(options, data, form, contradiction):
    one, other = data.draw(st.permutations(sorted(options)))[:2]
    assume(not options[other].startswith(options[one]) and not options[one].startswith(options[other]))
    text = form.format(label=one, text=options[one]) + contradiction.format(other=other, text=options[other])
    assert read_choice(text, options) != one


@given(option_sets(), st.data(), st.sampled_from(CONTRADICTIONS))
def test_a_last_statement_counts_whatever_was_taken_back_before(options, data, contradiction):
    one, other, last = (data.draw(st.sampled_from(sorted(options))) for _ in range(3))
    doubted = f"Answer: {one}." + contradiction.format(other=other, text=options[other])
    assert read_choice(f"{doubted}\n\nAnswer: {last}", options) == last
