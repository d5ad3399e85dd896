"""What an evaluation report says, section by section: a summary turned into sentences, tables and plots.

Says first what the figures allow to conclude, and what not. Knows summaries; writes no file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from echo_iad.errors import MissingExtraError
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.pages import tables
from echo_iad.evaluation.pages.abstention_section import abstention_section
from echo_iad.evaluation.pages.content import Cell, Column, Drawing, Fact, Listing, Row, Section, ShownAnswer, Table
from echo_iad.evaluation.pages.plots import GREY, SKY, Kind, ReliabilityPoint, Series, bar_groups, reliability
from echo_iad.evaluation.pages.prior_section import prior_section, together
from echo_iad.evaluation.pages.tables import at, percent, plain
from echo_iad.evaluation.pages.who_decided import decider, whose_word
from echo_iad.evaluation.published import INCONSISTENCIES, PAPER, WITH_ECHO, published_dataset, published_model
from echo_iad.evaluation.scores.summary import Summary
from echo_iad.evaluation.scores.text_prior import NAME
from echo_iad.reports.words import listed, milliseconds

FIRST = 20
"""Exclusions of one reason that are named; all of them are in ``summary.json``."""

_COUNTED = re.compile(r"\b\d+ pictures?\b")
ON_TWO_LINES = {
    Subtask.DISCRIMINATION: "discrimi-\nnation",
    Subtask.CLASSIFICATION: "classifi-\ncation",
    Subtask.LOCALIZATION: "localiza-\ntion",
    Subtask.OBJECT_CLASSIFICATION: "object clas-\nsification",
    Subtask.OBJECT_ANALYSIS: "object\nanalysis",
}
"""Long names of subtasks, as they stand below a plot."""
_CONTRADICTIONS = "The cells are shown as printed, though the paper contradicts itself"
ASSISTED = (
    "Assisted: the knowledge at hand describes the very defects that the benchmark asks about. Compare these figures "
    "with other assisted ones only; the paper's rows with Echo are of that kind."
)
NOT_ASSISTED = "Not assisted: nothing at hand described the benchmark's own defects."


def facts(summary: Summary, made_at: str) -> tuple[Fact, ...]:
    """The head of the report: what ran, on what."""
    questions = sum(sum(cells.values()) for cells in summary.counts.values())
    objects = len(summary.per_object)
    held = {
        "Decider": decider(summary.model),
        "Profile": f"{summary.profile} ({summary.profile_sha256[:12]})" if summary.profile_sha256 else summary.profile,
        "Changed": ", ".join(summary.changed),
        "Data": ", ".join(f"{dataset} {sum(cells.values())}" for dataset, cells in summary.counts.items()),
        "Questions": f"{questions} about {objects} object{'s' if objects != 1 else ''}",
        "Questions' digest": summary.questions_sha256[:12],
        "0-shot": ", ".join(summary.zero_shot),
        "Seed": str(summary.seed),
        "Echo": summary.version,
        "Written": made_at,
    }
    return tuple(Fact(name, value) for name, value in held.items() if value)


def sections(summary: Summary, mistakes: Sequence[ShownAnswer]) -> tuple[Section, ...]:
    """Every section of the report, in order; one that would be empty is left out."""
    found = (
        _conclusions(summary),
        _cells(summary),
        prior_section(summary),
        _paper(summary),
        Section("averages", "Averages", tables=(tables.average_table(summary),), after=(_AVERAGES,)),
        _balance(summary),
        Section("objects", "Object by object", tables=(tables.object_table(summary),)),
        _calibration(summary),
        abstention_section(summary),
        _course(summary),
        _marks(summary),
        _robustness(summary),
        _mistakes(mistakes),
        _exclusions(summary),
    )
    return tuple(section for section in found if section is not None)


def _conclusions(summary: Summary) -> Section:
    names = _plot_names(summary.counts)
    drawings, why = drawn(lambda: tuple(_accuracy_plot(summary, dataset, name) for dataset, name in names.items()))
    weighed = () if summary.verdicts is None else (f"Discrimination: {whose_word(summary.verdicts)}.",)
    hard = summary.hard_together
    hardest = () if hard is None else (f"Hard questions about defects, all subtasks together: {together(hard)}.",)
    said = (*_beyond_blind(summary), *hardest, *weighed, *_unanswered(summary), *why)
    return Section("shows", "What this run shows", text=said, drawings=drawings)


def _beyond_blind(summary: Summary) -> tuple[str, ...]:
    gains = {(dataset, subtask): gain for dataset, row in summary.gain.items() for subtask, gain in row.items()}
    if not gains:
        return (
            "No blind decider was at hand, so nothing says how much of these figures needs a picture. "
            "Fit one with: echo-iad evaluate blind-fit",
        )
    surely = [cell for cell, gain in gains.items() if gain.low > 0]
    below = [(d, s) for d, row in summary.strict.items() for s in row if tables.below_blind(summary, d, s)]
    said = [
        f"In {len(surely)} of {len(gains)} cells the run is better than the best blind decider: the whole 95 % "
        "interval of the gain is above zero."
    ]
    if below:
        said.append(f"Below a blind decider (▼): {listed([f'{d} {plain(s)}' for d, s in below])}.")
    return tuple(said)


def _unanswered(summary: Summary) -> tuple[str, ...]:
    coverage = tables.mean_coverage(summary, summary.counts)
    if coverage >= 100:
        return ("Every question was answered with an option.",)
    lost = max(0.1, 100 - coverage)
    said = [
        f"⚠ {lost:.1f} % of the questions were not answered with an option. The strict figures count them as wrong. "
        "MMAD's rule flatters: where words were written it takes a lone capital or the most alike option for the "
        "answer, and where nothing came back it leaves the question out."
    ]
    nothing = [f"{dataset} {plain(of)}" for dataset, row in summary.coverage.items() for of in row if not row[of]]
    if nothing:
        said.append(
            f"Nothing at all was answered in {listed(nothing)}. A dash stands there for MMAD's rule; where it guesses "
            "a figure all the same, the small print gives it, and the rule's averages count it."
        )
    return tuple(said)


def _accuracy_plot(summary: Summary, dataset: str, name: str) -> Drawing:
    subtasks = list(summary.strict[dataset])
    series = [
        Series(
            "this run, strict",
            [summary.strict[dataset][subtask] for subtask in subtasks],
            [at(summary.intervals, dataset, subtask) for subtask in subtasks],
            marks=[tables.lacking_mark(at(summary.coverage, dataset, subtask)) for subtask in subtasks],
        )
    ]
    if summary.text_prior is not None:
        prior = summary.text_prior
        ends = [at(prior.intervals, dataset, subtask) for subtask in subtasks]
        series.append(Series(NAME, [at(prior.strict, dataset, subtask) for subtask in subtasks], ends, colour=SKY))
    blind = [tables.best_blind(summary, dataset, subtask) for subtask in subtasks]
    if any(value is not None for value in blind):
        series.append(Series("best blind decider", blind, colour=GREY))
    series.append(Series("chance", [summary.chance[dataset][subtask] for subtask in subtasks], kind=Kind.LINE))
    known = published_dataset(dataset)
    if known and set(subtasks) & set(PAPER_SUBTASKS):
        cells = published_model(WITH_ECHO).cells[known]
        series.append(Series(f"paper, {WITH_ECHO}", [cells.get(subtask) for subtask in subtasks], kind=Kind.POINT))
    groups = [ON_TWO_LINES.get(subtask, plain(subtask)) for subtask in subtasks]
    return bar_groups(name, f"{dataset}: right answers", groups, series)


def _cells(summary: Summary) -> Section:
    return Section(
        "cells",
        "Every cell beside its blind baseline",
        tables=tables.cell_tables(summary),
        after=(
            "Strict: whatever is no right answer is wrong, with a 95 % interval (bootstrap over images). Blind: "
            "answered from the words alone, by a head that learned on other objects, by taking the longest or "
            "the first option, or the one nearest to the knowledge at hand. "
            "Gain: strict minus the best blind decider of the cell, paired; green when its whole interval is above "
            "zero. Hard: strict accuracy on the questions that the learned blind decider gets wrong.",
            "MMAD's rule weighs good and defective parts alike in discrimination; strict is the plain share.",
            "▼ below a blind decider. ⚠ with the share of questions that were answered, where that is not all of them.",
        ),
    )


def _paper(summary: Summary) -> Section | None:
    found = tables.published_tables(summary)
    if not found:
        return None
    return Section(
        "paper",
        "Beside the published figures",
        text=(
            f"Table 1 of “{PAPER}” covers all objects of its data sets; this run covers what the head says. "
            "A difference of a few points between different questions is no finding.",
        ),
        tables=found,
        listings=(Listing(_CONTRADICTIONS, len(INCONSISTENCIES), INCONSISTENCIES),),
    )


_AVERAGES = (
    "MMAD averages a data set over its subtasks, all seven where they are asked, and then over data sets. The paper "
    "averages ten cells: five subtasks of two data sets. A run without all ten has no such average."
)


def _balance(summary: Summary) -> Section | None:
    if not summary.balanced:
        return None
    explained = (
        "Overkill: good parts that were not found good. Miss: defective parts that were not found defective. No answer "
        "counts against the run on either side. Balanced accuracy is the mean of both sides."
    )
    return Section("balance", "Discrimination", tables=(tables.balance_table(summary),), after=(explained,))


def _calibration(summary: Summary) -> Section:
    found = summary.calibration
    if found.ece is None or found.brier is None:
        return Section("calibration", "Calibration", text=("No probabilities were recorded.",))
    points = [ReliabilityPoint(each.mean_probability, each.accuracy, each.count) for each in found.bins]
    title = "Right, by stated probability"
    drawings, why = drawn(lambda: (reliability("calibration", title, points),))
    said = (
        f"On average the stated probability of an answer is {100 * found.ece:.1f} points away from how often such "
        f"answers are right (expected calibration error {found.ece:.3f}). The Brier score is {found.brier:.3f}: 0 is "
        "best, 2 worst.",
        "Below the diagonal, answers are surer than they should be. The numbers at the points count answers.",
    )
    return Section("calibration", "Calibration", text=(*said, *why), drawings=drawings)


def _course(summary: Summary) -> Section:
    latency = summary.latency_ms
    known = {"median": latency.p50, "95th percentile": latency.p95, "mean": latency.mean}
    taken = [f"{name} {milliseconds(value)}" for name, value in known.items() if value is not None]
    spent = [f"{value:,.{0 if 'tokens' in name else 1}f} {plain(name)}" for name, value in summary.cost.items()]
    said = [f"From a question to its decision: {listed(taken)}."] if taken else []
    said += [f"Cost: {listed(spent)}."] if spent else []
    return Section("course", "Answers and time", text=tuple(said), tables=(tables.status_table(summary),))


def _marks(summary: Summary) -> Section | None:
    found = tables.marks_tables(summary)
    if not found:
        return None
    explained = (
        "What is known against pictures: faults of the data, or use in a known training set. The figures above leave "
        "none of them out. The count is over all data sets. "
        "A dash: every question of the cell is marked."
    )
    return Section("marks", "Marked pictures", text=(explained,), tables=found)


def _robustness(summary: Summary) -> Section | None:
    if not summary.robustness:
        return None
    found = tuple(_variant_table(variant, rows) for variant, rows in summary.robustness.items())
    explained = "The same questions in other forms. Stays right and flips compare an answer's text before and after."
    return Section("robustness", "Robustness", text=(explained,), tables=found)


def _variant_table(variant: str, rows: dict[str, dict[str, float | None]]) -> Table:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = tuple(
        Row(plain(subtask), tuple(_robust_cell(row.get(name)) for name in names)) for subtask, row in rows.items()
    )
    return Table(f"{plain(variant).capitalize()}, %", "Subtask", tuple(Column(plain(name)) for name in names), lines)


def _robust_cell(value: float | None) -> Cell:
    return Cell(str(value) if isinstance(value, int) else percent(value))


def _mistakes(mistakes: Sequence[ShownAnswer]) -> Section | None:
    if not mistakes:
        return None
    explained = (
        "The surest wrong answers, spread over subtasks and objects. They are chosen to teach, not to represent."
    )
    return Section("mistakes", "The worst mistakes", text=(explained,), answers=tuple(mistakes))


def _exclusions(summary: Summary) -> Section:
    if not summary.excluded:
        return Section("excluded", "Left out", text=("Nothing that the benchmark names was left out.",))
    names: dict[str, list[str]] = {}
    for each in summary.excluded:
        question = "" if each.question_index is None else f", question {each.question_index}"
        names.setdefault(_COUNTED.sub("some pictures", each.why), []).append(f"{each.image}{question}")
    found = tuple(Listing(why, len(named), tuple(named[:FIRST])) for why, named in names.items())
    explained = f"{len(summary.excluded)} things that the benchmark names were not measured. All are in summary.json."
    return Section("excluded", "Left out", text=(explained,), listings=found)


def drawn(draw: Callable[[], tuple[Drawing, ...]]) -> tuple[tuple[Drawing, ...], tuple[str, ...]]:
    """Plots, or why there are none: a long run's report is not lost for want of a drawing library."""
    try:
        return draw(), ()
    except MissingExtraError as fault:
        return (), (str(fault),)


def _plot_names(datasets: Iterable[str]) -> dict[str, str]:
    """A file's name for each data set's plot; a data set may be called anything."""
    names: dict[str, str] = {}
    for number, dataset in enumerate(datasets, start=1):
        name = f"accuracy-{re.sub(r'[^a-z0-9]+', '-', dataset.lower()).strip('-')}".rstrip("-")
        names[dataset] = f"{name}-{number}" if name in names.values() else name
    return names
