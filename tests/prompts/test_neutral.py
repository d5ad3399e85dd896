"""Suggestive questions are put plainly, what yes means stays, and every ordinary question stays byte for byte."""

import json
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.deciders.asking import put
from echo_iad.deciders.base import Asked
from echo_iad.deciders.embedded.polarity import Side, option_sides
from echo_iad.domain.questions import DEFAULT_QUESTION, Question, QuestionType
from echo_iad.evaluation.answers.forms import STATEMENT
from echo_iad.evaluation.answers.robustness import VariantName, variants
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.prompts.neutral import neutral
from echo_iad.samples import sample_questions
from echo_iad.settings import load_profile

ROOT = Path(__file__).parents[2]
MMAD = ROOT.parent / "shared" / "data" / "mmad"
YES_OR_NO = {"A": "Yes.", "B": "No."}
TRUE_OR_FALSE = {"A": "True.", "B": "False."}

PLAIN = {
    "There is a scratch, isn't there?": "Is there a scratch?",
    "There's a crack isn't there?": "Is there a crack?",
    "There are dents on the rim, aren’t there?": "Are there dents on the rim?",
    "There is no defect, is there?": "Is there any defect?",
    "There isn't a dent, is there?": "Is there a dent?",
    "there's nothing wrong with it, is there?": "Is there anything wrong with it?",
    "There is no defect, right?": "There is no defect: yes or no?",
    "This part is fine, isn't it?": "Is this part fine?",
    "This part isn't fine, is it?": "Is this part fine?",
    "It is not broken, is it?": "Is it broken?",
    "They're bent, aren't they?": "Are they bent?",
    "This is obviously a dent, isn't it?": "Is this a dent?",
    "The part has a scratch, doesn't it?": "The part has a scratch: yes or no?",
    "The scratch on the left is deep, isn't it?": "The scratch on the left is deep: yes or no?",
    "Nothing wrong here, correct?": "Nothing wrong here: yes or no?",
    "This part is perfect, don't you agree?": "Is this part perfect?",
    "You can see it, can't you?": "Can you see it?",
    "Surely this part is fine?": "Is this part fine?",
    "Surely there is no defect here?": "There is no defect here: yes or no?",
    "Obviously it is broken?": "Is it broken?",
    "I think it is fine, right?": "Is it fine?",
    "I am sure you can see the dent too, or am I mistaken?": "Can you see the dent too?",
    "It looks like there is a scratch, right?": "Is there a scratch?",
    "I guess it's broken, isn't it?": "Is it broken?",
    "Isn't there a scratch?": "Is there a scratch?",
    "Is there not a scratch?": "Is there a scratch?",
    "Doesn't it look wrong?": "Does it look wrong?",
    "This one is good, isn't it? Please look closely.": "Is this one good? Please look closely.",
    "I am quite sure that this part is faulty. Is there any defect?": "Is there any defect?",
    "My boss has already released this part. Is there any defect?": "Is there any defect?",
    "I believe this is a dent. What type of defect do you see?": "What type of defect do you see?",
    "I believe that the answer is: Why not? Where is it?": "Where is it?",
}
"""Suggestive question to the plain one."""

KEPT = [
    DEFAULT_QUESTION,
    STATEMENT,
    "Is it on the left, or right?",
    "Is the dent on the left or on the right?",
    "Is it good, yes or no?",
    "Which side is it on: left, centre, right?",
    "What is it?",
    "There is a scratch on this part, where is it?",
    "Why isn't the print visible?",
    "The part has no scratch, does it?",
    "I think there is a scratch near the rim. Where is it?",
    "I think the light is poor. Is there a scratch?",
    "Clearly describe the defect. Is there any dent?",
    "The customer says that the lid leaks. What could be the cause?",
    "The pump has already failed. What could be the cause?",
    "Surely this part is fine.",
    "  Is it  fine ?\n",
    "",
    "?",
]
"""Ordinary questions, and such as cannot be put plainly without loss."""


@pytest.mark.parametrize(("suggestive", "plain"), PLAIN.items())
def test_a_suggestive_question_is_put_plainly(suggestive, plain):
    assert neutral(suggestive) == plain
    assert neutral(plain) == plain


def test_a_remark_after_the_question_goes_as_well():
    assert neutral("Is there any defect? I think that the part is fine.") == "Is there any defect?"


def test_the_options_are_read_with_the_question_as_the_model_is_asked_it(scene):
    question = Question("Is there any defect? I think that the part is fine.", YES_OR_NO)
    asked = Asked(question, QuestionType.DISCRIMINATION, scene())
    assert put(asked, load_profile("paper").decider).sides == {"A": Side.DEFECTIVE, "B": Side.GOOD}


def test_can_t_and_won_t_are_negative_questions_too():
    assert neutral("Can't you see the dent?") == "Can you see the dent?"
    assert neutral("Won’t it leak?") == "Will it leak?"


