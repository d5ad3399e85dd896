"""``evaluate folder`` from the outside: what is printed, what is written, what is said when something is missing."""

from __future__ import annotations

import json
import re
import shutil
import sys

import pytest

from echo_iad.reports.json_lines import from_json

KEYS = ["image_auroc", "balanced_accuracy", "false_alarm_rate", "miss_rate", "pixel_auroc", "aupro", "images"]


@pytest.fixture(scope="module")
def few(tmp_path_factory, parts):
    """Two objects: one with good parts, test parts and masks, one without good parts."""
    root = tmp_path_factory.mktemp("layout")
    source, cap = parts / "printed_cap", root / "cap"
    for number in range(4):
        place = cap / "train" / "good" / f"{number}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / "train" / "good" / f"{number:03}.jpg", place)
    for kind in ("good", "chipped_rim", "scratch"):
        shutil.copytree(source / "test" / kind, cap / "test" / kind)
    shutil.copytree(source / "ground_truth", cap / "ground_truth")
    shutil.copytree(source / "test" / "good", root / "lid" / "test" / "good")
    return root


@pytest.fixture(scope="module")
def written(few, tmp_path_factory):
    """Folder that one run wrote."""
    from echo_iad.cli.app import main

    out = tmp_path_factory.mktemp("runs") / "made" / "here"
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "folder", str(few), "--out", str(out), "--shots", "1,4", "--seeds", "2", "--baseline"])
    assert ended.value.code in {0, None}
    return out


def figures(out):
    return json.loads((out / "detection.json").read_text(encoding="utf-8"))


def without_times(values):
    values.pop("peak_megabytes")
    for row in [*values["detection"].values(), *values["baseline"]["detection"].values()]:
        row.pop("latency_ms")
    return values


def test_the_figures_have_the_keys_that_others_read(written):
    values = figures(written)
    assert list(values["detection"]) == ["cap"]
    cap = values["detection"]["cap"]
    assert list(cap)[: len(KEYS)] == KEYS
    assert all(0 <= cap[key] <= 1 for key in KEYS[:-1])
    assert cap["images"] == cap["good"] + cap["defective"] == 10
    assert (cap["normals"], cap["certified"]) == (4, False)
    low, high = cap["false_alarm_interval"]
    assert low <= cap["false_alarm_rate"] <= high
    assert sum(kind["missed"] for kind in cap["types"].values()) == round(cap["miss_rate"] * cap["defective"])
    assert values["mean"]["aupro"] == cap["aupro"]
    assert values["asked_false_alarm_rate"] == 0.05


def test_few_shots_are_in_the_figures_and_all_of_them_are_the_plain_run(written):
    values = figures(written)
    assert set(values["shots"]["cap"]) == {"1", "4"}
    assert set(values["shots"]["cap"]["1"]["image_auroc"]) == {"mean", "std"}
    for key in KEYS[:-1]:
        assert values["shots"]["cap"]["4"][key] == {"mean": values["detection"]["cap"][key], "std": 0.0}


def test_patchcore_stands_beside_in_the_figures(written):
    values = figures(written)
    beside = values["baseline"]
    assert beside["method"] == "PatchCore"
    assert set(beside["detection"]["cap"]) == {*KEYS[:-1], "average_precision", "latency_ms"}
    assert beside["mean"]["aupro"] == beside["detection"]["cap"]["aupro"]
    assert beside["mean"] != values["mean"]
    for key in KEYS[:-1]:
        assert beside["shots"]["cap"]["4"][key] == {"mean": beside["detection"]["cap"][key], "std": 0.0}
    for own in (values, beside):
        assert own["shots_mean"]["1"] == {"objects": 1, **own["shots"]["cap"]["1"]}
    assert "## Beside a plain PatchCore" in (written / "report.md").read_text(encoding="utf-8")


