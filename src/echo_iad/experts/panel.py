"""The experts at one table: consults those that a plan calls, in its order, and gathers their evidence.

The decision maker sits elsewhere: what it needs is laid out for it.

Each expert sees what those before it found. A call that cannot be served (no normals, no knowledge) is written down
as missing, and the plan goes on without it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from echo_iad.comparison.comparator import Tolerance
from echo_iad.deciders.base import Asked
from echo_iad.domain.evidence import Evidence, Exhibits, ObjectMatch, Reference
from echo_iad.domain.parts import ImageEncoding, Picture
from echo_iad.domain.questions import Expert, Plan, Question, QuestionType
from echo_iad.experts.defect_memory import DefectMemory
from echo_iad.experts.knowledge_guide import KnowledgeGuide
from echo_iad.experts.reasoning_expert import reason
from echo_iad.experts.reference_extractor import ReferenceExtractor
from echo_iad.experts.relevance_by_model import Sought
from echo_iad.experts.visual_comparator import VisualComparator

_TWO_SIDES = 2  # options: good and defective; of more, several are defects that look different


@dataclass(frozen=True, eq=False)
class Case:
    """One question about one part, before any expert has spoken."""

    picture: Picture
    encoding: ImageEncoding
    question: Question
    plan: Plan
    tolerance: Tolerance
    references: tuple[str, ...] | None = None
    """Files of enrolled normals to take as references; the Reference Extractor finds them when None."""
    may_ask: bool = True
    """Whether an expert may ask a model now."""


@dataclass
class Timings:
    """Milliseconds by step."""

    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time of the block to the step's."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = 1000 * (time.perf_counter() - start)
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + spent


class Panel:
    """The four experts before the decision maker.

    Parameters
    ----------
    extractor : ReferenceExtractor
    comparator : VisualComparator
    guide : KnowledgeGuide
    defects : DefectMemory
    """

    def __init__(
        self,
        extractor: ReferenceExtractor,
        comparator: VisualComparator,
        guide: KnowledgeGuide,
        defects: DefectMemory,
    ) -> None:
        self.extractor = extractor
        self.comparator = comparator
        self.defects = defects
        self._guide = guide
        self._steps = {
            Expert.REFERENCE_EXTRACTOR: self._refer,
            Expert.VISUAL_COMPARATOR: self._compare,
            Expert.KNOWLEDGE_GUIDE: self._know,
            Expert.REASONING_EXPERT: self._reason,
        }

    def consult(self, case: Case, match: ObjectMatch, timings: Timings) -> Evidence:
        """Evidence of every expert that the plan calls before the decision maker."""
        evidence = Evidence(object=match, exhibits=Exhibits(case.picture))
        for expert in case.plan.experts:
            if expert in self._steps:
                with timings.step(expert.value):
                    evidence = self._steps[expert](case, evidence)
        return evidence

    def laid_out(self, case: Case, evidence: Evidence, picture_side: int) -> Asked:
        """The question with its evidence, as a decision maker receives it.

        Parameters
        ----------
        case : Case
        evidence : Evidence
            Of `consult`.
        picture_side : int
            Pixels that a picture's shorter side should keep for a decider that looks at pictures, which is then shown
            the references' own files; 0 for one that does not.
        """
        exhibits = evidence.exhibits
        if picture_side and exhibits is not None and evidence.references:
            originals = self.extractor.originals(evidence.references, picture_side)
            evidence = replace(evidence, exhibits=replace(exhibits, originals=originals))
        return Asked(case.question, case.plan.question_type, evidence)

    def _refer(self, case: Case, evidence: Evidence) -> Evidence:
        name = evidence.object.name
        vector = case.encoding.vector
        if name is None:
            references: tuple[Reference, ...] = ()
        elif case.references is not None:
            references = self.extractor.named(vector, name, case.references)
        else:
            references = self.extractor.extract(vector, name, key=case.picture.sha256)
        if not references:
            return _without(evidence, Expert.REFERENCE_EXTRACTOR, _why_no_normals(evidence.object))
        exhibits = Exhibits(case.picture, tuple(self.extractor.pictures(references)))
        return replace(evidence, references=references, exhibits=exhibits)

    def _compare(self, case: Case, evidence: Evidence) -> Evidence:
        name = evidence.object.name
        comparison = None
        if name is not None:
            pictures = evidence.exhibits.references if evidence.exhibits else ()
            comparison = self.comparator.compare(
                case.picture, case.encoding, name, pictures, case.tolerance, looks=_needs_looks(case)
            )
        if name is None or comparison is None:
            return _without(evidence, Expert.VISUAL_COMPARATOR, _why_no_normals(evidence.object))
        vote = self.defects.vote(case.picture, case.encoding, name, comparison)
        return replace(evidence, comparison=comparison, defect_vote=vote)

    def _know(self, case: Case, evidence: Evidence) -> Evidence:
        name = evidence.object.name
        if name is None:
            return _without(evidence, Expert.KNOWLEDGE_GUIDE, evidence.object.reason)
        everything = self._guide.everything(name)
        if not everything:
            return _without(evidence, Expert.KNOWLEDGE_GUIDE, f"No knowledge about {name} is in use.")
        sought = Sought(name, case.question, case.plan.question_type, everything)
        chosen = self._guide.guide(sought, evidence.comparison, may_ask=case.may_ask)
        return replace(evidence, knowledge=chosen.passages, knowledge_by=chosen.by, object_knowledge=everything)

    def _reason(self, case: Case, evidence: Evidence) -> Evidence:
        return replace(evidence, reasoning=reason(evidence, case.question, case.plan.question_type))


def _needs_looks(case: Case) -> bool:
    """Whether the answer may depend on what a part that is not anomalous looks like where it is most suspect."""
    return case.plan.question_type is not QuestionType.DISCRIMINATION or len(case.question.options) > _TWO_SIDES


def _without(evidence: Evidence, expert: Expert, why: str) -> Evidence:
    return replace(evidence, missing={**evidence.missing, expert.value: why})


def _why_no_normals(match: ObjectMatch) -> str:
    return match.reason if match.name is None else f"No good parts of {match.name} are enrolled or in use."
