"""What is written when the questions of a run are answered: its summary and its report. Asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from echo_iad.encoders.base import TextEncoder
from echo_iad.encoders.catalog import load_text_encoder
from echo_iad.evaluation.answers.recording import read_identity, read_records
from echo_iad.evaluation.answers.robustness import VariantName, robustness_summary, robustness_table
from echo_iad.evaluation.benchmark.questions import Benchmark
from echo_iad.evaluation.blind.deciders import blind_answers, encode_once
from echo_iad.evaluation.blind.features import texts_of
from echo_iad.evaluation.blind.head import LearnedHead, fit_head, nothing_to_learn_from
from echo_iad.evaluation.pages.report import write_report
from echo_iad.evaluation.prior.answering import answer_with_prior
from echo_iad.evaluation.prior.file import write_prior_answers
from echo_iad.evaluation.scores.beyond_blind import BlindLetters
from echo_iad.evaluation.scores.summary import Summary, summarise, write_summary
from echo_iad.evaluation.scores.text_prior import PriorAnswers


@dataclass(frozen=True, eq=False)
class Baseline:
    """What the words of a benchmark give away, to be laid beside any run over it."""

    letters: Mapping[str, BlindLetters]
    """Blind decider -> key -> letter."""
    head: LearnedHead | None
    """What was learned from the words; None where there was nothing to learn from."""
    encoder: TextEncoder
    """The one that the head was fitted with; remembers the texts."""

    def with_evidence(self, benchmark: Benchmark, folder: Path) -> PriorAnswers | None:
        """The row "evidence + text prior" for the run in a folder; None where nothing was learned from the words."""
        if self.head is None:
            return None
        return answer_with_prior(benchmark.questions, read_records(folder), self.head, self.encoder)


def answer_blindly(benchmark: Benchmark, *, fit_on: Benchmark, head: LearnedHead | None, seed: int) -> Baseline:
    """Answer a benchmark's questions in every blind way.

    Parameters
    ----------
    benchmark : Benchmark
        What is asked.
    fit_on : Benchmark
        What the learned decider may learn from, each object without its own questions.
    head : LearnedHead, optional
        Of ``echo-iad evaluate blind-fit``, to take instead.
    seed : int

    Raises
    ------
    EvaluationError
        The head was fitted with another text encoder.
    """
    encoder = encode_once(texts_of((*benchmark.questions, *fit_on.questions)), load_text_encoder("edge"))
    if head is None and not nothing_to_learn_from(fit_on.questions):
        head = fit_head(fit_on.questions, encoder, seed=seed)
    letters = blind_answers(
        benchmark.questions, text_encoder=encoder, knowledge=benchmark.knowledge, head=head, seed=seed
    )
    return Baseline(letters, head, encoder)


def summarise_run(
    benchmark: Benchmark, folder: Path, baseline: Baseline, variants: Mapping[VariantName, Path] | None = None
) -> Summary:
    """Score the records in a folder, and write ``summary.json`` and ``text_prior.csv`` beside them.

    Parameters
    ----------
    benchmark : Benchmark
        What was asked.
    folder : Path
        Of the run.
    baseline : Baseline
    variants : mapping, optional
        Folders of the same run, asked in variants of the questions.

    Raises
    ------
    EvaluationError
        There are no records, or the folder cannot be written.
    """
    identity = read_identity(folder)
    reworded = {name: read_records(place) for name, place in (variants or {}).items()}
    prior = baseline.with_evidence(benchmark, folder)
    if prior is not None:
        write_prior_answers(folder, benchmark.questions, prior)
    scored = summarise(
        read_records(folder),
        baseline.letters,
        benchmark.excluded,
        seed=identity.seed,
        questions_sha256=identity.questions_sha256,
        robustness=robustness_summary(robustness_table(read_records(folder), reworded)) if reworded else None,
        prior=prior,
    )
    summary = replace(scored, changed=tuple(identity.changed))
    write_summary(folder, summary)
    return summary


def report_run(
    benchmark: Benchmark,
    folder: Path,
    baseline: Baseline,
    variants: Mapping[VariantName, Path] | None = None,
) -> Summary:
    """`summarise_run`, and write ``report.html`` and ``report.md`` beside the records.

    Raises
    ------
    EvaluationError
        There are no records, or the folder cannot be written.
    MissingExtraError
        A library for the plots is not installed.
    """
    summary = summarise_run(benchmark, folder, baseline, variants)
    pictures = {asked.image: asked.path for asked in benchmark.questions}
    write_report(folder, summary, read_records(folder), pictures=pictures, made_at=now())
    return summary


def now() -> str:
    """Date and time as a report prints them."""
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
