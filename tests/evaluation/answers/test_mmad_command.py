"""``echo-iad evaluate mmad`` from end to end, on the drawn parts."""

import json
import shutil
import signal
import subprocess
import time

import pytest

from echo_iad.errors import ModelGoneError
from echo_iad.evaluation.answers.recording import read_records
from echo_iad.evaluation.answers.records import AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.mllms.scripted import ScriptedMllm

TIMES = ("latency_ms", "timings_ms")


PICKED_BY_MODEL = ["--set", "knowledge.extractor=model", "--set", "knowledge.model=scripted:none.jsonl"]


@pytest.fixture
def memory(enrolled_mmad, tmp_path):
    """A copy of one's own."""
    return shutil.copytree(enrolled_mmad, tmp_path / "memory")


def timeless(folder):
    """The lines of a run without what may differ from time to time."""
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return [{name: value for name, value in json.loads(line).items() if name not in TIMES} for line in lines]


def summary_of(folder):
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return {name: value for name, value in summary.items() if name not in ("latency_ms", "cost")}


def test_a_run_from_nothing_to_a_report(echo_iad, read_only_mmad, tmp_path):
    out = tmp_path / "run"
    ended = echo_iad("evaluate", "mmad", read_only_mmad, "--out", out)
    assert ended.code == 0, ended.err
    records = list(read_records(out))
    asked = json.loads((read_only_mmad / "mmad.json").read_text(encoding="utf-8"))
    assert [record.key for record in records] == [
        (image, index) for image, entry in asked.items() for index in range(len(entry["conversation"]))
    ]
    assert {record.subtask for record in records} == set(Subtask) - {Subtask.OBJECT_ANALYSIS}
    summary = summary_of(out)
    right = [record.right for record in records if (record.dataset, record.subtask) == ("DS-MVTec", "discrimination")]
    assert summary["strict"]["DS-MVTec"]["discrimination"] == pytest.approx(100 * sum(right) / len(right), abs=0.01)
    assert summary["assisted"] is False
    assert set(summary["blind"]["VisA"]["localization"]) == {"first", "longest", "knowledge", "learned"}
    assert (out / "report.html").stat().st_size > 10_000
    assert "discrimination" in (out / "report.md").read_text(encoding="utf-8")
    for said in ("DS-MVTec", "VisA", "localization", "balanced", str(out / "report.html")):
        assert said in ended.out.replace("\n", "")


def test_the_same_seed_gives_the_same_bytes(echo_iad, read_only_mmad, memory, tmp_path):
    command = ("evaluate", "mmad", read_only_mmad, "--limit", 24, "--memory", memory, "--out")
    for name in ("one", "two"):
        assert echo_iad(*command, tmp_path / name).code == 0
    assert timeless(tmp_path / "one") == timeless(tmp_path / "two")
    assert summary_of(tmp_path / "one") == summary_of(tmp_path / "two")


def test_a_run_goes_on_only_when_asked_and_only_as_the_same(echo_iad, read_only_mmad, memory, tmp_path):
    out = tmp_path / "run"
    command = ("evaluate", "mmad", read_only_mmad, "--memory", memory, "--out", out)
    assert echo_iad(*command, "--limit", 12).code == 0
    again = echo_iad(*command, "--limit", 12)
    assert again.code == 2
    assert "--resume" in again.err
    other = echo_iad(*command, "--limit", 12, "--resume", "--templates", "random")
    assert other.code == 2
    assert "templates was retrieved and is random" in other.err
    fewer = echo_iad(*command, "--limit", 6, "--resume")
    assert fewer.code == 2
    assert "is not asked now" in fewer.err
    before = timeless(out)
    assert echo_iad(*command, "--limit", 18, "--resume").code == 0
    assert [line for line in timeless(out) if line in before] == before
    assert len(timeless(out)) == 18


