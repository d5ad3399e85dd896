"""What the report of a measured folder says, as values of a page. Measures nothing and writes no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from echo_iad import __version__
from echo_iad.evaluation.detection.baseline import BASELINE
from echo_iad.evaluation.detection.figures import MEASURES, Figures, PartOutcome, found_at
from echo_iad.evaluation.detection.latency import Latency
from echo_iad.evaluation.detection.measures import Share
from echo_iad.evaluation.detection.result import FolderResult
from echo_iad.evaluation.detection.run import ObjectResult
from echo_iad.evaluation.detection.shots import ShotResult, Spread
from echo_iad.evaluation.detection.worst_parts import KEPT
from echo_iad.evaluation.pages.content import Cell, Column, Fact, Listing, Page, Row, Section, Table

WORST = "worst.html"
ECHO = "Echo"
NONE = "–"
_WORDS = {
    "image_auroc": "image AUROC",
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "false_alarm_rate": "false alarms",
    "miss_rate": "missed",
    "pixel_auroc": "pixel AUROC",
    "aupro": "AUPRO",
}
HEADINGS = tuple(_WORDS.values())
"""Of `MEASURES`, in their order."""
_RATES = {"balanced_accuracy", "false_alarm_rate", "miss_rate"}
_HOW = (
    "AUROC: how often a defective part (or pixel) scores higher than a good one; 0.5 is chance. AUPRO: overlap with "
    "each defective region, averaged over regions, up to a false-positive rate of 0.3 of the pixels. Rates are taken "
    "at the tolerance, with their 95 % interval (Clopper and Pearson). A part without a verdict counts as wrong on "
    "its own side."
)
_OTHER = (
    "Share of defective parts found if the threshold were set so that at most this share of the good test parts lies "
    "above it. Such a threshold is set by looking at the test parts: it shows what the order of the scores allows, not "
    "what a line will see."
)
_BASELINE = (
    f"{BASELINE} (Roth et al. 2022) looked at the same parts in the same run, with the same encodings: levels "
    "joined on the finest grid, a coreset of 10 % of the patches, at most 5,000. The same rule made a threshold of its "
    "scores. Times are from the file to the verdict, reading and encoding included; Echo's include references, regions "
    "and the decision too."
)
_MISTAKES = (("missed", True), ("false alarms", False))
"""Their name, and whether the part is defective."""
_ALLOWED = (0.0, 0.01, 0.05, 0.1, 0.2, 0.5)


def figure(measure: str, value: float | None) -> str:
    """Write one figure: areas with three digits, rates in percent; a dash for none.

    Examples
    --------
    >>> figure("aupro", 0.91234), figure("miss_rate", 0.25), figure("aupro", None)
    ('0.912', '25.0 %', '–')
    """
    if value is None:
        return NONE
    return f"{100 * value:.1f} %" if measure in _RATES else f"{value:.3f}"


def report_page(result: FolderResult) -> Page:
    """Everything that the report says."""
    rate = f"{100 * result.way.false_alarm_rate:g} %"
    facts = {
        "Profile": f"{result.way.profile.name} ({result.way.profile.sha256()[:12]})",
        "Seed": str(result.way.profile.seed),
        "Echo": __version__,
        "False alarms asked for": rate,
        "Objects": str(len(result.objects)),
        "Peak memory": NONE if result.peak_megabytes is None else f"{result.peak_megabytes} MB",
        "Parts": str(sum(len(measured.outcomes) for measured in result.objects)),
    }
    return Page(
        title="How well defects are found",
        lead=(f"Good parts in train/good were enrolled, test parts inspected with at most {rate} false alarms asked.",),
        facts=tuple(Fact(name, value) for name, value in facts.items()),
        sections=tuple(_sections(result)),
    )


def _sections(result: FolderResult) -> Iterator[Section]:
    yield Section("figures", "Figures", tables=(_figures(result),), after=(_HOW,))
    if result.way.baseline:
        yield Section("baseline", f"Beside a plain {BASELINE}", text=(_BASELINE,), tables=(_baseline(result),))
    yield Section("thresholds", "With other thresholds", text=(_OTHER,), tables=(_thresholds(result),))
    yield Section("types", "Missed by type", tables=(_types(result),))
    if any(measured.shots for measured in result.objects):
        text = "Mean over draws of so many good parts, and the standard deviation of the draws."
        yield Section("shots", "With few good parts", text=(text,), tables=tuple(shot_tables(result)))
    if wrong := tuple(_wrong(result)):
        shown = surest(result)
        text = f"The surest of each object ({shown}), with pictures and anomaly maps, are in {WORST} beside this page."
        yield Section("wrong", "Wrong verdicts", text=(text,) if shown else (), listings=wrong)
    if lacking := result.lacking():
        yield Section("lacking", "Left out or lacking", text=lacking)


def _figures(result: FolderResult) -> Table:
    names = ("parts", "normals", *HEADINGS, "certified", "ms, median", "ms, 95 %")
    rows = [Row(measured.name, tuple(_cells(measured))) for measured in result.objects]
    mean = result.mean()
    means = [Cell(figure(measure, mean[measure])) for measure in MEASURES]
    rows.append(Row("mean", (Cell(""), Cell(""), *means, Cell(""), Cell(""), Cell("")), own=True))
    return Table("What was measured, by object", "object", tuple(map(Column, names)), tuple(rows))


def _cells(measured: ObjectResult) -> Iterator[Cell]:
    defective = sum(one.picture.is_defective for one in measured.outcomes)
    yield Cell(str(len(measured.outcomes)), f"{defective} defective")
    yield Cell(str(measured.normals))
    notes = {
        "false_alarm_rate": _interval(measured.figures.false_alarms),
        "miss_rate": _interval(measured.figures.misses),
        "pixel_auroc": f"{measured.masks} masks",
    }
    for measure, value in measured.figures.named().items():
        yield Cell(figure(measure, value), notes.get(measure, ""))
    yield Cell(certified(measured))
    yield Cell(f"{measured.latency.p50:.1f}" if measured.latency else NONE)
    yield Cell(f"{measured.latency.p95:.1f}" if measured.latency else NONE)


def certified(measured: ObjectResult) -> str:
    """Write whether the good parts are enough for the rate; a dash when nothing was compared."""
    return NONE if measured.certified is None else "yes" if measured.certified else "no"


def _interval(found: Share | None) -> str:
    return "" if found is None else f"{found.hits} of {found.cases}; {100 * found.low:.1f} to {100 * found.high:.1f} %"


def _thresholds(result: FolderResult) -> Table:
    rows = [
        Row(measured.name, tuple(Cell(_percent(found_at(measured.outcomes, rate))) for rate in _ALLOWED))
        for measured in result.objects
    ]
    columns = tuple(Column(f"{100 * rate:g} %", "good parts above the threshold") for rate in _ALLOWED)
    return Table("Defective parts found", "object", columns, tuple(rows))


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{100 * share:.1f} %"


def _types(result: FolderResult) -> Table:
    rows = [
        Row(
            f"{measured.name}: {kind.type}",
            (Cell(str(kind.misses.cases)), Cell(str(kind.misses.hits)), Cell(f"{100 * kind.misses.share:.1f} %")),
        )
        for measured in result.objects
        for kind in measured.types
    ]
    return Table(
        "Defective parts that were not found", "type", tuple(map(Column, ("parts", "missed", "share"))), tuple(rows)
    )


def _baseline(result: FolderResult) -> Table:
    rows = [
        Row(f"{measured.name}: {method}", tuple(_method_cells(figures.named(), latency)), own=method == ECHO)
        for measured in result.objects
        for method, figures, latency in methods(measured)
    ]
    for method, mean in ((ECHO, result.mean()), (BASELINE, result.baseline_mean())):
        rows.append(Row(f"mean: {method}", tuple(_method_cells(mean, None)), own=method == ECHO))
    names = (*HEADINGS, "ms, median", "ms, 95 %")
    return Table(f"Echo and {BASELINE}", "object", tuple(map(Column, names)), tuple(rows))


def methods(measured: ObjectResult) -> Iterator[tuple[str, Figures, Latency | None]]:
    """Name, figures and time of Echo, and of the baseline where there is one."""
    yield ECHO, measured.figures, measured.latency
    if measured.baseline:
        yield BASELINE, measured.baseline.figures, measured.baseline.latency


def _method_cells(named: Mapping[str, float | None], latency: Latency | None) -> Iterator[Cell]:
    for measure, value in named.items():
        yield Cell(figure(measure, value))
    yield Cell(f"{latency.p50:.1f}" if latency else NONE)
    yield Cell(f"{latency.p95:.1f}" if latency else NONE)


def shot_tables(result: FolderResult) -> Iterator[Table]:
    """What few good parts reach: a table for each object, then their means; the baseline's beside Echo's."""
    for measured in result.objects:
        if measured.shots:
            baseline = measured.baseline.shots if measured.baseline else ()
            yield _shot_table(measured.name, [(shot, "") for shot in measured.shots], [(shot, "") for shot in baseline])
    if len(result.objects) > 1:
        means = [
            [(shot, f", {objects} objects") for shot, objects in each]
            for each in (result.mean_shots(), result.baseline_mean_shots())
        ]
        yield _shot_table("mean of the objects", *means)


def _shot_table(
    caption: str, echo: Sequence[tuple[ShotResult, str]], baseline: Sequence[tuple[ShotResult, str]]
) -> Table:
    columns = (Column("draws"), *(Column(name) for name in HEADINGS))
    named = [(shot, note, f" {ECHO}" if baseline else "") for shot, note in echo]
    named += [(shot, note, f" {BASELINE}") for shot, note in baseline]
    named.sort(key=lambda entry: entry[0].normals)
    rows = [
        Row(f"{shot.normals}{method}{note}", tuple(_shot_cells(shot)), own=method.endswith(ECHO))
        for shot, note, method in named
    ]
    return Table(caption, "normals", columns, tuple(rows))


def _shot_cells(shot: ShotResult) -> Iterator[Cell]:
    yield Cell(str(shot.draws))
    for measure, spread in shot.measures:
        yield Cell(shot_figure(measure, spread))


def shot_figure(measure: str, spread: Spread | None) -> str:
    """Mean and standard deviation of one measure; a dash for none.

    Examples
    --------
    >>> shot_figure("aupro", Spread(0.9, 0.01, 5)), shot_figure("miss_rate", Spread(0.25, 0.05, 5))
    ('0.900 ± 0.010', '25.0 ± 5.0 %')
    """
    if spread is None:
        return NONE
    if measure in _RATES:
        return f"{100 * spread.mean:.1f} ± {100 * spread.std:.1f} %"
    return f"{spread.mean:.3f} ± {spread.std:.3f}"


def surest(result: FolderResult) -> str:
    """How many of all mistakes `WORST` shows, e.g. ``3 of 4 missed, 1 of 1 false alarms``; empty when it shows none."""
    said = []
    for why, defective in _MISTAKES:
        wrong = [_mistakes(measured, defective=defective) for measured in result.objects]
        shown = sum(min(KEPT, sum(one.is_anomalous is not None for one in found)) for found in wrong)
        if shown:
            said.append(f"{shown} of {sum(map(len, wrong))} {why}")
    return ", ".join(said)


def _mistakes(measured: ObjectResult, *, defective: bool) -> list[PartOutcome]:
    return [one for one in measured.outcomes if one.is_wrong and one.picture.is_defective is defective]


def _wrong(result: FolderResult) -> Iterator[Listing]:
    for measured in result.objects:
        for why, defective in _MISTAKES:
            if wrong := _mistakes(measured, defective=defective):
                named = sorted(wrong, key=lambda one: (-abs(one.margin), one.picture.type, one.picture.name))[:20]
                first = tuple(f"{one.picture.type}/{one.picture.name}" for one in named)
                yield Listing(f"{measured.name}, {why}, the surest first", len(wrong), first)
