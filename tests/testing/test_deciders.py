import pytest

from echo_iad.domain.decisions import Decision, Status
from echo_iad.errors import ContractError
from echo_iad.testing.deciders import check_decider


class Scripted:
    """A decider that always says the same."""

    name = "scripted"

    def __init__(self, decision):
        self.decision = decision

    def decide(self, question, question_type, evidence):
        return self.decision(question) if callable(self.decision) else self.decision


def test_one_that_always_fails_with_a_reason_keeps_the_contract():
    check_decider(Scripted(Decision(Status.FAILED, reason="Out of order.")))


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (Decision(Status.FAILED), "must give a reason"),
        (Decision(Status.ANSWERED, reason="So."), "in words"),
        (Decision(Status.ANSWERED, option="Z", text="x", reason="So."), "with a label"),
        (Decision(Status.ANSWERED, text="fine", reason="So."), "with a label"),
        (Decision(Status.ABSTAINED, reason="So.", p_anomalous=1.5), "0 to 1"),
        ("yes", "must return a Decision"),
    ],
)
def test_broken_promises(decision, message):
    with pytest.raises(ContractError, match=message):
        check_decider(Scripted(decision))


def answer_first(question):
    if not question.options:
        return Decision(Status.ANSWERED, text="Fine.", reason="So.")
    chances = {label: 1.0 / len(question.options) for label in question.options}
    return Decision(Status.ANSWERED, option=next(iter(chances)), text="Fine.", probabilities=chances, reason="So.")


def test_an_answer_without_a_comparison_breaks_the_contract():
    with pytest.raises(ContractError, match="nothing compared"):
        check_decider(Scripted(answer_first))


def test_an_option_that_is_not_the_likeliest_breaks_the_contract():
    def unlikely(question):
        if not question.options:
            return Decision(Status.ANSWERED, text="Fine.", reason="So.")
        first, *others = question.options
        chances = {first: 0.0} | {label: 1.0 / len(others) for label in others}
        return Decision(Status.ANSWERED, option=first, text="Fine.", probabilities=chances, reason="So.")

    with pytest.raises(ContractError, match="likeliest"):
        check_decider(Scripted(unlikely))


def test_a_decider_that_changes_its_mind_breaks_the_contract():
    reasons = iter(range(10_000))
    with pytest.raises(ContractError, match="twice"):
        check_decider(Scripted(lambda _: Decision(Status.FAILED, reason=str(next(reasons)))))


def test_something_else_is_no_decider():
    with pytest.raises(ContractError, match="name and decide"):
        check_decider(object())
