"""A server is gone when it fails all and shows no sign of life; not when it cannot take some prompts."""

import pytest

from echo_iad.errors import ModelGoneError
from echo_iad.mllms.server.retrying import Fault
from echo_iad.mllms.server.standing import MOST_FAILURES, MOST_WHILE_THERE, Standing

FAILED = Fault("HTTP 500: boom.", 500)


class Life:
    """Whether the server is there, and how often it was asked."""

    def __init__(self, *, is_there):
        self.is_there, self.asked = is_there, 0

    def __call__(self):
        self.asked += 1
        return self.is_there


@pytest.fixture
def new():
    return Standing("http://host/v1")


@pytest.fixture
def known(new):
    new.heard()
    return new


def fail(standing, times, life, fault=FAILED):
    for _ in range(times):
        standing.failed(fault, life)


@pytest.mark.parametrize("fault", [FAILED, Fault("no images.", 400), Fault("no answer")])
def test_a_server_is_asked_for_a_sign_of_life_at_the_fifth_failure(new, fault):
    life = Life(is_there=False)
    fail(new, MOST_FAILURES - 1, life, fault)
    assert life.asked == 0
    with pytest.raises(
        ModelGoneError, match=r"http://host/v1 failed 5 prompts in a row, the last with: .*\w\. Cure that"
    ):
        fail(new, 1, life, fault)
    assert life.asked == 1


def test_refusals_count_until_the_server_has_answered(known):
    fail(known, 2 * MOST_WHILE_THERE, Life(is_there=False), Fault("too long", 400))


def test_one_that_is_there_may_fail_a_whole_part_and_no_more(known):
    life = Life(is_there=True)
    fail(known, MOST_WHILE_THERE - 1, life)
    with pytest.raises(ModelGoneError, match="failed 50 prompts in a row"):
        fail(known, 1, life)


def test_one_that_dies_later_is_noticed_at_once(known):
    fail(known, MOST_FAILURES, Life(is_there=True))
    with pytest.raises(ModelGoneError, match="failed 6 prompts"):
        fail(known, 1, Life(is_there=False))


@pytest.mark.parametrize("between", [Standing.heard, lambda known: known.failed(Fault("too long", 400), None)])
def test_an_answer_or_a_refusal_starts_the_count_anew(known, between):
    for _ in range(3):
        fail(known, MOST_FAILURES - 1, Life(is_there=False))
        between(known)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_key_that_is_refused_at_first_ends_all(new, status):
    with pytest.raises(ModelGoneError, match=r"refuses the key of OPENAI_API_KEY, or this model to it: no\."):
        new.failed(Fault("no", status), Life(is_there=True))


def test_what_is_forbidden_later_is_one_prompt_but_a_key_stays_a_key(known):
    fail(known, MOST_FAILURES - 1, Life(is_there=True), Fault("flagged", 403))
    for status in (401, 402):
        with pytest.raises(ModelGoneError, match="refuses the key"):
            known.failed(Fault("no", status), Life(is_there=True))