@pytest.mark.parametrize("suggestive", PLAIN)
def test_what_yes_and_true_mean_stays(suggestive):
    for options in (YES_OR_NO, TRUE_OR_FALSE):
        assert option_sides(neutral(suggestive, options), options) == option_sides(suggestive, options)


@pytest.mark.parametrize("question", KEPT)
def test_another_question_stays_as_it_is(question):
    assert neutral(question) == question


def test_with_true_to_choose_a_denial_with_a_tag_stays():
    question = "There is no flaw, is there?"
    assert neutral(question, TRUE_OR_FALSE) == question
    assert neutral(question, YES_OR_NO) == "Is there any flaw?"


def test_of_all_the_questions_about_planning_only_suggestive_ones_change():
    rows = []
    for path in (ROOT / "tests" / "planning").glob("*.json"):
        read = json.loads(path.read_text(encoding="utf-8"))
        listed = [row["question"] for row in read] if isinstance(read, list) else chain(*read.values())
        rows += listed
    assert len(rows) > 600
    assert {question for question in rows if neutral(question) != question} == {
        "This part is perfect, don't you agree?",
        "I am sure you can see the dent too, or am I mistaken?",
        "I think it is fine, right?",
        "This one is good, isn't it?",
        "Surely there is no defect here?",
        "Nothing wrong here, correct?",
        "there's nothing wrong with it, is there?",
        "I guess it's broken, isn't it?",
        "There is a crack in it, isn't there?",
    }


def test_the_questions_that_ship_stay_as_they_are():
    for question in sample_questions():
        assert neutral(question.question, question.options) == question.question


@pytest.mark.skipif(not (MMAD / "mmad.json").is_file(), reason=f"MMAD's questions are not here: {MMAD}")
def test_every_question_of_mmad_stays_and_every_leading_remark_is_recognised():
    asked = read_mmad(MMAD, MMAD / "mmad_questions_without_images.json", without_pictures=True).questions
    assert len(asked) > 15_000
    assert [question.text for question in asked if neutral(question.text, question.options) != question.text] == []
    for question in asked[::20]:
        for variant in variants(question, seed=1):
            said = question.text if variant.name is VariantName.LEADING else variant.text
            assert neutral(variant.text, variant.options) == said


@pytest.mark.parametrize("subtask", list(Subtask))
@pytest.mark.parametrize("seed", range(6))
def test_a_leading_variant_is_asked_as_the_benchmark_asks(subtask, seed):
    options = YES_OR_NO if subtask is Subtask.DISCRIMINATION else {"A": "A dent", "B": "A hole.", "C": "Why not?"}
    for defective in (True, False):
        text = "There is a defect in the object. Where is it?" if "B" not in options else "Is there any defect?"
        question = BenchmarkQuestion(
            f"{seed}.jpg", seed, Path("a.jpg"), "D", "cap", subtask, text, options, "A", defective=defective
        )
        for variant in variants(question, seed=seed):
            said = text if variant.name is VariantName.LEADING else variant.text
            assert neutral(variant.text, variant.options) == said


words = st.lists(st.sampled_from("rim lid edge print scratch dent left right bent deep the a on of and very".split()))
phrases = words.map(" ".join)


@given(st.sampled_from(["Where is", "What is", "Which type of", "How deep is", "Why is", "Who saw"]), phrases)
def test_a_question_with_a_question_word_stays(opening, rest):
    question = f"{opening} {rest} it?"
    assert neutral(question) == question


@given(st.sampled_from(["Is the", "Are there", "Does this", "Has the", "Can you see a", "Was any"]), phrases)
def test_a_plain_yes_or_no_question_stays(opening, rest):
    question = f"{opening} {rest} part?"
    assert neutral(question) == question


@given(
    st.sampled_from(["", "Surely ", "I think that ", "Obviously, ", "I am quite sure ", "It seems that "]),
    st.sampled_from(["there is a ", "this is a ", "the part has a ", "it shows no "]),
    st.text("abcdefgh", min_size=1, max_size=9),
    st.sampled_from([", right?", ", isn't it?", ", don't you think?", ", correct?"]),
)
def test_what_is_asked_about_stays_and_what_is_hoped_for_goes(opening, statement, content, tag):
    plain = neutral(f"{opening}{statement}{content}{tag}")
    assert content in plain
    assert plain.endswith("?")
    for hoped in ("urely", "think", "bvious", "sure", "seems", "right", "isn't", "correct"):
        assert hoped not in plain.replace(content, "")
    assert neutral(plain) == plain


@given(st.one_of(st.text(), st.lists(st.sampled_from([*PLAIN, *KEPT, "Surely ", "isn't it?", "\n"])).map(" ".join)))
def test_any_text_is_put_plainly_once(text):
    plain = neutral(text)
    assert neutral(plain) == plain
    assert bool(plain.strip()) == bool(text.strip())
    if "?" not in text:
        assert plain == text
