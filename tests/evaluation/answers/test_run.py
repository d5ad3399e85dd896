"""A run goes on only over what its first answers rest on."""

import shutil

import pytest

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.asking import Asking
from echo_iad.evaluation.answers.recording import RunFolder
from echo_iad.evaluation.answers.run import Way, identify
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.knowledge.extraction import knowledge_sha256
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.extracts import Extract, Review
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory
from echo_iad.settings import load_profile


@pytest.fixture(scope="module")
def benchmark(read_only_mmad):
    return read_mmad(read_only_mmad)


@pytest.fixture
def memory(enrolled_mmad, tmp_path):
    folder = tmp_path / "memory"
    shutil.copytree(enrolled_mmad, folder)
    with Memory.open(folder) as opened:
        yield opened


def way(root, folder, *, assisted=True, **settings):
    profile = load_profile("edge").changed({"knowledge.mode": "context"} | settings)
    return Way(profile, Asking(root, assisted=assisted), folder)


def test_what_is_known_of_every_object_that_is_asked_about_is_told(memory, benchmark, read_only_mmad, tmp_path):
    told = identify(way(read_only_mmad, tmp_path), benchmark, memory)
    assert list(told.knowledge) == sorted({asked.object for asked in benchmark.questions})
    unassisted = identify(way(read_only_mmad, tmp_path, assisted=False), benchmark, memory)
    assert unassisted.knowledge == {}


def test_a_run_does_not_go_on_with_other_knowledge(memory, benchmark, read_only_mmad, tmp_path):
    chosen = way(read_only_mmad, tmp_path / "run")
    questions = [asked.key for asked in benchmark.questions]
    memory.add_knowledge([StoredPassage("printed_cap", "", "A cap is round.", "a.md")])
    RunFolder.open(chosen.folder, identify(chosen, benchmark, memory), questions=questions, resume=False).close()
    (chosen.folder / "records.jsonl").write_text('{"image":"torn')
    RunFolder.open(chosen.folder, identify(chosen, benchmark, memory), questions=questions, resume=True).close()
    (chosen.folder / "records.jsonl").write_text('{"image":"torn')
    memory.add_knowledge([StoredPassage("printed_cap", "", "A cap is blue.", "a.md")])
    with pytest.raises(EvaluationError, match="knowledge of printed_cap was .* and is .* Name another --out"):
        RunFolder.open(chosen.folder, identify(chosen, benchmark, memory), questions=questions, resume=True)


def test_a_run_whose_model_picks_does_not_go_on_after_a_review(memory, benchmark, read_only_mmad, tmp_path):
    picking = way(read_only_mmad, tmp_path, **{"knowledge.extractor": "model", "knowledge.model": "scripted:m"})
    memory.add_knowledge([StoredPassage("printed_cap", "", "A cap is round.", "a.md")])
    state = knowledge_sha256(known_about(memory, "printed_cap"))
    picked = (KnowledgePassage("A cap is round.", "a.md"),)
    before = identify(picking, benchmark, memory)
    memory.extracts.keep(
        Extract("printed_cap", QuestionType.ANALYSIS, Question("Why?"), state, picked, 0, "scripted:m")
    )
    assert identify(picking, benchmark, memory) == before
    memory.extracts.review(memory.extracts.all()[-1], Review.REJECTED, author="ines")
    after = identify(picking, benchmark, memory)
    assert [name for name in after.knowledge if after.knowledge[name] != before.knowledge[name]] == ["printed_cap"]
