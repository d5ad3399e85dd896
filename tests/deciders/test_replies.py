"""Several replies are one answer only where more than half of all rotations agree on it."""

import pytest

from echo_iad.deciders.replies import after, read_replies
from echo_iad.domain.decisions import Scoring
from echo_iad.domain.questions import Question
from echo_iad.errors import MllmError
from echo_iad.mllms.base import Reply
from echo_iad.prompts.rotation import rotate

WHICH = Question("Which defect is it?", {"A": "A dent.", "B": "A stain.", "C": "A hole.", "D": "A crack."})
TURNS = tuple(rotate(WHICH, places) for places in range(4))


def read(*texts, thought=""):
    """What was written to the question in its turns, as one answer."""
    replies = [Reply(Scoring.TEXT, text, thought) for text in texts]
    return read_replies(replies, TURNS[: len(texts)])


def shown(label, *, turn):
    """The letter under which an option stands in a turn."""
    return next(letter for letter, own in TURNS[turn].means.items() if own == label)


def votes(*labels):
    """Texts that name these options, turn by turn; "?" names none."""
    return ["Who knows?" if label == "?" else shown(label, turn=turn) for turn, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("named", "option"),
    [
        ("B", "B"), ("?", None),
        ("BB", "B"), ("AB", None), ("B?", None), ("?B", None),
        ("BBA", "B"), ("ABB", "B"), ("BB?", "B"), ("ABC", None), ("B??", None),
        ("BBBA", "B"), ("BBB?", "B"), ("BBAA", None), ("BB??", None), ("BBAC", None), ("B???", None), ("????", None),
    ],
)  # fmt: skip
def test_more_than_half_of_all_turns_must_name_the_option(named, option):
    reading = read(*votes(*named))
    assert reading.option == option
    assert reading.is_split is (option is None and set(named) != {"?"})


@pytest.mark.parametrize("turns", [2, 3, 4])
def test_a_model_that_loves_a_letter_names_no_option(turns):
    assert read(*["A"] * turns).option is None


def test_reasoning_names_no_option_and_is_kept():
    reading = read(*votes("B", "?"), thought="It is A. Answer: A")
    assert (reading.option, reading.text) == (None, "B")
    assert reading.raw_text.startswith("It is A. Answer: A\nB\n")


def test_probabilities_are_averaged_and_split_nothing():
    replies = [Reply(Scoring.LOGPROBS, scores={"A": -1e-9, "B": -50.0, "C": -50.0, "D": -50.0})] * 4
    reading = read_replies(replies, TURNS)
    assert reading.chances == pytest.approx(dict.fromkeys("ABCD", 0.25))
    assert (reading.option, reading.is_split) == (None, False)


def test_an_answer_after_reasoning_costs_both():
    thought = Reply(Scoring.TEXT, "It is brown.", prompt_tokens=10, new_tokens=3)
    both = after(thought, Reply(Scoring.TEXT, "B", prompt_tokens=14, new_tokens=1))
    assert (both.thought, both.text, both.prompt_tokens, both.new_tokens) == ("It is brown.", "B", 24, 4)
    assert after(thought, Reply(Scoring.TEXT, "B", prompt_tokens=14)).new_tokens is None
    fault = MllmError("out of memory")
    assert after(thought, fault) is fault
