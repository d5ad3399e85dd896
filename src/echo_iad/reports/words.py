"""Numbers and names of a record as people read them; the report and the command line say them alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from echo_iad.domain.decisions import Inspection, Status
from echo_iad.domain.evidence import Comparison, Region
from echo_iad.reports.verdicts import is_contradicted

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but newline and tab, and those that turn the direction of writing."""


def printable(text: str) -> str:
    r"""Text for a terminal or a page, without characters that steer either; a record keeps them.

    Examples
    --------
    >>> printable("\x1b[31mNo\x1b[0m\n\tor \u202eyes\x9b")
    '[31mNo[0m\n\tor yes'
    """
    return _UNPRINTABLE.sub("", text)


def percent(share: float) -> str:
    """Say a share of one as percent; 0 % and 100 % are said of 0 and 1 alone.

    Examples
    --------
    >>> [percent(share) for share in (0.05, 0.997, 0.123, 0.0042, 0.9999, 0.00001, 1.0, 0.0)]
    ['5 %', '99.7 %', '12 %', '0.4 %', '>99.9 %', '<0.1 %', '100 %', '0 %']
    """
    hundredfold = 100 * share
    if 0 < hundredfold < 0.1:
        return "<0.1 %"
    if 99.9 < hundredfold < 100:
        return ">99.9 %"
    near_an_end = 0 < hundredfold < 0.95 or 99 < hundredfold < 100
    return f"{hundredfold:.1f} %" if near_an_end else f"{hundredfold:.0f} %"


def number(value: float) -> str:
    """Say a score with three digits that count.

    Examples
    --------
    >>> number(1.23456), number(5.0), number(0.0123456), number(123.4), number(12345.0), number(0.0)
    ('1.23', '5.00', '0.0123', '123', '12345', '0')
    """
    return f"{value:.0f}" if value == 0 or abs(value) >= 100 else f"{value:#.3g}"


def p_value(value: float) -> str:
    """Say a p-value with two digits that count.

    Examples
    --------
    >>> p_value(0.64), p_value(1 / 501), p_value(1.0)
    ('0.64', '0.002', '1')
    """
    return f"{value:.2g}"


def milliseconds(value: float) -> str:
    """Say a time.

    Examples
    --------
    >>> milliseconds(0.234), milliseconds(87.6), milliseconds(1234.0)
    ('0.2 ms', '88 ms', '1.23 s')
    """
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def plain(name: str) -> str:
    """Write a name of the code as words: ``visual_comparator`` -> ``visual comparator``."""
    return name.replace("_", " ")


def place(region: Region) -> str:
    """Where a region is: in the picture and, where known, on the object."""
    return f"{region.position}, {region.part_position}" if region.part_position else region.position


def change(region: Region) -> str:
    """How a region differs from the reference at the same place; empty = no clear change or no reference."""
    if region.change is None:
        return ""
    words = ", ".join(region.change.words)
    if region.change.colour == region.change.reference_colour:
        return words
    colours = f"{region.change.colour} instead of {region.change.reference_colour}"
    return f"{words} ({colours})" if words else colours


def score_sentence(comparison: Comparison) -> str:
    """The score against its threshold."""
    side = "above" if comparison.is_anomalous else "below"
    far = percent(abs(comparison.margin))
    return f"{number(comparison.score)}, {far} {side} the threshold {number(comparison.threshold)}"


def times(comparison: Comparison) -> str:
    """The score as times its threshold; above 1 = anomalous."""
    return f"{comparison.score / comparison.threshold:.2f} ×"


def p_value_sentence(comparison: Comparison) -> str:
    """What the p-value says about the part."""
    return f"{p_value(comparison.p_value)}: {percent(comparison.p_value)} of good parts at most would score this high"


def chosen_by(inspection: Inspection) -> str:
    """Say who chose the knowledge where a model was asked to; empty where Echo chose alone."""
    by = inspection.knowledge_by
    return f"Chosen by {by}." if "model" in by else ""


def answer(inspection: Inspection) -> str:
    """The decision in words: the option with its letter, the text, or that there is none."""
    decision = inspection.decision
    if decision.status is Status.FAILED:
        return "No answer: the inspection failed"
    if decision.status is Status.ABSTAINED:
        return decision.text or "Not sure"
    chosen = inspection.options.get(decision.option or "", "")
    said = f"{decision.option}: {chosen}" if decision.option else decision.text
    return f"{said}. {decision.text}" if decision.option and decision.text not in {"", chosen} else said


def reason(inspection: Inspection) -> str:
    """Why it was decided so, and what weakens it; empty when the answer says it already."""
    decision, comparison = inspection.decision, inspection.comparison
    said = ["" if decision.reason in decision.text else decision.reason]
    if comparison is not None and is_contradicted(inspection):
        said.append(f"The comparison says otherwise: {times(comparison)} the threshold.")
    if comparison is not None and comparison.outline_found is False:
        said.append("Its outline was not found, so the whole picture was compared.")
    return " ".join(filter(None, said))


def labelled(inspection: Inspection) -> str:
    """What the labelled defects say of an anomaly's type; empty when there is none, or nothing is wrong."""
    comparison, vote = inspection.comparison, inspection.defect_vote
    return vote.words if vote is not None and comparison is not None and comparison.is_anomalous else ""


def missing(inspection: Inspection) -> list[str]:
    """Which experts had nothing, and why; those with the same reason together."""
    together: dict[str, list[str]] = {}
    for expert, why in inspection.missing.items():
        together.setdefault(why, []).append(plain(expert))
    return [f"{listed(experts)}: {why}" for why, experts in together.items()]


def listed(items: Sequence[str]) -> str:
    """Join with commas and a final "and".

    Examples
    --------
    >>> listed(["2 anomalous", "9 good", "1 failed"])
    '2 anomalous, 9 good and 1 failed'
    """
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
