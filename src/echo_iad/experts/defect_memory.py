"""Defects that operators have labelled: what is found in one, and how they vote on a new part. Thin glue."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from echo_iad.comparison.comparator import Tolerance
from echo_iad.comparison.defect_looks import FORM, DefectLook, describe
from echo_iad.comparison.defect_vote import DefectVoter, LabelledLook
from echo_iad.domain.evidence import Comparison, DefectVote
from echo_iad.domain.parts import ImageEncoding, Picture
from echo_iad.errors import MemoryDamagedError, UnknownObjectError
from echo_iad.experts.visual_comparator import VisualComparator
from echo_iad.memory.defects import LabelledDefect
from echo_iad.memory.store import Memory

_KEPT_OBJECTS = 16


@dataclass(frozen=True, eq=False)
class FoundDefect:
    """What the comparator found in a defective part."""

    look: DefectLook
    stood_out: bool
    """Whether the part was called anomalous; else the look is that of its strongest place."""


class DefectMemory:
    """The labelled defects of a memory.

    Parameters
    ----------
    memory : Memory
    comparator : VisualComparator
    """

    def __init__(self, memory: Memory, comparator: VisualComparator) -> None:
        self._memory = memory
        self._comparator = comparator
        self._voters: OrderedDict[str, tuple[tuple[int, int], DefectVoter | None]] = OrderedDict()

    def find(self, picture: Picture, encoding: ImageEncoding, object: str, tolerance: Tolerance) -> FoundDefect:
        """What the comparator finds in a defective part that is to be labelled.

        Parameters
        ----------
        picture : Picture
        encoding : ImageEncoding
        object : str
        tolerance : Tolerance
            Without an anomaly beyond it, the strongest place is taken.

        Raises
        ------
        UnknownObjectError
            The object has no normals to compare with.
        """
        comparison = self._comparator.compare(picture, encoding, object, (), tolerance)
        look = self.look(picture, encoding, object, comparison) if comparison is not None else None
        if comparison is None or look is None:
            raise UnknownObjectError(object, self._memory.object_names())
        return FoundDefect(look, comparison.is_anomalous)

    def vote(self, picture: Picture, encoding: ImageEncoding, object: str, comparison: Comparison) -> DefectVote | None:
        """Let the labelled defects of an object vote on a part; None when none is labelled.

        Parameters
        ----------
        picture : Picture
        encoding : ImageEncoding
        object : str
        comparison : Comparison
            Of the part with the object's normals.
        """
        voter = self._voter(object)
        look = self.look(picture, encoding, object, comparison) if voter is not None else None
        return voter.vote(look) if voter is not None and look is not None else None

    def look(self, picture: Picture, encoding: ImageEncoding, object: str, comparison: Comparison) -> DefectLook | None:
        """What the regions of a compared part look like; None without normals or a map."""
        normality = self._comparator.learn(object)
        if normality is None or comparison.anomaly_map is None:
            return None
        return describe(picture, encoding, normality, comparison.anomaly_map)

    def _voter(self, object: str) -> DefectVoter | None:
        state = self._memory.defects.state(object)
        held = self._voters.get(object)
        if held is None or held[0] != state:
            labelled = [_as_it_votes(one) for one in self._memory.defects.with_looks(object, FORM)] if state[0] else []
            self._voters[object] = held = (state, DefectVoter(labelled) if labelled else None)
            if len(self._voters) > _KEPT_OBJECTS:
                self._voters.popitem(last=False)
        self._voters.move_to_end(object)
        return held[1]


def _as_it_votes(stored: LabelledDefect) -> LabelledLook:
    try:
        look = DefectLook.from_arrays(stored.looks, stored.box)
    except KeyError as fault:
        msg = f"Labelled defect {stored.id} has lost its look {fault}. Look with: echo-iad memory verify"
        raise MemoryDamagedError(msg) from fault
    return LabelledLook(stored.id, stored.type, stored.path, look)
