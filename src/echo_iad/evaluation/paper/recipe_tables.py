"""An experiment of the paper as values to be laid out: what was measured, beside what was published.

Measured by MMAD's rule, as the paper's figures are. Knows summaries, recipes and the paper; runs and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.pages.comparison_table import Beside, Experiment, Rows
from echo_iad.evaluation.pages.content import Column, Drawing
from echo_iad.evaluation.pages.plots import Series, bar_groups, lines
from echo_iad.evaluation.pages.sections import ON_TWO_LINES, drawn
from echo_iad.evaluation.pages.tables import at, lacking_mark, mean_coverage, plain, signed
from echo_iad.evaluation.pages.who_decided import whose_word
from echo_iad.evaluation.paper.recipes import BARE_MODEL, Recipe
from echo_iad.evaluation.published import (
    BARE,
    BARE_SMALL,
    FIGURE5,
    FIGURE6,
    PAPER,
    TABLE1,
    TABLE2,
    TABLE3,
    TABLE4_STATED,
    WITH_ECHO,
    Ablation,
    StatedDelta,
    published_dataset,
    published_model,
)
from echo_iad.evaluation.scores.beyond_blind import LEARNED
from echo_iad.evaluation.scores.summary import Summary, Verdicts
from echo_iad.reports.words import listed

MEAN = Column("mean")

_MODELS = {"qwen2-vl-2b": BARE_SMALL, "qwen2-vl-7b": BARE}
"""Part of a model's name, in small letters -> its name in the paper's tables."""

_ABLATIONS = {
    "baseline": Ablation.BASELINE,
    "without reference extractor": Ablation.NO_REFERENCE_EXTRACTOR,
    "without knowledge guide": Ablation.NO_KNOWLEDGE_GUIDE,
    "without reasoning expert": Ablation.NO_REASONING_EXPERT,
    "without all": Ablation.NO_EXPERT,
}
"""Row of the third recipe -> column of the paper's Table 3."""

_STATEMENTS = {"figure5": FIGURE5.statement, "figure6": FIGURE6.statement}


@dataclass(frozen=True)
class Result:
    """One row of an experiment, scored."""

    contestant: str
    label: str
    summary: Summary


@dataclass(frozen=True)
class Place:
    """A column of an experiment."""

    subtask: Subtask
    dataset: str | None
    """None: the mean over the data sets."""

    @property
    def column(self) -> Column:
        """As it is headed."""
        return Column(plain(self.subtask), self.dataset or "")


def describe_experiment(recipe: Recipe, results: Sequence[Result]) -> Experiment:
    """Everything that is shown of one experiment."""
    places = _places(recipe, results)
    rows = {_label(results, result): _row(recipe, result, places) for result in results}
    blind = {place: _blind(results, place) for place in places}
    rows["blind: learned"] = _with_mean({place: Beside(share, strict=share) for place, share in blind.items()})
    if recipe.name == "table1" and _in_paper([place.dataset or "" for place in places]):
        rows |= _published_rows(places)
    drawings, why_none = drawn(lambda: (_drawing(recipe, results, places, rows),))
    return Experiment(
        name=recipe.name,
        title=recipe.title,
        rows=rows,
        text=(f"{recipe.source} of “{PAPER}”", *_stated(recipe, results, rows)),
        drawings=drawings,
        notes=(*_notes(results), *_guesses(results, rows), *_verdicts(results), *why_none),
    )


def _notes(results: Sequence[Result]) -> tuple[str, ...]:
    notes = [f"Figures of the paper stand beside {BARE}, unless the paper has the model itself."]
    if halved(results):
        notes.append(
            f"Discrimination in {', '.join(halved(results))} is about good or about defective parts alone, and MMAD's "
            "rule counts the other side as 0: read the strict figures in summary.json instead."
        )
    if any(cell < 100 for result in results for cells in result.summary.coverage.values() for cell in cells.values()):
        notes.append(
            "⚠ with the share of questions that were answered, where that is not all of them; strict counts the others "
            "as wrong. A dash: nothing was asked, or nothing answered."
        )
    return tuple(notes)


