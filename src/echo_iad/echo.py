"""Echo itself: from a profile and a memory to enrolments and inspections. Wiring only; every choice is elsewhere.

Examples
--------
>>> import tempfile
>>> from echo_iad.samples import sample_parts
>>> with tempfile.TemporaryDirectory() as folder, Echo.from_profile("edge", memory=folder, create=True) as echo:
...     enrolled = echo.enrol(sample_parts() / "printed_cap" / "train" / "good", object="printed_cap")
...     answer = echo.inspect(sample_parts() / "printed_cap" / "test" / "chipped_rim" / "000.jpg")
>>> enrolled.added, answer.object, answer.comparison.is_anomalous
(24, 'printed_cap', True)
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from echo_iad.comparison.comparator import Tolerance
from echo_iad.deciders.asking import put
from echo_iad.deciders.base import decide_all
from echo_iad.deciders.mllm import check_pictures
from echo_iad.domain.decisions import Inspection
from echo_iad.domain.parts import ImageEncoding, Picture
from echo_iad.domain.questions import DEFAULT_QUESTION, Question
from echo_iad.enrolment import Enrolment, Progress, enrol_parts
from echo_iad.errors import ImageError, QuestionError, UnknownObjectError
from echo_iad.experts.blas_threads import one_blas_thread
from echo_iad.experts.consulting import Consulting, Request
from echo_iad.experts.recording import consulted_record, failed_record
from echo_iad.experts.wiring import Wiring
from echo_iad.images.folders import PartPicture, find_good_parts
from echo_iad.images.loading import ENOUGH_SIDE, PictureSource
from echo_iad.knowledge.sources import read_knowledge
from echo_iad.knowledge.stored import KnowledgeImport, store_knowledge
from echo_iad.labelling import label_parts, make_label
from echo_iad.memory.store import Memory
from echo_iad.mllms.base import Prompt
from echo_iad.planning.planner import make_plan
from echo_iad.settings import Profile, load_profile


class Echo:
    """Answers questions about parts of the objects in one memory; made by `Echo.from_profile`.

    Parameters
    ----------
    profile : Profile
    memory : Memory
        Stays open until `close`.
    learning : callable, optional
        See `from_profile`.
    """

    def __init__(self, profile: Profile, memory: Memory, *, learning: Progress | None = None) -> None:
        self.profile = profile
        self.memory = memory
        self._consulting = Consulting(Wiring(profile, memory, learning))

    @classmethod
    def from_profile(
        cls,
        profile: str | Profile = "edge",
        *,
        memory: Path | str,
        create: bool = False,
        read_only: bool = False,
        learning: Progress | None = None,
    ) -> Self:
        """Open a memory with a profile.

        Parameters
        ----------
        profile : str or Profile
            A name from ``echo-iad profiles list``, the path of a TOML file, or a profile.
        memory : Path or str
            The memory's folder.
        create : bool
            Make the memory when there is none.
        read_only : bool
            Change nothing; works on a folder that may not be written.
        learning : callable, optional
            Called while a model is asked how much its word counts, with the parts done, how many there are, and the
            object: once for each object, where the profile weighs its verdict.
        """
        chosen = load_profile(profile) if isinstance(profile, str) else profile
        return cls(chosen, Memory.open(memory, create=create, read_only=read_only), learning=learning)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the memory."""
        self.memory.close()

    def with_profile(self, profile: Profile) -> Self:
        """The same open memory, asked in another way; encodings and comparisons that both need are made once.

        Parameters
        ----------
        profile : Profile
            Its encoders must be those that made the memory.
        """
        other = type(self)(profile, self.memory)
        other._consulting = self._consulting.rewired(profile)
        return other

    def enrol(
        self,
        folder: Path | str,
        *,
        object: str | None = None,
        defect: str | None = None,
        progress: Progress | None = None,
    ) -> Enrolment:
        """Remember the good parts in a folder, or parts with one type of defect; what is known already is skipped.

        Parameters
        ----------
        folder : Path or str
            MVTec layout (``<object>/train/good/*``), folders of pictures per object, or plain pictures with
            ``object``. With ``defect``, plain pictures or one picture.
        object : str, optional
        defect : str, optional
            The pictures show this type of defect of ``object``: each becomes a labelled region, and no normal.
        progress : callable, optional
            Called with what is done, the total, and the object at hand.

        Raises
        ------
        ImageError
            The folder holds no pictures to enrol.
        ForeignEncoderError
            The memory was made by another encoder.
        MemoryStoreError
            With ``defect``: its name cannot be used, or ``object`` is not named or has no normals.
        """
        if defect is not None:
            label = make_label(object, defect, self.memory)
            return label_parts(Path(folder), label, self.memory, self._consulting, progress)
        return self.enrol_parts(find_good_parts(Path(folder), object=object), progress=progress)

    def enrol_parts(self, parts: Sequence[PartPicture], *, progress: Progress | None = None) -> Enrolment:
        """Remember good parts that are listed one by one; `enrol` otherwise."""
        start = time.perf_counter()
        enrolment = enrol_parts(parts, self.memory, self._wiring.image_encoder, self._wiring.text_encoder, progress)
        for name in enrolment.objects:
            self._wiring.comparator.learn(name)
        return replace(enrolment, seconds=time.perf_counter() - start)

    def import_knowledge(self, path: Path | str, *, object: str | None = None) -> KnowledgeImport:
        """Remember what a file or folder tells about objects; importing it again replaces it.

        Raises
        ------
        KnowledgeError
            It is missing or has an unknown form.
        """
        return store_knowledge(self.memory, read_knowledge(Path(path), object=object))

    def inspect(
        self,
        image: PictureSource,
        question: str | None = None,
        options: Mapping[str, str] | None = None,
        object: str | None = None,
        *,
        false_alarm_rate: float | None = None,
        threshold: float | None = None,
    ) -> Inspection:
        """Answer a question about one part, with the evidence.

        Parameters
        ----------
        image : path, bytes, (h, w, 3) array or PIL image
        question : str, optional
            "Is there any defect in the object?" when left out.
        options : mapping of str to str, optional
            Letter to text; an open question without them.
        object : str, optional
            The product; told from the nearest normals when left out.
        false_alarm_rate : float, optional
            How often a good part may be called defective; the profile's when left out.
        threshold : float, optional
            A score set by hand, above 0, instead of the one for the rate.

        Raises
        ------
        ImageError
            The image cannot be read.
        QuestionError
            The question or its options cannot be used.
        ToleranceError
            The rate or the threshold is out of range.
        UnknownObjectError
            The memory knows other objects, and neither normals of nor knowledge about the named one.
        """
        asked = make_question(question, options)
        return self.answer(self.request(image, asked, object, false_alarm_rate=false_alarm_rate, threshold=threshold))

    def request(
        self,
        image: PictureSource,
        question: Question,
        object: str | None = None,
        *,
        false_alarm_rate: float | None = None,
        threshold: float | None = None,
    ) -> Request:
        """A request for `answer` or `compose`, checked as `inspect` checks it; errors of `inspect` but `ImageError`."""
        tolerance = self._tolerance(false_alarm_rate, threshold)
        self._check_object(object)
        return Request(image, question, object, tolerance)

    def inspect_many(
        self,
        images: Iterable[PictureSource],
        question: str | None = None,
        options: Mapping[str, str] | None = None,
        object: str | None = None,
        *,
        false_alarm_rate: float | None = None,
        threshold: float | None = None,
    ) -> Iterator[Inspection]:
        """`inspect` for each image; one that cannot be read yields a failed decision, and the others go on.

        The question, the tolerance and the object are checked at once, before the first image.
        """
        asked = make_question(question, options)
        tolerance = self._tolerance(false_alarm_rate, threshold)
        self._check_object(object)

        def each() -> Iterator[Inspection]:
            for image in images:
                try:
                    yield self.answer(Request(image, asked, object, tolerance))
                except ImageError as fault:
                    plan = make_plan(asked, self._wiring.plans)
                    yield failed_record(image, asked, plan, self.profile, fault)

        return each()

    def answer(self, request: Request) -> Inspection:
        """Answer one request; `inspect` with everything chosen.

        Raises
        ------
        ImageError
            The image cannot be read.
        """
        return self.answer_all([request])[0]

    @one_blas_thread
    def answer_all(self, requests: Sequence[Request]) -> list[Inspection]:
        """Answer several requests, decided together; those about one picture share most of the work.

        Returns
        -------
        list of Inspection
            In order; the time of the decision maker is divided evenly among them.

        Raises
        ------
        ImageError
            An image cannot be read; none is answered then.
        ModelGoneError
            The model that decides answers nothing more.
        """
        side = self._wiring.looking_side
        consulted = [self._consulting.consult(request, side, learns=True) for request in requests]
        start = time.perf_counter()
        decisions = decide_all(self._wiring.decider, [one.asked for one in consulted])
        share = 1000 * (time.perf_counter() - start) / max(1, len(consulted))
        return [
            consulted_record(one, decision, self.profile, decided_ms=share)
            for one, decision in zip(consulted, decisions, strict=True)
        ]

    def compose(self, request: Request) -> tuple[Prompt, ...]:
        """What the profile's multimodal model would be asked; no model is loaded and none is asked.

        Returns
        -------
        tuple of Prompt
            One for each rotation of the options.

        Raises
        ------
        ImageError
            The image, or a reference's stored picture, cannot be read.
        ProfileError
            The model takes one picture, and the profile shows several.
        """
        decider = self.profile.decider
        check_pictures(self.profile)
        return put(self._consulting.consult(request, decider.max_side, learns=False).asked, decider).prompts

    def load(self, image: PictureSource | Picture) -> Picture:
        """Read a picture as an inspection does; one that is decoded already stays as it is.

        Raises
        ------
        ImageError
            The image cannot be read.
        """
        return self._consulting.load(image, self._wiring.looking_side)

    @property
    def picture_side(self) -> int:
        """Pixels that the shorter side of a picture keeps when it is decoded: more for a decider that looks itself."""
        return max(ENOUGH_SIDE, self._wiring.looking_side)

    def encode(self, picture: Picture, object: str | None = None) -> ImageEncoding:
        """The encoding of a picture; several questions about one picture share it.

        Parameters
        ----------
        picture : Picture
        object : str, optional
            As its normals are compared; of the whole picture when left out.
        """
        return self._consulting.encode(picture, object)

    def _tolerance(self, false_alarm_rate: float | None, threshold: float | None) -> Tolerance:
        rate = self.profile.tolerance.false_alarm_rate if false_alarm_rate is None else false_alarm_rate
        return Tolerance(rate, threshold)

    def _check_object(self, named: str | None) -> None:
        """A misspelt name must not silently go on without normals."""
        enrolled = self.memory.object_names()
        if named is not None and enrolled and named not in enrolled and not self.memory.knowledge(named):
            raise UnknownObjectError(named, enrolled)

    @property
    def _wiring(self) -> Wiring:
        return self._consulting.wiring


def make_question(text: str | None, options: Mapping[str, str] | None) -> Question:
    """A question from its words and options, the default one when there are no words.

    Raises
    ------
    QuestionError
        The question or its options cannot be used.
    """
    try:
        return Question(DEFAULT_QUESTION if text is None else text, dict(options or {}))
    except ValueError as fault:
        raise QuestionError(str(fault)) from fault
