"""The experts at one table: consults those that a plan calls, in its order, and gathers their evidence.

Each expert sees what those before it found. A call that cannot be served (no normals, no knowledge) is written down
as missing, and the plan goes on without it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from echo_iad.comparison.comparator import Tolerance
from echo_iad.deciders.base import Decider
from echo_iad.domain.decisions import Decision
from echo_iad.domain.evidence import Evidence, Exhibits, ObjectMatch, Reference
from echo_iad.domain.parts import ImageEncoding, Picture
from echo_iad.domain.questions import Expert, Plan, Question
from echo_iad.experts.knowledge_guide import KnowledgeGuide
from echo_iad.experts.reasoning_expert import reason
from echo_iad.experts.reference_extractor import ReferenceExtractor
from echo_iad.experts.visual_comparator import VisualComparator


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
    """The five experts.

    Parameters
    ----------
    extractor : ReferenceExtractor
    comparator : VisualComparator
    guide : KnowledgeGuide
    decider : Decider
    """

    def __init__(
        self,
        extractor: ReferenceExtractor,
        comparator: VisualComparator,
        guide: KnowledgeGuide,
        decider: Decider,
    ) -> None:
        self.extractor = extractor
        self.comparator = comparator
        self._guide = guide
        self._decider = decider
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

    @property
    def picture_side(self) -> int:
        """Pixels that the decider wants a picture's shorter side to keep; 0 when it does not look at pictures."""
        return getattr(self._decider, "picture_side", 0)

    def decide(self, case: Case, evidence: Evidence, timings: Timings) -> Decision:
        """The decision maker's word."""
        with timings.step(Expert.DECISION_MAKER.value):
            return self._decider.decide(case.question, case.plan.question_type, self._laid_out(evidence))

    def _laid_out(self, evidence: Evidence) -> Evidence:
        """The evidence with the references' own files, for a decider that looks at pictures."""
        if not self.picture_side or evidence.exhibits is None or not evidence.references:
            return evidence
        originals = self.extractor.originals(evidence.references, self.picture_side)
        return replace(evidence, exhibits=replace(evidence.exhibits, originals=originals))

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
            comparison = self.comparator.compare(case.picture, case.encoding.levels, name, pictures, case.tolerance)
        if comparison is None:
            return _without(evidence, Expert.VISUAL_COMPARATOR, _why_no_normals(evidence.object))
        return replace(evidence, comparison=comparison)

    def _know(self, case: Case, evidence: Evidence) -> Evidence:
        name = evidence.object.name
        everything = () if name is None else self._guide.everything(name)
        if not everything:
            why = evidence.object.reason if name is None else f"No knowledge about {name} is in use."
            return _without(evidence, Expert.KNOWLEDGE_GUIDE, why)
        chosen = self._guide.guide(everything, case.question, case.plan.question_type, evidence.comparison)
        return replace(evidence, knowledge=chosen, object_knowledge=everything)

    def _reason(self, case: Case, evidence: Evidence) -> Evidence:
        return replace(evidence, reasoning=reason(evidence, case.question, case.plan.question_type))


def _without(evidence: Evidence, expert: Expert, why: str) -> Evidence:
    return replace(evidence, missing={**evidence.missing, expert.value: why})


def _why_no_normals(match: ObjectMatch) -> str:
    return match.reason if match.name is None else f"No good parts of {match.name} are enrolled or in use."
