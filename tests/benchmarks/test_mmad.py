"""The pieces of the benchmark of the harness, on questions made about the sample parts; no time is judged."""

import importlib
import json
from pathlib import Path

import pytest

from echo_iad.encoders.onnx import EdgeImageEncoder
from echo_iad.evaluation.answers.recording import read_records
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
TAKEN = {"seconds", "cpu_seconds", "peak_megabytes"}


@pytest.fixture(scope="module")
def load():
    """Name of a module of the benchmarks -> the module, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield importlib.import_module


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("measured")


@pytest.fixture(scope="module")
def samples(load, folder):
    """Questions made in ``folder / "made"``, and runs over them."""
    return load("mmad").measure_samples(folder)


def test_made_questions_are_answered_in_both_ways_beside_every_blind_decider(samples):
    assert set(samples["run"]) == TAKEN
    for way in samples["ways"].values():
        assert set(way["strict"]) == set(PAPER_SUBTASKS) == set(way["counts"])
        assert set(way["per_object"]) == {"circuit_board", "printed_cap", "woven_fabric"}
        assert set(way["coverage"].values()) == {100.0}
        assert set(way["blind"]["classification"]) == {"first", "longest", "knowledge", "learned"}
        assert set(way["text_prior"]["strict"]) == set(way["text_prior"]["words"]) == set(PAPER_SUBTASKS)
        assert 0 <= way["hard_together"]["accuracy"] <= 100
    assert samples["chance"]["discrimination"] == 50.0


def test_the_row_with_the_text_prior_has_its_tables(load, samples, folder):
    said = "\n".join(load("mmad_prior_tables").prior_tables({"ways": samples["ways"]}))
    assert "| subtask | evidence | words alone | evidence + text prior |" in said
    assert said.count("| printed_cap |") == 2
    assert (folder / "run" / "text_prior.csv").is_file()


def test_answering_less_has_its_table(load, samples):
    names = {"evidence": "Evidence only"}
    (said,) = load("mmad_abstention").abstention_tables(samples["ways"], names)
    curves = samples["ways"]["evidence"]["abstention"]
    assert f"| **all** | {curves['all']['accuracy_at']['100']} |" in said
    assert all(f"| {subtask} |" in said for subtask in PAPER_SUBTASKS)
    assert load("mmad_abstention").abstention_tables({"evidence": {}}, names) == []


def test_a_long_run_is_resumed_scored_and_summarised(load, samples, folder):
    many = load("mmad").measure_many(folder / "run", folder / "many", 500)
    keys = [record.key for record in read_records(folder / "many")]
    assert len(keys) == len(set(keys)) == many["records"] == 500
    assert many["resuming"]["done"] == many["scoring"]["records"] == many["summarising"]["records"] == 500
    short = (folder / "run" / "records.jsonl").read_bytes()
    assert many["bytes_a_record"] == pytest.approx(len(short) / short.count(b"\n"), rel=0.1)
    assert set(many["scoring"]) >= TAKEN


def test_mmads_own_way_encodes_a_picture_for_every_question_and_gives_the_same_answers(
    load, samples, folder, monkeypatch
):
    steps = load("mmad_steps")
    encoded = []
    encode = EdgeImageEncoder.encode_pixels  # of whole pictures and of parts that are cut out
    monkeypatch.setattr(
        EdgeImageEncoder,
        "encode_pixels",
        lambda self, held: encoded.extend(one.tobytes() for one in held) or encode(self, held),
    )
    questions = sum(samples["ways"]["evidence"]["counts"].values())
    arguments = str(folder / "made"), str(folder / "run" / "memory")
    assert steps.asking(*arguments, str(folder / "asked"), str(questions))["questions"] == questions
    pictures = len(encoded)
    assert pictures == len(set(encoded))
    assert steps.one_by_one(*arguments, str(folder / "alone"))["questions"] == questions
    assert len(encoded) - pictures == questions > 2 * pictures
    first, second = (
        {record.key: (record.answer, record.probabilities) for record in read_records(folder / name)}
        for name in ("asked", "alone")
    )
    assert first == second


def test_questions_are_asked_again_where_more_are_wanted(load, samples, folder):
    questions = sum(samples["ways"]["evidence"]["counts"].values())
    asked = load("mmad_steps").asking(
        str(folder / "made"), str(folder / "run" / "memory"), str(folder / "twice"), str(2 * questions)
    )
    assert asked["questions"] == 2 * questions == len(list(read_records(folder / "twice")))


def test_another_system_is_compared_and_its_outputs_are_read(load, samples, folder, tmp_path):
    rows = ["image,question_index,question_type,correct_answer,model_answer,raw_output"]
    for number, record in enumerate(read_records(folder / "run")):
        said = "I cannot tell" if number == 0 else f"Answer: {record.correct}."
        rows.append(f"{record.image},{record.question_index},{record.subtask},{record.correct},{record.correct},{said}")
    answers = tmp_path / "answers.csv"
    answers.write_text("\n".join(rows) + "\n", encoding="utf-8")
    mmad = load("mmad")
    found = mmad.compared(folder / "run", answers)
    assert found["overall"]["questions"] == len(rows) - 1
    assert found["overall"]["accuracy_b"] == 100.0
    read = mmad.reading([folder / "made" / "mmad.json"], answers)
    assert read["rows"] == read["with_letter"] == len(rows) - 1
    assert read["agreed"] == read["rows"] - 1


@pytest.mark.parametrize(("name", "module"), [("edge", "tables"), ("mmad", "mmad_tables")])
def test_the_tables_of_the_docs_are_those_of_the_figures(load, name, module):
    report = json.loads((ROOT / "benchmarks" / f"{name}.json").read_text(encoding="utf-8"))
    written = PAGE.read_text(encoding="utf-8")
    assert load("tables").with_tables(written, name, load(module).tables(report)) == written


def test_the_aims_of_the_docs_are_those_of_the_figures(load):
    names = ("edge", "shots", "mmad", "held_out")
    read = {name: json.loads((ROOT / "benchmarks" / f"{name}.json").read_text(encoding="utf-8")) for name in names}
    written = PAGE.read_text(encoding="utf-8")
    assert load("tables").with_tables(written, "aims", load("aims").table(read)) == written


def test_the_ablations_of_the_docs_are_those_of_the_figures(load):
    report = json.loads((ROOT / "benchmarks" / "ablations.json").read_text(encoding="utf-8"))
    page = ROOT / "docs" / "ablations.md"
    written = page.read_text(encoding="utf-8")
    assert load("tables").with_tables(written, "ablations", load("ablations").table(report)) == written


def test_a_process_that_fails_ends_the_benchmark(load):
    with pytest.raises(SystemExit, match="ended with 2"):
        load("processes").spend([load("processes").ECHO_IAD, "inspect", "nowhere.jpg", "--memory", "nowhere"])