def test_a_run_killed_at_many_moments_ends_as_one_that_was_not(command, read_only_mmad, enrolled_mmad, tmp_path):
    program, variables = command
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    words = [*program, "evaluate", "mmad", str(read_only_mmad), "--limit", "40"]

    def run(out, *more):
        memory = out.with_suffix(".memory")
        if not memory.exists():
            shutil.copytree(enrolled_mmad, memory)
        places = ["--memory", str(memory), "--out", str(out)]
        return subprocess.Popen([*words, *places, *more], env=variables, stdout=-3, stderr=subprocess.PIPE, text=True)

    first = run(whole)
    assert first.communicate()[1] == ""
    for wanted in (1, 9, 22, 31):
        running = run(broken, "--resume")
        give_up = time.monotonic() + 120
        path = broken / "records.jsonl"
        while time.monotonic() < give_up and not (path.exists() and path.read_bytes().count(b"\n") >= wanted):
            time.sleep(0.005)
        running.kill()
        running.communicate()
    last = run(broken, "--resume")
    assert last.communicate()[1] == ""
    assert timeless(broken) == timeless(whole)
    assert summary_of(broken) == summary_of(whole)


def test_ctrl_c_says_how_to_go_on(command, read_only_mmad, tmp_path):
    program, variables = command
    running = subprocess.Popen(
        [*program, "evaluate", "mmad", str(read_only_mmad), "--out", str(tmp_path / "run")],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a suite that was started in the background passes on that the signal is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  no threads here
    )
    give_up = time.monotonic() + 120
    while not (tmp_path / "run" / "memory" / "memory.sqlite").exists() and time.monotonic() < give_up:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130
    assert said == "What was answered is kept. Go on with the same command and --resume.\nStopped.\n"


def test_an_assisted_run_is_marked(echo_iad, read_only_mmad, memory, tmp_path):
    out = tmp_path / "run"
    command = ("evaluate", "mmad", read_only_mmad, "--memory", memory, "--subtasks", "classification", "--out", out)
    ended = echo_iad(*command, "--assisted")
    assert ended.code == 0, ended.err
    assert "Assisted" in ended.out
    assert all(record.assisted and record.evidence["knowledge"] for record in read_records(out))
    assert summary_of(out)["assisted"] is True


def test_a_memory_with_knowledge_does_not_assist_on_its_own(echo_iad, read_only_mmad, memory, tmp_path):
    command = ("evaluate", "mmad", read_only_mmad, "--memory", memory, "--subtasks", "classification", "--out")
    assert echo_iad(*command, tmp_path / "assisted", "--assisted").code == 0
    assert echo_iad(*command, tmp_path / "alone").code == 0
    assert not any("knowledge" in record.evidence for record in read_records(tmp_path / "alone"))


@pytest.mark.parametrize("drawn_mmad", ["missing"], indirect=True)
def test_what_is_missing_is_named_and_the_rest_goes_on(echo_iad, drawn_mmad, memory, tmp_path):
    out = tmp_path / "run"
    ended = echo_iad("evaluate", "mmad", drawn_mmad, "--memory", memory, "--objects", "printed_cap", "--out", out)
    assert ended.code == 0, ended.err
    excluded = summary_of(out)["excluded"]
    assert "DS-MVTec/printed_cap/image/scratch/000.jpg" in [one["image"] for one in excluded]
    assert "Left out:" in ended.out


def test_an_object_without_normals_is_run_0_shot(echo_iad, drawn_mmad, tmp_path):
    shutil.rmtree(drawn_mmad / "VisA" / "circuit_board" / "train")
    out = tmp_path / "run"
    ended = echo_iad("evaluate", "mmad", drawn_mmad, "--objects", "circuit_board,woven_fabric", "--out", out)
    assert ended.code == 0, ended.err
    shots = {record.object: record.shots for record in read_records(out) if "reference_extractor" in record.plan}
    assert shots == {"circuit_board": 0, "woven_fabric": 1}
    told = [record for record in read_records(out) if record.object == "circuit_board"]
    assert {record.status for record in told if record.subtask is Subtask.DISCRIMINATION} == {AnswerStatus.ABSTAINED}
    assert summary_of(out)["strict"]["VisA"]["discrimination"] == 0
    assert summary_of(out)["zero_shot"] == ["circuit_board"]
    assert "0-shot, without any reference: circuit_board." in ended.out