def _guesses(results: Sequence[Result], rows: Rows) -> tuple[str, ...]:
    """What MMAD's rule makes of cells without an answer: the tables do not show it, their means count it."""
    labels = [_label(results, result) for result in results]
    guessed = {
        label: [
            f"{column.group} {column.name} {cell.measured:.2f}".strip()
            for column, cell in rows[label].items()
            if cell.shown is None and cell.measured
        ]
        for label in labels
    }
    told = "; ".join(f"{label}: {', '.join(cells)}" for label, cells in guessed.items() if cells)
    if not told:
        return ()
    return (
        "Where no answer names an option, MMAD's rule takes a lone capital or the most alike option for one. Its "
        f"figures, which its means count: {told}.",
    )


def _verdicts(results: Sequence[Result]) -> tuple[str, ...]:
    """Whose word the verdicts of each row are, where a model's is weighed against the comparison."""
    alike: dict[Verdicts, list[str]] = {}
    for result in results:
        if result.summary.verdicts is not None:
            alike.setdefault(result.summary.verdicts, []).append(_label(results, result))
    return tuple(f"Discrimination, {listed(labels)}: {whose_word(verdicts)}." for verdicts, labels in alike.items())


def published_figure(recipe: Recipe, contestant: str, label: str, place: Place) -> float | None:
    """What the paper prints for a cell; None where its text holds no such figure.

    A contestant that the paper does not know stands beside the paper's 7B model.
    """
    model = _paper_model(contestant)
    if recipe.name == "table1" and place.dataset is not None:
        dataset = published_dataset(place.dataset)
        row = model if label == BARE_MODEL else WITH_ECHO if model == BARE else None
        return None if dataset is None or row is None else published_model(row).cells[dataset][place.subtask]
    if recipe.name == "table2":
        printed = [row for row in TABLE2 if (row.model, row.given) == (model, label)]
        told = {Subtask.CLASSIFICATION: "classification", Subtask.DESCRIPTION: "description"}
        return getattr(printed[0], told[place.subtask]) if printed else None
    if recipe.name == "table3" and model == BARE and label in _ABLATIONS:
        return TABLE3[_ABLATIONS[label]].get(place.subtask)
    return None


def measured(summary: Summary, place: Place) -> float | None:
    """Percent right by MMAD's rule; for a place over all data sets the mean of theirs."""
    return _mean([at(summary.official, dataset, place.subtask) for dataset in _datasets(summary, place)])


def halved(results: Sequence[Result]) -> tuple[str, ...]:
    """Data sets in which discrimination has good or defective parts alone: MMAD's rule counts the other side as 0."""
    sides = {name: one for result in results for name, one in result.summary.balanced.items()}
    return tuple(name for name, one in sides.items() if not (one.good and one.defective))


def _row(recipe: Recipe, result: Result, places: Sequence[Place]) -> dict[Column, Beside]:
    cells = {}
    for place in places:
        asked = [
            dataset for dataset in _datasets(result.summary, place) if at(result.summary.counts, dataset, place.subtask)
        ]
        if asked:
            cells[place] = Beside(
                measured(result.summary, place),
                published_figure(recipe, result.contestant, result.label, place) if _in_paper(asked) else None,
                mean_coverage(result.summary, asked, [place.subtask]),
                _mean([at(result.summary.strict, dataset, place.subtask) for dataset in asked]),
                sum(at(result.summary.counts, dataset, place.subtask) or 0 for dataset in asked),
            )
    return _with_mean(cells)


def _with_mean(cells: dict[Place, Beside]) -> dict[Column, Beside]:
    """The cells, and their mean; beside the published mean where all of them are published."""
    row = {place.column: beside for place, beside in cells.items()}
    if len(cells) > 1:
        told = [beside.published for beside in cells.values()]
        questions = sum(beside.questions for beside in cells.values())
        answered = sum(beside.coverage * beside.questions for beside in cells.values())
        row[MEAN] = Beside(
            _mean([beside.measured for beside in cells.values()]),
            None if None in told else _mean(told),
            answered / questions if questions else 100.0,
            _mean([beside.strict for beside in cells.values()]),
            questions,
        )
    return row


def _published_rows(places: Sequence[Place]) -> dict[str, dict[Column, Beside]]:
    """Table 1 as it is printed, for the data sets at hand."""
    rows = {}
    for model in TABLE1:
        told = {place: model.cells.get(published_dataset(place.dataset or "") or "", {}) for place in places}
        cells = {place: Beside(None, cells.get(place.subtask)) for place, cells in told.items()}
        rows[f"paper: {model.name}"] = _with_mean(cells)
    return rows


