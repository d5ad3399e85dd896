"""Keeps the parts that a run was most surely wrong about, with their pictures, while it goes on. Judges nothing."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

from echo_iad.domain.decisions import Inspection
from echo_iad.evaluation.detection.figures import PartOutcome
from echo_iad.images.loading import load_picture
from echo_iad.memory.store import Memory
from echo_iad.reports.cards import PICTURE_SIDE, ReportItem

KEPT = 3
"""Misses, and as many false alarms, of each object."""


@dataclass
class WorstParts:
    """The surest mistakes of one object: misses far below the threshold, false alarms far above."""

    _misses: list[tuple[float, str, ReportItem]] = field(default_factory=list)
    _alarms: list[tuple[float, str, ReportItem]] = field(default_factory=list)

    def look(self, outcome: PartOutcome, inspection: Inspection, memory: Memory) -> None:
        """Keep a part if it is among the worst so far; parts without a verdict are none of them."""
        if outcome.is_anomalous is None or not outcome.is_wrong:
            return
        kept = self._misses if outcome.picture.is_defective else self._alarms
        mark = (-abs(outcome.margin), str(outcome.picture.path))
        place = bisect.bisect(kept, mark, key=lambda entry: entry[:2])
        if place < KEPT:
            kept.insert(place, (*mark, _item(outcome, inspection, memory)))
            del kept[KEPT:]

    @property
    def items(self) -> tuple[ReportItem, ...]:
        """Misses, then false alarms, the surest first."""
        return tuple(item for _, _, item in [*self._misses, *self._alarms])


def _item(outcome: PartOutcome, inspection: Inspection, memory: Memory) -> ReportItem:
    truth = f"Missed: {outcome.picture.type}" if outcome.picture.is_defective else "False alarm"
    query = load_picture(inspection.image, at_least=PICTURE_SIDE).pixels
    references = tuple(memory.preview(reference.id) for reference in inspection.references)
    return ReportItem(inspection, query, references, caption=truth)
