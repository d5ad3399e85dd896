"""Runs the paper's experiments: each cell once, however many tables and figures need it. Lays out nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from echo_iad.evaluation.answers.asking import Asking
from echo_iad.evaluation.answers.run import Bar, Way, measure
from echo_iad.evaluation.benchmark.questions import Benchmark
from echo_iad.evaluation.paper.recipes import Recipe, Variation
from echo_iad.settings import Profile


@dataclass(frozen=True)
class Contestant:
    """A decider that every row of an experiment is measured with."""

    label: str
    """The model's name, or the decider's where there is no model."""
    profile: Profile
    """The whole of Echo around it."""


def contestants(base: Profile, models: Sequence[str]) -> tuple[Contestant, ...]:
    """The base profile with each model, or with its own decider where there is none.

    Parameters
    ----------
    base : Profile
    models : sequence of str
        ``BACKEND:NAME``.
    """
    if not models:
        return (Contestant(base.decider.model or base.decider.name, base),)
    return tuple(Contestant(model, base.with_model(model)) for model in models)


@dataclass(frozen=True)
class MeasuredRow:
    """One line of an experiment, with the folder of its records."""

    contestant: str
    label: str
    folder: Path


@dataclass(frozen=True)
class Place:
    """Where an experiment reads and writes."""

    root: Path
    """What the benchmark's keys are relative to."""
    out: Path
    """Gets a folder for each cell, and the memory."""


def reproduce(
    recipes: Sequence[Recipe],
    contestants: Sequence[Contestant],
    benchmark: Benchmark,
    place: Place,
    *,
    resume: bool,
    bar: Bar,
) -> Mapping[str, tuple[MeasuredRow, ...]]:
    """Measure every cell of some experiments.

    Parameters
    ----------
    recipes : sequence of Recipe
    contestants : sequence of Contestant
        One after the other, so that one model is loaded at a time; the cells of one share every picture's work.
    benchmark : Benchmark
    place : Place
    resume : bool
        Go on with the cells that are there.
    bar : callable

    Returns
    -------
    mapping of str to tuple of MeasuredRow
        Recipe's name -> its rows, contestant by contestant, but those that no question is asked for.
    """
    asked = {question.subtask for question in benchmark.questions}
    rows: dict[str, list[MeasuredRow]] = {recipe.name: [] for recipe in recipes}
    for contestant in contestants:
        ways: dict[str, Way] = {}
        for recipe in recipes:
            for row in recipe.rows:
                way = _way(contestant, row.variation, benchmark, place)
                if asked.isdisjoint(way.subtasks):
                    continue
                shared = ways.setdefault(_likeness(way), way)
                rows[recipe.name].append(MeasuredRow(contestant.label, row.label, shared.folder))
        measure(benchmark, list(ways.values()), place.out / "memory", resume=resume, bar=bar)
    return {name: tuple(measured) for name, measured in rows.items()}


def _way(contestant: Contestant, variation: Variation, benchmark: Benchmark, place: Place) -> Way:
    asking = Asking(
        root=place.root,
        templates=variation.templates,
        form=variation.form,
        assisted=variation.uses_knowledge and benchmark.knowledge is not None,
    )
    folder = place.out / "cells" / _folder_name(contestant.label) / variation.name
    return Way(variation.applied(contestant.profile), asking, folder, variation.subtasks)


def _likeness(way: Way) -> str:
    """Two cells with the same one have the same answers: the one reference of Figure 6 is the whole of Echo again."""
    asking = way.asking
    return " ".join((way.effective_profile().sha256(), asking.templates, asking.form, *way.subtasks))


def _folder_name(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", label).strip("-.") or "model"
