"""Plots of an evaluation, as SVG and PNG: the only user of matplotlib. Takes plain values; knows no summary, no paper.

The same values give the same bytes with the same matplotlib: no date, no random names. The colours are those of Okabe
and Ito (2008), which colour-blind readers can tell apart; no two series differ by colour alone.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from echo_iad.errors import MissingExtraError
from echo_iad.evaluation.pages.content import Drawing
from echo_iad.evaluation.pages.inline_svg import inline_svg

INK = "#1f2328"
BLUE, ORANGE, GREEN, GREY, SKY, VERMILION = "#0072b2", "#e69f00", "#009e73", "#a9b0ba", "#56b4e9", "#d55e00"
_CYCLE = (BLUE, VERMILION, GREEN, ORANGE, SKY, GREY)
_HATCHES = ("", "///", "", "...", "", "xxx")
_POINTS = ("o", "s", "^", "D", "v", "P")
_WIDTH, _HEIGHT = 7.2, 3.2  # inches; 100 pixels each in the PNG at 100 dots an inch
_DPI = 200
_HYPHENATED = "-\n"
_BREADTH_OF_A_MARK = 0.45  # inches
_MANY_GROUPS = 7  # more of them have small names
_SETTINGS = {
    "svg.hashsalt": "echo-iad",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
}


class Kind(Enum):
    """How a series of `bar_groups` is drawn."""

    BAR = "bar"
    POINT = "point"
    """A diamond over the group: somebody else's figure."""
    LINE = "line"
    """A dashed line across the group: a bound such as chance."""


@dataclass(frozen=True)
class Series:
    """Values of one kind, one for each group or place; None is left out."""

    name: str
    values: Sequence[float | None]
    intervals: Sequence[tuple[float, float] | None] = ()
    """Low and high end around each value; empty = none at all."""
    kind: Kind = Kind.BAR
    colour: str = ""
    """Empty = by its place among the series."""
    marks: Sequence[str] = ()
    """Small print above each bar, and where a bar is left out; empty = none at all."""


@dataclass(frozen=True)
class ReliabilityPoint:
    """Answers of about the same probability."""

    probability: float
    """Their mean probability, 0 to 1."""
    accuracy: float
    """Share of them that is right, 0 to 1."""
    count: int


@dataclass(frozen=True)
class Course:
    """How accuracy goes as fewer questions are answered: places from all that are answered down to the surest."""

    name: str
    coverages: Sequence[float]
    """Share of the questions that is answered, 0 to 1."""
    accuracies: Sequence[float]
    """Share of these that is right, 0 to 1."""
    is_whole: bool = False
    """Whether it is of everything together, which is drawn thick."""


def bar_groups(
    name: str, title: str, groups: Sequence[str], series: Sequence[Series], axis: str = "% right"
) -> Drawing:
    """Draw bars side by side in groups, from 0 to 100.

    Parameters
    ----------
    name : str
        Of the files.
    title : str
    groups : sequence of str
        Below the groups; a line feed breaks a long one.
    series : sequence of Series
        Each with one value for each group, in percent.
    axis : str
        What the values are.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    ValueError
        A series has another number of values than there are groups.
    """
    _check(groups, series)
    with _figure(name, title, _described(groups, series)) as (axes, finished):
        bars = [each for each in series if each.kind is Kind.BAR]
        width = 0.8 / max(len(bars), 1)
        for place, each in enumerate(bars):
            _draw_bars(axes, each, place, (place - (len(bars) - 1) / 2) * width, width)
        for each in series:
            if each.kind is not Kind.BAR:
                _draw_over(axes, each)
        axes.set_xlim(-0.6, len(groups) - 0.4)
        size = 7 if len(groups) > _MANY_GROUPS else 9
        axes.set_xticks(range(len(groups)), list(map(_printable, groups)), fontsize=size)
        axes.tick_params(axis="x", length=0)
        _percent_axis(axes, axis)
        _legend_below(axes, series)
    return finished[0]


