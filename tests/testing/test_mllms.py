"""A model that breaks one promise must be caught, for each promise."""

import itertools

import pytest

from echo_iad.errors import ContractError
from echo_iad.mllms.base import normalised
from echo_iad.testing.mllms import check_mllm


class Honest:
    """Scores by the number and brightness of the pictures; keeps every promise."""

    name = "made:honest"
    scores_options = True

    def score_options(self, prompts, labels):
        return [
            normalised({label: self.bias(label) * len(prompt[-1].pictures) for label in labels}) for prompt in prompts
        ]

    def bias(self, label):
        return 0.1 * ord(label)

    def generate(self, messages, *, max_new_tokens, stop=()):
        return "A"


def breaking(**members):
    return type("Broken", (Honest,), members)()


counter = itertools.count()
FAULTS = {
    "BACKEND:NAME": breaking(name="honest"),
    "must return text": breaking(generate=lambda self, messages, **_: 3),
    "new text alone": breaking(generate=lambda self, messages, **_: messages[-1].text + "A"),
    "must get the same text": breaking(generate=lambda self, messages, **_: str(next(counter))),
    r"must be \[\]": breaking(score_options=lambda self, prompts, labels: [{}]),
    "scores for each prompt": breaking(score_options=lambda self, prompts, labels: [{}][: len(prompts)]),
    "must have the labels": breaking(score_options=lambda self, prompts, labels: [{"A": 0.0} for _ in prompts]),
    "must sum to 1": breaking(
        score_options=lambda self, prompts, labels: [dict.fromkeys(labels, 0.0) for _ in prompts]
    ),
    "alone and in a batch": breaking(
        score_options=lambda self, prompts, labels: [
            normalised({label: self.bias(label) * len(prompts) for label in labels}) for _ in prompts
        ]
    ),
    "in another order": breaking(
        score_options=lambda self, prompts, labels: [
            normalised({label: float(place) for place, label in enumerate(labels)}) for _ in prompts
        ]
    ),
}


def test_an_honest_model_passes():
    check_mllm(Honest())


@pytest.mark.parametrize("promise", FAULTS)
def test_a_broken_promise_is_caught(promise):
    with pytest.raises(ContractError, match=promise):
        check_mllm(FAULTS[promise])


def test_what_is_no_model_is_caught():
    with pytest.raises(ContractError, match="name, scores_options"):
        check_mllm(3)