def test_variants_of_the_questions_stand_in_the_summary(echo_iad, read_only_mmad, memory, tmp_path):
    out = tmp_path / "run"
    ended = echo_iad(
        "evaluate", "mmad", read_only_mmad, "--memory", memory, "--limit", 12, "--robustness", "shuffled", "--out", out
    )  # fmt: skip
    assert ended.code == 0, ended.err
    found = summary_of(out)["robustness"]["shuffled"]
    assert sum(row["questions"] for row in found.values()) == 12
    assert found["discrimination"]["flips"] == 0
    assert "Asked shuffled: " in ended.out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--objects", "printed_cup"], "Did you mean 'printed_cap'?"),
        (["--subtasks", "locating"], "localization"),
        (["--robustness", "shufled"], "Did you mean 'shuffled'?"),
        (["--profile", "edgy"], "Did you mean 'edge'?"),
        (["--blind", "none.npz"], "none.npz"),
        (["--questions", "none.json"], "none.json"),
        (["--model", "foo:bar"], "foo"),
        (["--model", "scripted:none.jsonl"], "none.jsonl"),
        ([*PICKED_BY_MODEL, "--assisted"], "none.jsonl"),
        ([*PICKED_BY_MODEL[:2], "--assisted"], "names no model that picks knowledge"),
    ],
)
def test_faults_are_found_before_work(echo_iad, read_only_mmad, tmp_path, more, said):
    ended = echo_iad("evaluate", "mmad", read_only_mmad, "--out", tmp_path / "run", *more)
    assert ended.code == 2
    assert said in ended.err
    assert not (tmp_path / "run").exists()


def test_a_run_without_knowledge_needs_no_model_that_picks_it(echo_iad, read_only_mmad, memory, tmp_path):
    command = ("evaluate", "mmad", read_only_mmad, "--memory", memory, "--limit", 4, "--out", tmp_path / "run")
    assert echo_iad(*command, *PICKED_BY_MODEL).code == 0


def test_a_picture_that_cannot_be_read_fails_alone_and_is_tried_again(echo_iad, drawn_mmad, memory, tmp_path):
    out = tmp_path / "run"
    broken = drawn_mmad / "DS-MVTec" / "printed_cap" / "image" / "stain" / "000.jpg"
    whole = broken.read_bytes()
    broken.write_bytes(b"no picture")
    command = ("evaluate", "mmad", drawn_mmad, "--memory", memory, "--objects", "printed_cap", "--out", out)
    ended = echo_iad(*command)
    assert ended.code == 0, ended.err
    failed = [record for record in read_records(out) if record.status is AnswerStatus.FAILED]
    assert {record.image for record in failed} == {"DS-MVTec/printed_cap/image/stain/000.jpg"}
    assert f"Not answered, and counted as wrong: {len(failed)} failed." in ended.out
    broken.write_bytes(whole)
    assert echo_iad(*command, "--resume").code == 0
    assert not any(record.status is AnswerStatus.FAILED for record in read_records(out))
    asked = json.loads((drawn_mmad / "mmad.json").read_text(encoding="utf-8"))
    assert [record.key for record in read_records(out)] == [
        (image, index)
        for image, entry in asked.items()
        if "/printed_cap/" in image
        for index in range(len(entry["conversation"]))
    ]


def test_a_model_s_run_with_a_picture_that_cannot_be_read_is_scored(echo_iad, drawn_mmad, memory, tmp_path):
    (drawn_mmad / "DS-MVTec" / "printed_cap" / "image" / "stain" / "000.jpg").write_bytes(b"no picture")
    script = tmp_path / "script.jsonl"
    script.write_text('{"image": "*", "question": "*", "answer": "A"}\n', encoding="utf-8")
    command = (
        "evaluate",
        "mmad",
        drawn_mmad,
        "--memory",
        memory,
        "--objects",
        "printed_cap",
        "--out",
        tmp_path / "run",
    )
    ended = echo_iad(*command, "--model", f"scripted:{script}")
    assert ended.code == 0, ended.err
    assert {record.model for record in read_records(tmp_path / "run")} == {f"scripted:{script}"}
    assert summary_of(tmp_path / "run")["model"] == f"scripted:{script}"