def lines(name: str, title: str, along: Sequence[str], series: Sequence[Series], axis: str = "% right") -> Drawing:
    """Draw values along something that is varied, e.g. the number of references; published series are dashed.

    Parameters
    ----------
    name, title, axis : str
        As for `bar_groups`.
    along : sequence of str
        What is varied, left to right.
    series : sequence of Series
        ``Kind.POINT`` draws diamonds without a line.
    """
    _check(along, series)
    with _figure(name, title, _described(along, series)) as (axes, finished):
        for place, each in enumerate(series):
            colour = each.colour or _CYCLE[place % len(_CYCLE)]
            known = [(at, value) for at, value in enumerate(each.values) if value is not None]
            _draw_intervals(axes, each, 0.0, colour)
            _draw_marks(axes, each, 0.0, upright=False)
            form = "D" if each.kind is Kind.POINT else _POINTS[place % len(_POINTS)]
            style = {Kind.BAR: "-", Kind.LINE: "--", Kind.POINT: ""}[each.kind]
            axes.plot(*_columns(known), style, marker=form, color=colour, label=each.name, markersize=5, linewidth=1.6)
        axes.set_xlim(-0.3, len(along) - 0.7)
        axes.set_xticks(range(len(along)), list(map(_printable, along)))
        _percent_axis(axes, axis)
        _legend_below(axes, series)
    return finished[0]


def reliability(name: str, title: str, points: Sequence[ReliabilityPoint]) -> Drawing:
    """Draw how often answers of each probability are right; on the diagonal, probabilities mean what they say.

    The area of a point grows with its number of answers.
    """
    said = "; ".join(f"said {100 * p.probability:.0f} %, right {100 * p.accuracy:.0f} % of {p.count}" for p in points)
    with _figure(name, title, said, size=(_HEIGHT * 1.25, _HEIGHT * 1.25)) as (axes, finished):
        axes.plot([0, 100], [0, 100], "--", color=INK, linewidth=1)
        axes.text(22, 27, "as said", ha="center", va="center", fontsize=8, rotation=45)
        places = [(100 * point.probability, 100 * point.accuracy) for point in points]
        axes.plot(*_columns(places), "-", color=BLUE, linewidth=1)
        most = max((point.count for point in points), default=1)
        sizes = [15 + 100 * point.count / most for point in points]
        axes.scatter(*_columns(places), s=sizes, color=BLUE, edgecolor="white", linewidth=0.8, zorder=3, clip_on=False)
        for (x, y), point in zip(places, points, strict=True):
            axes.annotate(str(point.count), (x, y), (0, -13), textcoords="offset points", ha="center", fontsize=7)
        axes.set_xlim(0, 102)
        axes.set_xlabel("probability of the chosen option, %")
        _percent_axis(axes, "right, %")
        axes.set_aspect("equal")
    return finished[0]


def coverage_curves(name: str, title: str, courses: Sequence[Course]) -> Drawing:
    """Draw accuracy against the share of the questions that is answered; all of them at the right, the surest left.

    A line that rises to the left belongs to answers that know when they are sure.
    """
    said = "; ".join(
        f"{each.name}: right {100 * each.accuracies[0]:.0f} % of the {100 * each.coverages[0]:.0f} % answered, "
        f"{100 * each.accuracies[-1]:.0f} % of the surest {100 * each.coverages[-1]:.0f} %"
        for each in courses
    )
    with _figure(name, title, said, size=(_WIDTH, _HEIGHT * 1.25)) as (axes, finished):
        place = 0
        for each in courses:
            style: dict[str, Any] = {"color": INK, "linewidth": 2.4, "zorder": 5}
            if not each.is_whole:
                style = {
                    "color": _CYCLE[place % len(_CYCLE)],
                    "marker": _POINTS[place % len(_POINTS)],
                    "linewidth": 1.3,
                }
                place += 1
            line = [(100 * x, 100 * y) for x, y in zip(each.coverages, each.accuracies, strict=True)]
            axes.plot(*_columns(line), label=_printable(each.name), markersize=4.5, markevery=0.12, **style)
        axes.set_xlim(0, 102)
        axes.set_xlabel("questions answered, the surest first, %")
        _percent_axis(axes, "right, %")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=2.2, fontsize=8.5)
    return finished[0]


def _draw_bars(axes: Any, series: Series, place: int, shift: float, width: float) -> None:
    known = [(at + shift, value) for at, value in enumerate(series.values) if value is not None]
    colour, hatch = series.colour or _CYCLE[place % len(_CYCLE)], _HATCHES[place % len(_HATCHES)]
    axes.bar(*_columns(known), width * 0.94, color=colour, edgecolor="white", hatch=hatch, label=series.name, zorder=2)
    _draw_intervals(axes, series, shift, INK)
    _draw_marks(axes, series, shift, upright=width * _WIDTH < _BREADTH_OF_A_MARK * len(series.values))


