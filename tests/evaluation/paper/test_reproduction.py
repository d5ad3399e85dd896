"""The paper's experiments from end to end, on the drawn parts."""

import json
import shutil

import pytest

from echo_iad.evaluation.answers.recording import read_records
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS
from echo_iad.evaluation.paper.recipes import RECIPES
from echo_iad.testing import write_random_mllm

CELLS = {
    "bare", "domain-knowledge", "echo", "open-questions", "random-reference", "three-references", "true-false",
    "two-references", "without-knowledge-guide", "without-reasoning-expert", "without-reference-extractor",
    "without-visual-comparator",
}  # fmt: skip


@pytest.fixture
def out(enrolled_mmad, tmp_path):
    """Folder of results that holds the memory of the normals already."""
    shutil.copytree(enrolled_mmad, tmp_path / "out" / "memory")
    return tmp_path / "out"


def cells_of(out):
    return {folder.name: folder for folder in (out / "cells").glob("*/*")}


def keys_of(folder):
    return [record.key for record in read_records(folder)]


def test_everything_runs_with_the_embedded_decider(echo_iad, read_only_mmad, out):
    ended = echo_iad("reproduce", "all", read_only_mmad, "--out", out)
    assert ended.code == 0, ended.err
    cells = cells_of(out)
    assert set(cells) == CELLS
    asked = json.loads((read_only_mmad / "mmad.json").read_text(encoding="utf-8"))
    questions = [row["type"] for entry in asked.values() for row in entry["conversation"]]
    assert len(keys_of(cells["echo"])) == sum(not kind.startswith("Object") for kind in questions)
    assert len(keys_of(cells["true-false"])) == questions.count("Anomaly Detection")
    assert {record.subtask for record in read_records(cells["echo"])} == set(PAPER_SUBTASKS)
    shots = {name: {r.shots for r in read_records(cells[name])} - {0} for name in cells}
    assert shots["without-reference-extractor"] == shots["bare"] == set()
    assert (shots["echo"], shots["two-references"], shots["three-references"]) == ({1}, {2}, {3})
    assert {record.status for record in read_records(cells["bare"])} == {"abstained"}
    told, written = ended.out, (out / "report.md").read_text(encoding="utf-8").replace("\\*", "*")
    for recipe in RECIPES.values():
        assert recipe.title in told
        assert all(row.label in written for row in recipe.rows)
    assert "65.98" in told  # as Table 2 prints it
    page = (out / "report.html").read_text(encoding="utf-8")
    assert all(recipe.title in page for recipe in RECIPES.values())
    assert "5.99 published" in page
    assert (out / "plots" / "figure6.svg").exists()
    cell = json.loads((out / "experiments.json").read_text(encoding="utf-8"))["table2"]["domain knowledge"]
    assert cell["classification"]["published"] == 65.98


def test_experiments_share_cells_and_go_on(echo_iad, read_only_mmad, out):
    command = ("reproduce", "table2", read_only_mmad, "--limit", 20, "--out", out)
    assert echo_iad(*command).code == 0
    echo = out / "cells" / "embedded" / "echo" / "records.jsonl"
    before = echo.read_bytes()
    again = echo_iad(*command)
    assert again.code == 2
    assert "--resume" in again.err
    more = echo_iad("reproduce", "table3", read_only_mmad, "--limit", 20, "--out", out, "--resume")
    assert more.code == 0, more.err
    assert echo.read_bytes() == before
    assert {"domain-knowledge", "without-reasoning-expert"} <= set(cells_of(out))


def test_a_multimodal_model_is_measured_in_every_experiment(echo_iad, read_only_mmad, out, tmp_path):
    model = f"transformers:{write_random_mllm(tmp_path / 'random', family='llava', seed=0)}"
    ended = echo_iad("reproduce", "all", read_only_mmad, "--model", model, "--limit", 6, "--out", out)
    assert ended.code == 0, ended.err
    cells = cells_of(out)
    assert set(cells) == CELLS
    bare = list(read_records(cells["bare"]))
    assert {(record.model, record.scoring, record.status) for record in bare} == {(model, "logprobs", "answered")}
    assert all(sum(record.probabilities.values()) == pytest.approx(1, abs=1e-5) for record in bare)
    written = list(read_records(cells["open-questions"]))
    assert {record.model for record in written} == {model}
    assert all(record.raw_text if record.status != "failed" else not record.answer for record in written)


def test_two_models_are_two_contestants(echo_iad, read_only_mmad, out, tmp_path):
    models = []
    for name, answer in (("yes", "A"), ("no", "B")):
        place = tmp_path / f"{name}.jsonl"
        place.write_text(json.dumps({"image": "*", "question": "*", "answer": answer}) + "\n", encoding="utf-8")
        models += ["--model", f"scripted:{place}"]
    ended = echo_iad("reproduce", "figure5", read_only_mmad, *models, "--limit", 6, "--out", out)
    assert ended.code == 0, ended.err
    assert len(list((out / "cells").iterdir())) == 2
    flat = " ".join(ended.out.split())
    assert "yes.jsonl, bare model" in flat
    decided = f"Decided by: model {models[1]}; model {models[3]}; profile edge."
    assert decided in flat
    assert f"Decider: model {models[1]}; model {models[3]}" in (out / "report.md").read_text("utf-8").replace("\\", "")
    assert "no.jsonl, bare model" in flat


def test_a_row_that_no_question_is_asked_for_is_left_out(echo_iad, read_only_mmad, out):
    ended = echo_iad("reproduce", "all", read_only_mmad, "--limit", 1, "--out", out)
    assert ended.code == 0, ended.err
    assert set(cells_of(out)) == CELLS - {"domain-knowledge"}


def test_an_unknown_experiment_is_refused(echo_iad, read_only_mmad):
    ended = echo_iad("reproduce", "tabel1", read_only_mmad)
    assert ended.code == 2
    assert "Did you mean 'table1'?" in ended.err
