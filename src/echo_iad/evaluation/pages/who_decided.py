"""Who decided a run, in words: model or decider, profile and what was changed of it, and whose word counted."""

from __future__ import annotations

from collections.abc import Sequence

from echo_iad.evaluation.scores.summary import Summary, Verdicts


def decider(model: str | None) -> str:
    """The model, or that there is none.

    Examples
    --------
    >>> decider("transformers:folder"), decider(None)
    ('model transformers:folder', 'embedded, no language model')
    """
    return f"model {model}" if model else "embedded, no language model"


def profile_and_changes(name: str, changed: Sequence[str]) -> str:
    """The profile and what was changed of it.

    Examples
    --------
    >>> profile_and_changes("edge", ["retrieval.shots=3"]), profile_and_changes("edge", [])
    ('profile edge with retrieval.shots=3', 'profile edge')
    """
    return f"profile {name} with {', '.join(changed)}" if changed else f"profile {name}"


def who_decided(summary: Summary) -> str:
    """Both, in one sentence."""
    return f"Decided by: {decider(summary.model)}; {profile_and_changes(summary.profile, summary.changed)}."


def whose_word(verdicts: Verdicts) -> str:
    """Whose word the verdicts are in which a model's was weighed against the comparison.

    Examples
    --------
    >>> print(whose_word(Verdicts(weighed=12, by_comparison=12, by_model=0)))
    verdict by the comparison in 12 of 12 (the model's word did not count)
    >>> print(whose_word(Verdicts(weighed=12, by_comparison=8, by_model=0)))
    verdict by the comparison in 8 of 12 (the model's word did not count), by both together in 4 of 12
    """
    counts = {
        "by the comparison in {} of {} (the model's word did not count)": verdicts.by_comparison,
        "by the model in {} of {} (the comparison did not count)": verdicts.by_model,
        "by both together in {} of {}": verdicts.weighed - verdicts.by_comparison - verdicts.by_model,
    }
    return "verdict " + ", ".join(said.format(count, verdicts.weighed) for said, count in counts.items() if count)