def test_each_part_has_its_line(written, few):
    lines = (written / "records.jsonl").read_text(encoding="utf-8").splitlines()
    records = [from_json(line) for line in lines]
    assert sorted(record.image for record in records) == sorted(map(str, (few / "cap" / "test").rglob("*.jpg")))
    assert {record.object for record in records} == {"cap"}
    assert {record.profile_sha256 for record in records} == {figures(written)["profile_sha256"]}


def test_an_object_that_cannot_be_measured_is_named_everywhere(written, echo_iad, few):
    (lid,) = figures(written)["excluded"]
    assert lid["name"] == "lid"
    assert "no good parts to learn from" in lid["why"]
    for name in ("report.md", "report.html"):
        assert "lid was not measured" in (written / name).read_text(encoding="utf-8")


def test_the_report_has_the_tables_and_the_surest_mistakes(written):
    page = (written / "report.md").read_text(encoding="utf-8")
    for heading in ("Figures", "With other thresholds", "Missed by type", "With few good parts", "Left out or lacking"):
        assert f"## {heading}" in page
    wrong = any(row["false_alarm_rate"] or row["miss_rate"] for row in figures(written)["detection"].values())
    assert (written / "worst.html").exists() == wrong
    assert ("## Wrong verdicts" in page) == wrong


@pytest.mark.parametrize(
    ("rate", "said", "truths"),
    [("0.0001", "3 of 4 missed", {"Missed: chipped_rim", "Missed: scratch"}), ("0.9", "false alarms", {"False alarm"})],
)
def test_each_of_the_surest_mistakes_says_what_is_true(echo_iad, few, tmp_path, rate, said, truths):
    ended = echo_iad("evaluate", "folder", few / "cap", "--out", tmp_path, "--false-alarm-rate", rate)
    assert ended.code == 0
    page = (tmp_path / "worst.html").read_text(encoding="utf-8")
    assert said in page.split("</title>")[0]
    assert said in (tmp_path / "report.md").read_text(encoding="utf-8")
    captions = re.findall('<p class="caption">(.*)</p>', page)
    assert len(captions) == 3
    assert set(captions) <= truths
    assert "</b> good</li>" not in page


def test_the_same_seed_writes_the_same_but_for_times(written, echo_iad, few, tmp_path):
    words = ["--shots", "1,4", "--seeds", "2", "--baseline", "--json"]
    ended = echo_iad("evaluate", "folder", few, "--out", tmp_path / "again", *words)
    assert ended.code == 0
    assert without_times(json.loads(ended.out)) == without_times(figures(written))

    def plain(out):
        lines = (out / "records.jsonl").read_text(encoding="utf-8").splitlines()
        return [{**json.loads(line), "timings_ms": None} for line in lines]

    assert plain(tmp_path / "again") == plain(written)


def test_without_a_folder_only_a_table_is_printed(echo_iad, few, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = echo_iad("evaluate", "folder", few / "cap", "--false-alarm-rate", "0.2")
    assert ended.code == 0
    assert "20 % false alarms" in ended.out
    assert "cap" in ended.out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shots", "1,none"], "--shots takes numbers"),
        (["--objects", "cup"], "Did you mean"),
        (["--false-alarm-rate", "5"], "between 0 and 1"),
        (["--profile", "nothing"], "Unknown profile"),
    ],
)
def test_a_wrong_word_is_one_line_before_work_starts(echo_iad, few, words, said):
    ended = echo_iad("evaluate", "folder", few, *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_folder_of_another_layout_is_shown_the_right_one(echo_iad, tmp_path):
    ended = echo_iad("evaluate", "folder", tmp_path)
    assert ended.code == 2
    assert "OBJECT/train/good" in ended.err


def test_a_place_that_cannot_be_written_is_told_before_work_starts(echo_iad, few, tmp_path):
    (tmp_path / "file").write_text("mine")
    ended = echo_iad("evaluate", "folder", few, "--out", tmp_path / "file")
    assert (ended.code, ended.out) == (2, "")
    assert str(tmp_path / "file") in ended.err


def test_a_run_of_questions_is_not_overwritten(echo_iad, few, tmp_path):
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "records.jsonl").write_text("{}\n")
    ended = echo_iad("evaluate", "folder", few, "--out", tmp_path)
    assert ended.code == 2
    assert (tmp_path / "records.jsonl").read_text() == "{}\n"


