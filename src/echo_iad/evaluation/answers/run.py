"""One benchmark, one or several ways to answer it: normals enrolled, questions asked, answers recorded. No report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from echo_iad import __version__
from echo_iad.deciders.mllm import load_model_of
from echo_iad.echo import Echo
from echo_iad.enrolment import Enrolment
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.answering import EchoAnswerer, PictureShelf
from echo_iad.evaluation.answers.asking import Asking
from echo_iad.evaluation.answers.changed_settings import changed_settings
from echo_iad.evaluation.answers.knowledge_state import knowledge_digests
from echo_iad.evaluation.answers.learning_shown import LearningShown
from echo_iad.evaluation.answers.recording import RECORD_BYTES, RunFolder, RunIdentity
from echo_iad.evaluation.answers.records import AnswerRecord
from echo_iad.evaluation.answers.robustness import VariantName, variants
from echo_iad.evaluation.answers.runner import Answerer, Cell, Progress, run
from echo_iad.evaluation.benchmark.questions import Benchmark, BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.result_files import prepare_folder
from echo_iad.experts.relevance_by_model import load_knowledge_model, may_ask_model
from echo_iad.images.folders import PartPicture
from echo_iad.memory.store import Memory
from echo_iad.settings import Profile


@dataclass(frozen=True)
class Way:
    """One way to answer a benchmark."""

    profile: Profile
    asking: Asking
    folder: Path
    """Of its results."""
    subtasks: tuple[Subtask, ...] = tuple(Subtask)
    """What is asked."""
    variant: VariantName | None = None
    """In which variant each question is asked; None = as the benchmark has it."""

    def effective_profile(self) -> Profile:
        """The profile that decides: unless the run is assisted, no knowledge reaches it."""
        if self.asking.assisted:
            return self.profile
        knowledge = self.profile.knowledge.model_copy(update={"mode": "none"})
        return self.profile.model_copy(update={"knowledge": knowledge})


Bar = Callable[[str], AbstractContextManager[Progress]]
"""Shows the progress of a step with a title."""


def measure(benchmark: Benchmark, ways: Sequence[Way], memory: Path, *, resume: bool, bar: Bar) -> None:
    """Enrol what is asked about, and ask everything in every way.

    Parameters
    ----------
    benchmark : Benchmark
    ways : sequence of Way
    memory : Path
        Folder of the memory; made when there is none, kept afterwards.
    resume : bool
        Go on with what the ways' folders hold.
    bar : callable

    Raises
    ------
    EvaluationError
        A folder cannot be written or holds another run; an assisted run without knowledge.
    UserError
        A model cannot be loaded; found before any work.
    """
    for profile in (way.profile for way in ways if way.profile.decider.model):
        load_model_of(profile)
    for profile in (way.effective_profile() for way in ways):
        if may_ask_model(profile.knowledge):
            load_knowledge_model(profile)
    for way in ways:
        prepare_folder(way.folder, expected_bytes=len(benchmark.questions) * RECORD_BYTES)
    learning = LearningShown()
    with Echo.from_profile(ways[0].profile, memory=memory, create=True, learning=learning) as echo:
        with bar("Enrolling") as progress:
            enrol_normals(echo, benchmark, progress)
        if any(way.asking.assisted for way in ways):
            import_domain_knowledge(echo, benchmark)
        with bar("Asking") as progress:
            ask(benchmark, ways, echo, resume=resume, progress=learning.beside(progress))


def enrol_normals(echo: Echo, benchmark: Benchmark, progress: Progress | None = None) -> Enrolment:
    """Remember the normals of the objects that are asked about; those that are known already are skipped."""
    objects = sorted({asked.object for asked in benchmark.questions})
    parts = [PartPicture(name, path) for name in objects for path in benchmark.normals.get(name, ())]
    return echo.enrol_parts(parts, progress=progress)


def import_domain_knowledge(echo: Echo, benchmark: Benchmark) -> None:
    """Remember the benchmark's own knowledge, which makes every answer an assisted one.

    Raises
    ------
    EvaluationError
        The benchmark has none.
    """
    if benchmark.knowledge is None:
        msg = "There is no domain_knowledge.json to assist with. Put the file into ROOT, or leave out --assisted."
        raise EvaluationError(msg)
    echo.import_knowledge(benchmark.knowledge)


def ask(
    benchmark: Benchmark, ways: Sequence[Way], echo: Echo, *, resume: bool, progress: Progress | None = None
) -> None:
    """Answer every question in every way, into each way's folder.

    Parameters
    ----------
    benchmark : Benchmark
    ways : sequence of Way
        Their folders differ. What they have in common (decoding, encoding, comparison) is done once.
    echo : Echo
        Over the memory of the benchmark's normals.
    resume : bool
        Go on with what the folders hold.
    progress : callable, optional

    Raises
    ------
    EvaluationError
        A folder cannot be used; found before the first question.
    """
    with _open_cells(benchmark, ways, echo, resume=resume) as cells:
        run(benchmark.questions, cells, progress)


class _VariantAnswerer:
    """Answers a variant of each question; the record has the question's key."""

    def __init__(self, answerer: Answerer, variant: VariantName, seed: int) -> None:
        self._answerer = answerer
        self._variant = variant
        self._seed = seed

    def answer_all(self, asked: Sequence[BenchmarkQuestion]) -> list[AnswerRecord]:
        """See `Answerer`."""
        varied = [(one, variants(one, [self._variant], seed=self._seed)[0]) for one in asked]
        return self._answerer.answer_all([variant.ask(one) for one, variant in varied])


@contextmanager
def _open_cells(benchmark: Benchmark, ways: Sequence[Way], echo: Echo, *, resume: bool) -> Iterator[list[Cell]]:
    asked_of = [echo.with_profile(way.effective_profile()) for way in ways]
    shelf = PictureShelf(max(asked_of, key=lambda each: each.picture_side))
    with ExitStack() as opened:
        cells = []
        for way, own in zip(ways, asked_of, strict=True):
            keys = [asked.key for asked in benchmark.questions if asked.subtask in way.subtasks]
            identity = identify(way, benchmark, echo.memory)
            folder = opened.enter_context(RunFolder.open(way.folder, identity, questions=keys, resume=resume))
            plain = EchoAnswerer(own, way.asking, shelf)
            answerer = plain if way.variant is None else _VariantAnswerer(plain, way.variant, way.profile.seed)
            cells.append(Cell(answerer, folder, frozenset(keys)))
        yield cells


def identify(way: Way, benchmark: Benchmark, memory: Memory) -> RunIdentity:
    """What must be equal for two runs' records to be mixed."""
    enrolled: dict[str, list[str]] = {}
    for normal in memory.normals():
        enrolled.setdefault(normal.object, []).append(normal.sha256)
    return RunIdentity(
        profile=way.profile.name,
        profile_sha256=way.effective_profile().sha256(),
        questions_sha256=benchmark.sha256,
        seed=way.profile.seed,
        version=__version__,
        model=way.profile.decider.model or None,
        normals={
            name: hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()
            for name, digests in sorted(enrolled.items())
        },
        knowledge=knowledge_digests(
            memory, (asked.object for asked in benchmark.questions), way.effective_profile().knowledge
        ),
        choices={
            "templates": way.asking.templates,
            "form": way.asking.form,
            "assisted": way.asking.assisted,
            "variant": way.variant,
        },
        changed=changed_settings(way.profile),
    )