def _draw_over(axes: Any, series: Series) -> None:
    known = [(at, value) for at, value in enumerate(series.values) if value is not None]
    if series.kind is Kind.POINT:
        colour = series.colour or VERMILION
        axes.plot(
            *_columns(known), "D", color=colour, markeredgecolor="white", markersize=7, label=series.name, zorder=5
        )
        return
    places, values = _columns(known)
    starts, ends = [at - 0.45 for at in places], [at + 0.45 for at in places]
    axes.hlines(values, starts, ends, colors=series.colour or INK, linestyles="--", label=series.name, zorder=4, lw=1.1)


def _draw_intervals(axes: Any, series: Series, shift: float, colour: str) -> None:
    for at, (value, ends) in enumerate(zip(series.values, series.intervals, strict=False)):
        if value is not None and ends is not None:
            axes.vlines(at + shift, *ends, colors=colour, linewidth=1.3, zorder=4)
            for end in ends:
                axes.hlines(end, at + shift - 0.05, at + shift + 0.05, colors=colour, linewidth=1.3, zorder=4)


def _draw_marks(axes: Any, series: Series, shift: float, *, upright: bool) -> None:
    for at, (value, mark) in enumerate(zip(series.values, series.marks, strict=False)):
        if mark:
            high = max([value or 0.0, *(series.intervals[at] or () if series.intervals else ())])
            style = {"fontsize": 7, "color": VERMILION, "ha": "center", "va": "bottom", "zorder": 6}
            axes.text(at + shift, min(high, 84 if upright else 94) + 1.5, mark, rotation=90 if upright else 0, **style)


def _percent_axis(axes: Any, label: str) -> None:
    axes.set_ylim(0, 102)
    axes.set_yticks(range(0, 101, 25))
    axes.set_ylabel(label)
    axes.grid(axis="y", color="#d9dde3", linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)


def _legend_below(axes: Any, series: Sequence[Series]) -> None:
    """One entry for each series, in their order."""
    drawn = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    shown = {each.name: drawn[each.name] for each in series if each.name in drawn}
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16)}
    axes.legend(list(shown.values()), list(shown), ncols=4, handlelength=1.6, fontsize=8.5, **place)


def _columns(rows: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in rows], [y for _, y in rows]


def _printable(text: str) -> str:
    """A name of a folder need not be text that a file of XML can hold."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _check(groups: Sequence[str], series: Sequence[Series]) -> None:
    uneven = [each.name for each in series if len(each.values) != len(groups)]
    if uneven:
        msg = f"Each series needs one value for each of {len(groups)} groups. Others: {', '.join(uneven)}."
        raise ValueError(msg)


def _described(groups: Sequence[str], series: Sequence[Series]) -> str:
    """The values in words, for those who cannot see the plot."""

    def of(group: int) -> str:
        said = ", ".join(text for text in (_value_in_words(each, group) for each in series) if text)
        return f"{_printable(groups[group]).replace(_HYPHENATED, '').replace(chr(10), ' ')}: {said or 'nothing'}"

    return "; ".join(of(group) for group in range(len(groups)))


def _value_in_words(series: Series, at: int) -> str:
    value, mark = series.values[at], series.marks[at] if series.marks else ""
    known = mark if value is None else f"{value:.1f} {mark}".rstrip()
    return f"{series.name} {known}" if known else ""


@contextmanager
def _figure(
    name: str, title: str, described: str, size: tuple[float, float] = (_WIDTH, _HEIGHT)
) -> Iterator[tuple[Any, list[Drawing]]]:
    """Axes to draw on; afterwards the list holds the drawing."""
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as fault:
        feature = "Drawing plots"
        raise MissingExtraError(feature, "eval") from fault
    finished: list[Drawing] = []
    title = _printable(title)
    with rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph ")  # a browser has fonts for it, the PNG shows a box
        figure = Figure(figsize=size)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_title(title)
        yield axes, finished
        alt = f"{title}. {described}."
        vector, pixels = io.StringIO(), io.BytesIO()
        figure.savefig(vector, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
        figure.savefig(pixels, format="png", dpi=_DPI, bbox_inches="tight", metadata={"Software": None})
        finished.append(Drawing(name, alt, inline_svg(vector.getvalue(), name, alt), pixels.getvalue()))
