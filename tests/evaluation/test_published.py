"""The published numbers against each other, and against the shared copy of the tables where it is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.published import (
    BARE,
    BARE_SMALL,
    FIGURE6,
    INCONSISTENCIES,
    MVTEC,
    PAPER,
    PUBLISHED_DATASETS,
    TABLE1,
    TABLE2,
    TABLE3,
    TABLE4_STATED,
    VISA,
    WITH_ECHO,
    Ablation,
    KnowledgeGiven,
    published_dataset,
    published_model,
)

TABLES = Path(__file__).parents[3] / "shared" / "paper" / "tables.json"
HALF = 0.005 + 1e-9
"""A number printed with two decimals may be this far off."""


@pytest.fixture(scope="module")
def tables():
    if not TABLES.is_file():
        pytest.skip(f"the paper's tables are not here: {TABLES}")
    return json.loads(TABLES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", TABLE1, ids=lambda row: row.name)
def test_each_average_of_table_1_is_the_mean_of_its_ten_cells(row):
    cells = [row.cells[dataset][subtask] for dataset in PUBLISHED_DATASETS for subtask in PAPER_SUBTASKS]
    assert len(cells) == 10
    assert abs(sum(cells) / 10 - row.average) <= HALF


def test_random_chance_is_the_chance_of_the_subtasks():
    chance = published_model("Random Chance")
    assert all(
        chance.cells[dataset][subtask] == (50 if subtask is Subtask.DISCRIMINATION else 25)
        for dataset in chance.cells
        for subtask in PAPER_SUBTASKS
    )


@pytest.mark.parametrize("row", TABLE2, ids=lambda row: f"{row.model}, {row.given}")
def test_each_mean_of_table_2_is_the_mean_of_its_cells(row):
    assert abs((row.classification + row.description) / 2 - row.mean) <= HALF


@pytest.mark.parametrize(("ablation", "name"), [(Ablation.BASELINE, WITH_ECHO), (Ablation.NO_EXPERT, BARE)])
@pytest.mark.parametrize("subtask", PAPER_SUBTASKS)
def test_table_3_begins_and_ends_with_table_1(ablation, name, subtask):
    mean = sum(cells[subtask] for cells in published_model(name).cells.values()) / len(PUBLISHED_DATASETS)
    assert abs(mean - TABLE3[ablation][subtask]) <= HALF


def test_tables_2_and_3_agree_on_knowledge():
    row = {(row.model, row.given): row for row in TABLE2}
    for ablation, given in (
        (Ablation.BASELINE, KnowledgeGiven.CONTEXT_SPECIFIC),
        (Ablation.NO_KNOWLEDGE_GUIDE, KnowledgeGiven.NONE),
    ):
        cells = row[BARE, given]
        assert TABLE3[ablation][Subtask.CLASSIFICATION] == cells.classification
        assert TABLE3[ablation][Subtask.DESCRIPTION] == cells.description


def test_the_inconsistencies_are_as_stated():
    bare, echo, rival = (published_model(name) for name in (BARE, WITH_ECHO, "LLaVA-OneVision-7B"))
    gain = echo.cells[VISA][Subtask.DISCRIMINATION] - bare.cells[VISA][Subtask.DISCRIMINATION]
    assert round(gain, 2) == 3.79
    assert echo.cells[MVTEC][Subtask.ANALYSIS] == 93.20
    for subtask in (Subtask.DISCRIMINATION, Subtask.CLASSIFICATION):
        assert rival.cells[MVTEC][subtask] > echo.cells[MVTEC][subtask]
    assert round(echo.cells[VISA][Subtask.DESCRIPTION] - bare.cells[VISA][Subtask.DESCRIPTION], 2) == -0.68
    small = {row.given: row.description for row in TABLE2 if row.model == BARE_SMALL}
    assert small[KnowledgeGiven.DOMAIN] > small[KnowledgeGiven.CONTEXT_SPECIFIC]
    described = [TABLE3[a][Subtask.DESCRIPTION] for a in (Ablation.NO_REASONING_EXPERT, Ablation.BASELINE)]
    assert described[0] > described[1]
    lost = (
        TABLE3[Ablation.BASELINE][Subtask.DISCRIMINATION]
        - TABLE3[Ablation.NO_REFERENCE_EXTRACTOR][Subtask.DISCRIMINATION]
    )
    assert round(lost, 2) == 4.52
    assert len(INCONSISTENCIES) == 8


def test_every_number_named_in_an_inconsistency_of_the_tables_is_in_them():
    printed = {f"{value:.2f}" for row in TABLE1 for cells in row.cells.values() for value in cells.values()}
    printed |= {f"{value:.2f}" for row in TABLE2 for value in (row.classification, row.description)}
    printed |= {f"{value:.2f}" for cells in TABLE3.values() for value in cells.values()}
    printed |= {f"{stated.points:.2f}" for stated in TABLE4_STATED}
    named = set(re.findall(r"\d+\.\d\d", " ".join(INCONSISTENCIES)))
    assert named - printed == {"6.79", "3.79", "82.57", "0.68", "4.52"} - printed


@pytest.mark.parametrize(
    ("dataset", "name"), [("DS-MVTec", MVTEC), ("MVTec-AD", MVTEC), ("VisA", VISA), ("MVTec-LOCO", None), ("", None)]
)
def test_a_dataset_of_mmad_has_the_paper_s_name_or_none(dataset, name):
    assert published_dataset(dataset) == name


def test_figure_6_leaves_localization_out():
    assert set(PAPER_SUBTASKS) - set(FIGURE6.subtasks) == {Subtask.LOCALIZATION}


def test_table_1_is_the_shared_copy_s(tables):
    assert tables["source"] == PAPER
    assert {row.name: {**row.cells, "average": row.average} for row in TABLE1} == tables["table1"]


def test_table_2_is_the_shared_copy_s(tables):
    copied = {(m, k): tuple(v) for m, rows in tables["table2"].items() if m != "columns" for k, v in rows.items()}
    assert {(r.model, r.given): (r.classification, r.description, r.mean) for r in TABLE2} == copied


def test_table_3_is_the_shared_copy_s(tables):
    ours = {subtask.value: [TABLE3[ablation].get(subtask) for ablation in Ablation] for subtask in PAPER_SUBTASKS}
    assert ours == {subtask: tables["table3"][subtask] for subtask in ours}


def test_table_4_is_the_shared_copy_s(tables):
    ours = {f"{d.model} {d.subtask or 'mean'}, {d.of} over {d.over}": d.points for d in TABLE4_STATED}
    assert ours == tables["table4"]["stated"]