def _stated(recipe: Recipe, results: Sequence[Result], rows: Rows) -> tuple[str, ...]:
    """What the paper says in words where its text holds no cells."""
    if recipe.name in _STATEMENTS:
        return (f"The paper states: {_STATEMENTS[recipe.name]}",)
    if recipe.name != "table4":
        return ()
    said = []
    for stated in TABLE4_STATED:
        what = "mean of the subtasks" if stated.subtask is None else plain(stated.subtask)
        claim = f"{stated.model}, {what}, {stated.of} over {stated.over}: {signed(stated.points, 2)} published"
        for contestant in _contestants(results):
            difference = _difference(recipe, results, rows, contestant, stated)
            known = _paper_model(contestant) == stated.model and difference is not None
            said.append(
                f"{claim}, {signed(difference or 0.0, 2)} measured with {contestant}." if known else f"{claim}."
            )
    return tuple(dict.fromkeys(said))


def _drawing(recipe: Recipe, results: Sequence[Result], places: Sequence[Place], rows: Rows) -> Drawing:
    """Lines over the number of references where a recipe varies that, else bars."""
    if recipe.along_rows:
        along = [row.label for row in recipe.rows if row.label != BARE_MODEL]
        series = [
            _series(
                _joined(results, contestant, place.column.name),
                [rows.get(_joined(results, contestant, label), {}).get(place.column) for label in along],
            )
            for contestant in _contestants(results)
            for place in places
        ]
        return lines(recipe.name, recipe.title, along, series)
    labels = [_label(results, result) for result in results]
    bars = [_series(label, [rows[label].get(place.column) for place in places]) for label in labels]
    names = [ON_TWO_LINES.get(place.subtask, place.column.name) for place in places]
    groups = [f"{name}\n{place.dataset}" if place.dataset else name for name, place in zip(names, places, strict=True)]
    return bar_groups(recipe.name, recipe.title, groups, bars)


def _series(name: str, cells: Sequence[Beside | None]) -> Series:
    return Series(
        name,
        [cell.shown if cell else None for cell in cells],
        marks=[lacking_mark(cell.coverage) if cell else "" for cell in cells],
    )


def _places(recipe: Recipe, results: Sequence[Result]) -> list[Place]:
    datasets = list(dict.fromkeys(dataset for result in results for dataset in result.summary.counts))
    wanted: Sequence[str | None] = datasets if recipe.by_dataset else [None]
    asked = {subtask for result in results for cells in result.summary.counts.values() for subtask in cells}
    return [Place(subtask, dataset) for dataset in wanted for subtask in recipe.subtasks if subtask in asked]


def _blind(results: Sequence[Result], place: Place) -> float | None:
    """The learned blind decider on the questions of this place; they are the same for every row that was asked them."""
    for result in results:
        cells = [at(result.summary.blind, dataset, place.subtask) for dataset in _datasets(result.summary, place)]
        found = _mean([cell.get(LEARNED) for cell in cells if cell])
        if found is not None:
            return found
    return None


def _difference(
    recipe: Recipe, results: Sequence[Result], rows: Rows, contestant: str, stated: StatedDelta
) -> float | None:
    subtasks = recipe.subtasks if stated.subtask is None else (stated.subtask,)
    differences = []
    for column in (Place(subtask, None).column for subtask in subtasks):
        more, less = (
            rows.get(_joined(results, contestant, str(shots)), {}).get(column) for shots in (stated.of, stated.over)
        )
        if more and less and more.shown is not None and less.shown is not None:
            differences.append(more.shown - less.shown)
    return fmean(differences) if differences else None


def _datasets(summary: Summary, place: Place) -> list[str]:
    """The place's data set; for a mean, those of the paper, or all where none is the paper's."""
    if place.dataset is not None:
        return [place.dataset]
    return [dataset for dataset in summary.counts if published_dataset(dataset)] or list(summary.counts)


def _in_paper(datasets: Sequence[str]) -> bool:
    return all(published_dataset(dataset) for dataset in datasets)


def _contestants(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(result.contestant for result in results))


def _label(results: Sequence[Result], result: Result) -> str:
    return _joined(results, result.contestant, result.label)


def _joined(results: Sequence[Result], contestant: str, label: str) -> str:
    """The contestant is named where there are several."""
    return label if len(_contestants(results)) == 1 else f"{contestant}, {label}"


def _paper_model(contestant: str) -> str:
    name = contestant.lower().replace("_", "-")
    return next((paper for part, paper in _MODELS.items() if part in name), BARE)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
