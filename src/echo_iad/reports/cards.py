"""One inspection ready to be laid out: its pictures as data URLs, boxes and marks in their places. Knows no HTML."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from echo_iad.domain.decisions import Inspection, Status
from echo_iad.domain.evidence import Comparison, Reference, Region
from echo_iad.domain.parts import ByteArray
from echo_iad.domain.questions import Expert
from echo_iad.images.preparing import encode_jpeg, encode_png, shrink
from echo_iad.reports.scale import MOST, THRESHOLD_AT, on_scale, paint, scale_bar
from echo_iad.reports.verdicts import Verdict, verdict_of
from echo_iad.reports.words import number, plain

PICTURE_SIDE = 640
"""Longest side of the query in a report, in pixels."""
_MAP_SIDE = 480
_QUALITY = 82
_LABEL = 0.052  # height of a box's number, of the picture's longer side


@dataclass(frozen=True, eq=False)
class ReportItem:
    """One inspection with its pictures.

    Attributes
    ----------
    inspection : Inspection
    query : (h, w, 3) uint8, optional
        The upright picture; None when it cannot be read.
    references : tuple of bytes
        JPEG of each reference, in the order of ``inspection.references``.
    caption : str
        What the page says above the card, e.g. the truth where it is known; empty = nothing.
    """

    inspection: Inspection
    query: ByteArray | None = None
    references: tuple[bytes, ...] = ()
    caption: str = ""

    def __post_init__(self) -> None:
        if len(self.references) not in {0, len(self.inspection.references)}:
            got = f"{len(self.references)} pictures of {len(self.inspection.references)} references"
            msg = f"ReportItem.references must be empty or one for each reference. Got {got}."
            raise ValueError(msg)


@dataclass(frozen=True)
class Shown:
    """A picture on the page."""

    url: str
    """``data:`` URL."""
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class ShownReference:
    """A reference with its picture."""

    picture: Shown
    reference: Reference


@dataclass(frozen=True)
class Box:
    """A region's box and number, in pixels of the upright image."""

    number: int
    x: int
    y: int
    width: int
    height: int
    label_x: float
    label_y: float
    label_size: float


@dataclass(frozen=True)
class Tick:
    """A mark on the scale."""

    at: float
    """From 0 to 100."""
    text: str


@dataclass(frozen=True)
class Legend:
    """The scale of one map: colours, the threshold, and where this part stands."""

    bar: str
    """``data:`` URL of the colours, low to high."""
    threshold: Tick
    score: Tick
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Step:
    """One expert of the plan, and what became of it."""

    expert: str
    state: str
    """``called``, ``missing`` or ``skipped``."""
    why: str = ""


@dataclass(frozen=True)
class Card:
    """Everything that the page shows about one inspection."""

    number: int
    inspection: Inspection
    verdict: Verdict
    query: Shown | None
    overlay: Shown | None
    references: tuple[ShownReference, ...]
    boxes: tuple[Box, ...]
    legend: Legend | None
    steps: tuple[Step, ...]
    times: Mapping[str, float]
    caption: str = ""


def make_card(place: int, item: ReportItem) -> Card:
    """Shrink and encode the pictures of one inspection, and put its marks in their places.

    Parameters
    ----------
    place : int
        Number of the card on the page, from 1.
    item : ReportItem
    """
    inspection = item.inspection
    comparison = inspection.comparison
    query = None if item.query is None else shrink(item.query, PICTURE_SIDE)
    return Card(
        number=place,
        inspection=inspection,
        verdict=verdict_of(inspection),
        query=None if query is None else _shown(query, f"The inspected part, {inspection.image}"),
        overlay=None if query is None or comparison is None else _overlay(query, comparison),
        references=tuple(_references(item)),
        boxes=tuple(_boxes(inspection)),
        legend=None if comparison is None else _legend(comparison),
        steps=tuple(_steps(inspection)),
        times=dict(inspection.timings_ms),
        caption=item.caption,
    )


def _shown(pixels: ByteArray, alt: str) -> Shown:
    height, width = pixels.shape[:2]
    return Shown(_data_url(encode_jpeg(pixels, quality=_QUALITY), "jpeg"), width, height, alt)


def _overlay(query: ByteArray, comparison: Comparison) -> Shown | None:
    if comparison.anomaly_map is None:
        return None
    places = ", ".join(region.position for region in comparison.regions)
    alt = f"Anomaly map: above the threshold at {places}" if places else "Anomaly map: no region above the threshold"
    return _shown(paint(shrink(query, _MAP_SIDE), comparison.anomaly_map), alt)


def _references(item: ReportItem) -> Iterator[ShownReference]:
    from io import BytesIO

    from PIL import Image

    for reference, jpeg in zip(item.inspection.references, item.references, strict=False):
        width, height = Image.open(BytesIO(jpeg), formats=("JPEG",)).size
        alt = f"Reference, a good part: {reference.path}"
        yield ShownReference(Shown(_data_url(jpeg, "jpeg"), width, height, alt), reference)


def _boxes(inspection: Inspection) -> Iterator[Box]:
    regions = inspection.comparison.regions if inspection.comparison else ()
    for place, region in enumerate(regions, start=1):
        yield _box(place, region, inspection.width, inspection.height)


def _box(place: int, region: Region, width: int, height: int) -> Box:
    """The number stands on the box's upper left corner, or inside where the picture ends above."""
    x0, y0, x1, y1 = region.box
    size = _LABEL * max(width, height)
    above = y0 >= 1.3 * size
    return Box(
        number=place,
        x=x0,
        y=y0,
        width=x1 - x0,
        height=y1 - y0,
        label_x=min(x0, width - 0.8 * size),
        label_y=y0 - 0.25 * size if above else y0 + size,
        label_size=size,
    )


def _legend(comparison: Comparison) -> Legend:
    threshold = comparison.threshold
    times = (0.0, 2.0, MOST)
    marks = [Tick(_percent_along(ratio), number(ratio * threshold)) for ratio in times]
    marks[-1] = Tick(marks[-1].at, f"≥ {marks[-1].text}")
    return Legend(
        bar=_bar_url(),
        threshold=Tick(100 * THRESHOLD_AT, number(threshold)),
        score=Tick(_percent_along(comparison.score / threshold), number(comparison.score)),
        ticks=tuple(marks),
    )


def _percent_along(ratio: float) -> float:
    return round(100 * float(on_scale(ratio)), 2)


def _steps(inspection: Inspection) -> Iterator[Step]:
    failed = inspection.decision.status is Status.FAILED
    for expert in inspection.plan:
        why = inspection.missing.get(expert, "")
        if failed and expert not in inspection.timings_ms:
            yield Step(plain(expert), "skipped", "not reached, the inspection failed before")
        else:
            yield Step(plain(expert), "missing" if why else "called", why)
    for expert in Expert:
        if expert not in inspection.plan:
            yield Step(plain(expert), "skipped", f"not called for {plain(inspection.question_type)} questions")


@cache
def _bar_url() -> str:
    return _data_url(encode_png(np.ascontiguousarray(scale_bar())), "png")


def _data_url(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
