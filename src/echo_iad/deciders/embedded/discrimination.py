"""Is there a defect? The verdict comes from the calibrated comparison; the wording follows it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from echo_iad.deciders.embedded.attributes import agreement, expectation
from echo_iad.deciders.embedded.case import Answer, Case
from echo_iad.deciders.embedded.lexicon import DEFECTS
from echo_iad.deciders.embedded.polarity import Side, asked, is_unsure
from echo_iad.deciders.embedded.scoring import ScoredOption, Term, best
from echo_iad.deciders.embedded.seen import Seen
from echo_iad.deciders.embedded.sentences import looks, verdict, where
from echo_iad.deciders.embedded.words import stem, words

_UNSURE = math.log(0.3)
"""An option such as "not sure" wins only when both sides are less likely than this."""
_FIT, _UNFIT = "its looks fit.", "its looks do not fit."
_CLEAR_LEANING = 0.05
"""Least difference of cosines at which options are told apart by meaning."""
_PROTOTYPES = ("the part is defective, reject it", "the part is good, accept it")


def side_term(side: Side, p_anomalous: float) -> Term:
    """Log-probability of a side; without a side, of neither."""
    p_side = {Side.DEFECTIVE: p_anomalous, Side.GOOD: 1.0 - p_anomalous, Side.NEITHER: 0.5}[side]
    return Term("side", math.log(max(p_side, 1e-6)))


def discriminate(case: Case) -> Answer:
    """Answer whether the part is defective.

    Without a comparison it abstains: a part that was not compared is not good.
    """
    seen = case.seen
    if seen is None:
        return Answer("", f"The part was not compared with good parts: {case.nothing_compared}.", abstains=True)
    reason = f"{verdict(seen.comparison)}{_region_words(seen)}{_named_defect(case, seen)}"
    sides = case.sides if any(case.sides.values()) else _by_meaning(case)
    options = _options(case, seen, sides)
    if options and not sides[best(options).label] and not is_unsure(best(options).text):
        return Answer("", f"No option says what the comparison found. {reason}", options, abstains=True)
    return Answer(_open_text(case, seen), reason, options)


def _options(case: Case, seen: Seen, sides: Mapping[str, Side]) -> tuple[ScoredOption, ...]:
    looks_terms = _looks_terms(case, seen, [label for label, side in sides.items() if side is Side.DEFECTIVE])
    scored = []
    for label, text in case.question.options.items():
        terms = (side_term(sides[label], seen.p_anomalous), *looks_terms.get(label, ()))
        scored.append(ScoredOption(label, text, (Term("unsure", _UNSURE),) if is_unsure(text) else terms))
    return tuple(scored)


def _looks_terms(case: Case, seen: Seen, labels: Sequence[str]) -> dict[str, tuple[Term, ...]]:
    """Choose among several defective options by their looks; the best one loses nothing, so the verdict stays."""
    if len(labels) < 2:
        return {}
    fits = {label: agreement(expectation(case.question.options[label]), seen.attributes) for label in labels}
    highest = max(fits.values())
    return {label: (Term("looks", 2.0 * (fit - highest)),) for label, fit in fits.items()}


def _by_meaning(case: Case) -> dict[str, Side]:
    """Sides of options whose words take none, by their nearness to two plain statements; none when all are as near."""
    labels = list(case.question.options)
    if not labels:
        return {}
    nearness = case.cosines(list(case.question.options.values()), _PROTOTYPES)
    leaning = nearness[:, 0] - nearness[:, 1]
    if np.ptp(leaning) < _CLEAR_LEANING:
        return dict.fromkeys(labels, Side.NEITHER)
    middle = (leaning.max() + leaning.min()) / 2.0
    return {label: Side.DEFECTIVE if lean > middle else Side.GOOD for label, lean in zip(labels, leaning, strict=True)}


def _open_text(case: Case, seen: Seen) -> str:
    """``Yes`` or ``no`` as the question was put, then the verdict."""
    defective = seen.comparison.is_anomalous
    meant = asked(case.question.text).yes
    answer = {0: "", 1: "Yes. ", -1: "No. "}[meant * (1 if defective else -1)]
    named = _named_defect(case, seen)
    if meant is Side.DEFECTIVE and named.endswith(_UNFIT):
        answer = "Perhaps not what you ask for, but something is wrong. "
    finding = "The part differs from the good parts" if defective else "No defect was found"
    region = seen.main
    place = f": {looks(seen)}, {where(region)}" if defective and region is not None else ""
    return f"{answer}{finding}{place}. {verdict(seen.comparison)}{named}"


def _region_words(seen: Seen) -> str:
    region = seen.main
    return f" The main deviation is {where(region)}." if region is not None and seen.comparison.is_anomalous else ""


def _named_defect(case: Case, seen: Seen) -> str:
    """Say whether the looks speak for the defect that the question names; the verdict does not depend on it."""
    named = next((word for word in words(case.question.text) if stem(word, DEFECTS)), "")
    if not named or not seen.comparison.is_anomalous or not seen.attributes:
        return ""
    fitting = agreement(expectation(named), seen.attributes) > 0
    return f" As for {named!r} in the question, {_FIT if fitting else _UNFIT}"