def test_what_was_not_answered_and_who_decided_is_told_on_the_terminal(echo_iad, read_only_mmad, memory, tmp_path):
    script = tmp_path / "script.jsonl"
    lines = {"question": "any defect", "answer": "A"}, {"question": "*", "answer": "I cannot tell."}
    script.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    command = ("evaluate", "mmad", read_only_mmad, "--memory", memory, "--limit", 24, "--out", tmp_path / "run")
    ended = echo_iad(*command, "--model", f"scripted:{script}", "--set", "retrieval.shots=2")
    assert ended.code == 0, ended.err
    assert f"Decided by: model scripted:{script}; profile edge with retrieval.shots=2." in ended.out
    assert "⚠ with the share of a cell's questions that were answered with an option." in ended.out
    assert "0.0 ⚠ 0 %" in ended.out
    summary = summary_of(tmp_path / "run")
    assert summary["changed"] == ["retrieval.shots=2"]
    guessed = [
        f"{dataset} {subtask.replace('_', ' ')} {figure:.1f}"
        for dataset, row in summary["official"].items()
        for subtask, figure in row.items()
        if figure and not summary["coverage"][dataset][subtask]
    ]
    assert guessed
    assert all(said in ended.out.partition("MMAD –: nothing was answered.")[2] for said in guessed)


def test_a_run_goes_on_with_more_objects_in_its_own_memory(echo_iad, read_only_mmad, tmp_path):
    command = ("evaluate", "mmad", read_only_mmad, "--subtasks", "localization", "--out", tmp_path / "run", "--objects")
    assert echo_iad(*command, "printed_cap").code == 0
    before = timeless(tmp_path / "run")
    ended = echo_iad(*command, "printed_cap,woven_fabric", "--resume")
    assert ended.code == 0, ended.err
    assert [line for line in timeless(tmp_path / "run") if line in before] == before
    assert {record.object for record in read_records(tmp_path / "run")} == {"printed_cap", "woven_fabric"}


def test_an_expert_that_is_switched_off_is_in_no_record(echo_iad, read_only_mmad, memory, tmp_path):
    command = ("evaluate", "mmad", read_only_mmad, "--memory", memory, "--objects", "printed_cap", "--limit", 4)
    ended = echo_iad(*command, "--without", "reference_extractor", "--out", tmp_path / "run")
    assert ended.code == 0, ended.err
    records = list(read_records(tmp_path / "run"))
    assert records
    assert all("reference_extractor" not in record.plan and record.shots == 0 for record in records)


def test_a_model_that_is_gone_stops_the_run_and_what_was_answered_stays(
    echo_iad, read_only_mmad, memory, tmp_path, monkeypatch
):
    """The next run, with the model back, asks for the rest alone."""
    script = tmp_path / "script.jsonl"
    script.write_text('{"answer": "A"}\n', encoding="utf-8")
    plain = ScriptedMllm.ask
    calls = []

    def leaving(self, prompts):
        calls.append(len(prompts))
        if len(calls) > 2:
            raise ModelGoneError("The server is gone. Start it, and go on with --resume.")
        return plain(self, prompts)

    command = (
        "evaluate",
        "mmad",
        read_only_mmad,
        "--memory",
        memory,
        "--objects",
        "printed_cap",
        "--out",
        tmp_path / "run",
    )
    monkeypatch.setattr(ScriptedMllm, "ask", leaving)
    stopped = echo_iad(*command, "--model", f"scripted:{script}")
    assert stopped.code == 2
    assert "The server is gone" in stopped.err
    kept = (tmp_path / "run" / "records.jsonl").read_bytes()
    assert len(kept.splitlines()) == sum(calls[:2])
    monkeypatch.setattr(ScriptedMllm, "ask", plain)
    assert echo_iad(*command, "--model", f"scripted:{script}", "--resume").code == 0
    assert (tmp_path / "run" / "records.jsonl").read_bytes().startswith(kept)
