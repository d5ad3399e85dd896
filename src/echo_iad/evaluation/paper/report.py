"""Scores the cells of the paper's experiments and writes their common report. Asks nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from echo_iad.evaluation.answers.changed_settings import changed_settings
from echo_iad.evaluation.benchmark.questions import Benchmark
from echo_iad.evaluation.pages.comparison_table import Experiment, write_comparison
from echo_iad.evaluation.pages.content import Fact
from echo_iad.evaluation.pages.run_report import Baseline, now, summarise_run
from echo_iad.evaluation.pages.who_decided import decider
from echo_iad.evaluation.paper.recipe_tables import Result, describe_experiment
from echo_iad.evaluation.paper.recipes import Recipe
from echo_iad.evaluation.paper.reproduction import Contestant, MeasuredRow
from echo_iad.evaluation.published import PAPER
from echo_iad.evaluation.result_files import write_whole
from echo_iad.evaluation.scores.summary import Summary

EXPERIMENTS = "experiments.json"
TITLE = "The paper's experiments, measured again"


def report_experiments(
    recipes: Sequence[Recipe],
    measured: Mapping[str, Sequence[MeasuredRow]],
    benchmark: Benchmark,
    baseline: Baseline,
    out: Path,
    contestants: Sequence[Contestant],
) -> tuple[Experiment, ...]:
    """Write ``summary.json`` into each cell, and ``experiments.json`` and the report about all into ``out``.

    Parameters
    ----------
    recipes : sequence of Recipe
    measured : mapping of str to sequence of MeasuredRow
        Of `reproduction.reproduce`.
    benchmark : Benchmark
        What was asked.
    baseline : Baseline
        Of the words alone.
    out : Path
    contestants : sequence of Contestant
        Who was measured.

    Returns
    -------
    tuple of Experiment
        In the order of the recipes.
    """
    folders = dict.fromkeys(row.folder for rows in measured.values() for row in rows)
    summaries = {folder: summarise_run(benchmark, folder, baseline) for folder in folders}
    experiments = tuple(
        describe_experiment(
            recipe, [Result(row.contestant, row.label, summaries[row.folder]) for row in measured[recipe.name]]
        )
        for recipe in recipes
    )
    write_whole(out / EXPERIMENTS, _as_json(experiments))
    write_comparison(
        out, experiments, title=TITLE, lead=_lead(benchmark), facts=_facts(benchmark, summaries, contestants)
    )
    return experiments


def _as_json(experiments: Sequence[Experiment]) -> str:
    """Experiment -> row -> column -> measured, published, coverage."""
    told = {
        one.name: {
            label: {f"{column.group} {column.name}".strip(): asdict(cell) for column, cell in row.items()}
            for label, row in one.rows.items()
        }
        for one in experiments
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _lead(benchmark: Benchmark) -> tuple[str, ...]:
    objects = {asked.object for asked in benchmark.questions}
    images = {asked.image for asked in benchmark.questions}
    assisted = (
        ""
        if benchmark.knowledge is None
        else (
            " Rows with the Knowledge Guide are assisted: the benchmark's knowledge describes the test's own defects."
        )
    )
    return (
        f"“{PAPER}”, on {len(benchmark.questions)} questions about {len(images)} pictures of {len(objects)} objects. "
        "All rows come from one harness, by MMAD's rule. The paper's figures cover its whole data sets; "
        f"over fewer objects a difference says little.{assisted}",
    )


def _facts(
    benchmark: Benchmark, summaries: Mapping[Path, Summary], contestants: Sequence[Contestant]
) -> tuple[Fact, ...]:
    first = next(iter(summaries.values()))
    held = {
        "Decider": "; ".join(decider(one.profile.decider.model) for one in contestants),
        "Profile": first.profile,
        "Changed": ", ".join(changed_settings(contestants[0].profile)),
        "Cells": str(len(summaries)),
        "Left out": str(len(benchmark.excluded)),
        "Questions' digest": first.questions_sha256[:12],
        "Seed": str(first.seed),
        "Echo": first.version,
        "Written": now(),
    }
    return tuple(Fact(name, value) for name, value in held.items() if value)