def test_a_run_that_is_stopped_leaves_whole_lines(echo_iad, few, tmp_path, monkeypatch):
    from echo_iad.evaluation.detection import files as detection_files

    seen = []

    def stopping(inspection):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(inspection.image)
        return json.dumps({"image": inspection.image})

    monkeypatch.setattr(detection_files, "to_json", stopping)
    ended = echo_iad("evaluate", "folder", few, "--out", tmp_path)
    assert ended.code != 0
    lines = (tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["image"] for line in lines] == seen
    assert not (tmp_path / "detection.json").exists()
    assert "No object was finished." in ended.err


def test_a_missing_library_is_told_before_anything_is_inspected(echo_iad, few, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    ended = echo_iad("evaluate", "folder", few, "--out", tmp_path)
    assert ended.code == 2
    assert "echo-iad[eval]" in ended.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["detection.json", "records.jsonl", "report.html"])
def test_an_earlier_measurement_is_not_overwritten(echo_iad, few, tmp_path, name):
    (tmp_path / name).write_text("earlier")
    ended = echo_iad("evaluate", "folder", few, "--out", tmp_path)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert name in ended.err
    assert "another --out" in ended.err
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "earlier")]


def test_when_nothing_can_be_measured_no_file_is_left(echo_iad, few, tmp_path):
    shutil.copytree(few / "cap" / "test", tmp_path / "cap" / "test")
    (tmp_path / "cap" / "train" / "good").mkdir(parents=True)
    (tmp_path / "cap" / "train" / "good" / "0.jpg").write_bytes(b"no picture")
    ended = echo_iad("evaluate", "folder", tmp_path, "--out", tmp_path / "out")
    assert ended.code == 2
    assert "No object could be measured" in ended.err
    assert not list((tmp_path / "out").iterdir())


def test_on_a_terminal_of_80_columns_the_baseline_is_not_broken(echo_iad, few, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    ended = echo_iad("evaluate", "folder", few / "cap", "--shots", "4", "--baseline")
    lines = ended.out.splitlines()
    assert max(map(len, lines)) <= 80
    beside, mean, few_shots = [line.split() for line in lines if "PatchCore" in line]
    (plain,) = [line.split() for line in lines if line.startswith("cap ") and "Echo" in line]
    assert len(plain) == len(beside) + 1 == 9
    assert mean == beside[:-1]  # a mean has no time
    assert few_shots[:4] == ["4", "PatchCore", "1", beside[1]]


def test_on_a_terminal_of_80_columns_nothing_is_broken(echo_iad, few, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    ended = echo_iad("evaluate", "folder", few / "cap", "--shots", "1", "--seeds", "2")
    lines = ended.out.splitlines()
    assert max(map(len, lines)) <= 80
    (plain, few_shots) = (place for place, line in enumerate(lines) if line.startswith(("Object", "parts")))
    assert lines[plain].split() == "Object parts parts AUROC acc. % % % AUROC AUPRO Cert.".split()
    assert lines[few_shots].split() == "parts Draws AUROC acc. % % AUPRO".split()
    (cap,) = [line.split() for line in lines if line.startswith("cap ")]
    assert (len(cap), cap[-1]) == (10, "no")
    assert "%" not in " ".join(cap)


def test_a_stopped_run_says_what_it_kept(echo_iad, few, tmp_path, monkeypatch):
    from echo_iad.evaluation.detection.files import ResultFolder

    def stopping(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ResultFolder, "write_report", stopping)
    ended = echo_iad("evaluate", "folder", few, "--out", tmp_path)
    assert ended.code != 0
    assert f"Finished objects are kept in {tmp_path}." in ended.err
    assert list(figures(tmp_path)["detection"]) == ["cap"]
