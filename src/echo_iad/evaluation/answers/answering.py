"""Echo as a benchmark asks it: a benchmark's question in, one record of the answer out. Knows no file of results."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from echo_iad import __version__
from echo_iad.deciders.mllm import REFUSED
from echo_iad.domain.decisions import Decision, Inspection, Status
from echo_iad.domain.parts import Picture
from echo_iad.echo import Echo
from echo_iad.errors import ImageError
from echo_iad.evaluation.answers.asking import Asking, Templates
from echo_iad.evaluation.answers.forms import put
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.experts.consulting import Request
from echo_iad.reports.json_lines import to_values

EVIDENCE = ("object_match", "references", "comparison", "knowledge", "knowledge_by", "reasoning", "missing", "fusion")
"""Fields of an inspection's record that are kept with an answer."""

ALSO_NORMAL = "also enrolled as a good part"
"""Mark of a picture whose bytes are in the memory."""


class PictureShelf:
    """Keeps the picture that was read last: the questions about it come one after another, from every cell."""

    def __init__(self, echo: Echo) -> None:
        self._echo = echo
        self._path: Path | None = None
        self._picture: Picture | None = None

    def picture(self, path: Path) -> Picture:
        """Read a picture, or find it read.

        Raises
        ------
        ImageError
            It cannot be read.
        """
        if self._path != path or self._picture is None:
            self._path, self._picture = None, self._echo.load(path)
            self._path = path
        return self._picture


class EchoAnswerer:
    """Answers a benchmark's questions with one profile over one memory.

    Parameters
    ----------
    echo : Echo
    asking : Asking
    shelf : PictureShelf
        Shared by answerers that are asked about the same pictures.
    """

    def __init__(self, echo: Echo, asking: Asking, shelf: PictureShelf) -> None:
        self._echo = echo
        self._asking = asking
        self._shelf = shelf
        self._enrolled = {normal.sha256 for normal in echo.memory.normals()}
        self._profile_sha256 = echo.profile.sha256()

    def answer_all(self, asked: Sequence[BenchmarkQuestion]) -> list[AnswerRecord]:
        """Ask all questions about one picture; what goes wrong with the picture fails them all."""
        start = time.perf_counter()
        try:
            picture = self._shelf.picture(asked[0].path)
        except ImageError as fault:
            failed = Decision(Status.FAILED, reason=str(fault))
            return [self._record(one, failed, None, None, _milliseconds_since(start) / len(asked)) for one in asked]
        wordings = [put(one, self._asking.form) for one in asked]
        inspections = self._echo.answer_all(
            [
                Request(picture, wording.question, one.object, references=self._references(one))
                for one, wording in zip(asked, wordings, strict=True)
            ]
        )
        own = [inspection.timings_ms["total"] for inspection in inspections]
        around = (_milliseconds_since(start) - sum(own)) / len(asked)
        return [
            self._record(one, wording.read(inspection.decision), inspection, picture, around + spent)
            for one, wording, inspection, spent in zip(asked, wordings, inspections, own, strict=True)
        ]

    def _references(self, asked: BenchmarkQuestion) -> tuple[str, ...] | None:
        listed = {
            Templates.RETRIEVED: None,
            Templates.RANDOM: asked.random_templates,
            Templates.SIMILAR: asked.similar_templates,
        }[self._asking.templates]
        return None if listed is None else tuple(str((self._asking.root / key).absolute()) for key in listed)

    def _record(
        self,
        asked: BenchmarkQuestion,
        decision: Decision,
        inspection: Inspection | None,
        picture: Picture | None,
        latency_ms: float,
    ) -> AnswerRecord:
        values: Mapping[str, Any] = {} if inspection is None else to_values(inspection)
        evidence = {name: values[name] for name in EVIDENCE if values.get(name)}
        enrolled = picture is not None and picture.sha256 in self._enrolled
        return AnswerRecord(
            image=asked.image,
            question_index=asked.question_index,
            dataset=asked.dataset,
            object=asked.object,
            subtask=asked.subtask,
            question=asked.text,
            options=asked.options,
            correct=asked.correct,
            defective=asked.defective,
            answer=decision.option,
            status=status_of(decision),
            probabilities={letter: round(chance, 6) for letter, chance in decision.probabilities.items()},
            p_anomalous=decision.p_anomalous,
            p_model=decision.p_model,
            text=decision.text,
            raw_text=decision.raw_text,
            written=decision.written,
            reason=decision.reason,
            prompt_sha256=decision.prompt_sha256 or self._given(decision, picture, values, evidence),
            plan=tuple(values.get("plan", ())),
            evidence=evidence,
            shots=len(values.get("references", ())),
            assisted=self._asking.assisted,
            marks=(*asked.marks, ALSO_NORMAL) if enrolled else asked.marks,
            model=decision.model or self._echo.profile.decider.model or None,
            scoring=decision.scoring,
            seed=self._echo.profile.seed,
            profile=self._echo.profile.name,
            profile_sha256=self._profile_sha256,
            version=__version__,
            prompt_tokens=decision.prompt_tokens,
            new_tokens=decision.new_tokens,
            latency_ms=round(latency_ms, 3),
            timings_ms=values.get("timings_ms", {}),
        )

    def _given(
        self, decision: Decision, picture: Picture | None, values: Mapping[str, Any], evidence: Mapping[str, Any]
    ) -> str:
        """Digest of what a decider without a model was given; empty when there was no picture, or a model was asked."""
        if picture is None or decision.model is not None:
            return ""
        given = [picture.sha256, values["question"], values["options"], values["plan"], evidence, self._profile_sha256]
        return hashlib.sha256(json.dumps(given, ensure_ascii=False).encode()).hexdigest()


def _milliseconds_since(start: float) -> float:
    return 1000 * (time.perf_counter() - start)


def status_of(decision: Decision) -> AnswerStatus:
    """How an answer ended: a model that wrote something but named no option did not fail, it was not understood."""
    if decision.status is Status.ANSWERED:
        return AnswerStatus.ANSWERED if decision.option is not None else AnswerStatus.UNPARSED
    if decision.status is Status.ABSTAINED:
        return AnswerStatus.ABSTAINED
    if not decision.raw_text:
        return AnswerStatus.FAILED
    return AnswerStatus.REFUSED if decision.reason.startswith(REFUSED) else AnswerStatus.UNPARSED
