"""The learned proof on few parts: what is drawn, that the model learns, and that a fitting reference helps it."""

import importlib
import json
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from echo_iad.domain.questions import Expert
from echo_iad.encoders.catalog import load_text_encoder
from echo_iad.evaluation.answers.asking import Asking
from echo_iad.evaluation.answers.recording import read_records
from echo_iad.evaluation.answers.run import Way, measure
from echo_iad.evaluation.benchmark.mmad import read_mmad, select
from echo_iad.evaluation.making.mmad_writing import write_mmad
from echo_iad.evaluation.making.question_making import make_questions
from echo_iad.settings import load_profile

ROOT = Path(__file__).parents[2]
CHECKPOINT = ROOT / "benchmarks" / "learned_checkpoint"


@pytest.fixture(scope="module")
def load():
    """Name of a module of the benchmarks -> the module, importable for these tests only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield importlib.import_module


def test_a_fault_changes_a_design_in_the_way_that_it_is_called(load):
    drawn = load("drawn_products")
    chance = np.random.default_rng(3)
    for _ in range(200):
        design = drawn.random_design(chance)
        fault = drawn.random_fault(design, chance)
        places = np.flatnonzero(fault.look.marks != design.marks)
        marked = np.count_nonzero(fault.look.marks) - np.count_nonzero(design.marks)
        expected = {
            drawn.MISSING: (1, -1),
            drawn.EXTRA: (1, 1),
            drawn.WRONG_COLOUR: (1, 0),
            drawn.MOVED: (2, 0),
        }
        assert (len(places), marked) == expected[fault.kind]
        assert fault.look.housing == design.housing


def test_defective_parts_alone_look_as_good_ones_do(load):
    drawn = load("drawn_products")
    chance = np.random.default_rng(4)
    designs = [drawn.random_design(chance) for _ in range(4000)]
    faults = [drawn.random_fault(design, chance) for design in designs]

    def shares(looks):
        counts = np.array([np.bincount(look.marks, minlength=5) for look in looks])
        empty = np.bincount(counts[:, 0], minlength=17)
        return counts.mean(axis=0) / 16, empty / len(looks)

    for good, bad in zip(shares(designs), shares([fault.look for fault in faults]), strict=True):
        assert np.abs(good - bad).max() < 0.04
    kinds = [fault.kind for fault in faults]
    assert all(0.22 < kinds.count(kind) / len(kinds) < 0.28 for kind in drawn.KINDS)


def test_two_pictures_of_a_part_differ_by_less_than_a_fault_does(load):
    drawn = load("drawn_products")
    chance = np.random.default_rng(5)
    design = drawn.random_design(chance)
    one, other = (drawn.draw_part(design, chance).astype(float) for _ in range(2))
    faulty = drawn.draw_part(drawn.random_fault(design, chance).look, chance).astype(float)
    assert one.shape == (128, 128, 3)
    assert 0 < np.abs(one - other).mean() < np.abs(one - faulty).mean()


def test_a_lesson_is_echos_own_prompt_as_the_models_own_processor_reads_it(load):
    torch = pytest.importorskip("torch")
    training, small = load("learned_training"), load("learned_model")
    model = small.new_model(training.texts(), seed=0)
    lessons = training.Lessons(model, seed=1, size=4, gentle=1)
    lesson = next(each for each in map(lessons.draw, range(50)) if len(each.pictures) == 8)
    words = model.processor.tokenizer
    said = words.decode(lesson.tokens[0])
    assert said.startswith("<s>system\nYou are an experienced visual inspector")
    assert said.endswith("</s>\n<s>assistant\n")
    assert said.count("<image>") == 2 * 16
    assert set(lesson.labels.tolist()) <= set(lessons.label_tokens.tolist())
    assert words.decode(lessons.label_tokens) in {"AB", "A B"}
    assert lesson.pictures.shape == (8, 3, 64, 64)
    assert torch.isfinite(lesson.pictures).all()


def test_before_training_the_model_answers_by_chance(load):
    torch = pytest.importorskip("torch")
    training, small = load("learned_training"), load("learned_model")
    model = small.new_model(training.texts(), seed=0)
    lessons = training.Lessons(model, seed=2, size=64, gentle=1)
    right = []
    for lesson in [each for each in map(lessons.draw, range(10, 18)) if len(each.pictures) == 128]:
        with torch.inference_mode():
            chosen = training.last_logits(model.network, lesson)[:, lessons.label_tokens].argmax(-1)
        right += (lessons.label_tokens[chosen] == lesson.labels).tolist()
    assert len(right) > 200
    assert 0.4 < np.mean(right) < 0.6


def test_training_lowers_the_loss(load):
    pytest.importorskip("torch")
    training, small = load("learned_training"), load("learned_model")
    model = small.new_model(training.texts(), seed=0)
    first, *_, last = training.train(model, seed=0, steps=30, size=8, report_every=5)
    assert last.loss < first.loss / 2


def test_a_reference_of_its_own_design_helps_and_another_does_not(load, tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setenv("ECHO_IAD_THREADS", "1")
    proof = load("learned")
    proof.draw(tmp_path / "parts", designs=6)
    (tmp_path / "label.md").write_text(proof.NOTES, encoding="utf-8")
    made = make_questions(tmp_path / "parts", tmp_path / "label.md", text_encoder=load_text_encoder("edge"))
    write_mmad(made, tmp_path / "questions", source=tmp_path / "parts")
    benchmark = select(read_mmad(tmp_path / "questions"), subtasks=["discrimination"])
    base = load_profile("edge").with_model(f"transformers:{CHECKPOINT}")
    base = base.without([Expert(name) for name in proof.ADVISERS_OFF])
    profiles = {
        "similar": base,
        "none": base.without([Expert.REFERENCE_EXTRACTOR]),
        "random": base.changed({"retrieval.references": "random"}),
    }
    ways = [Way(profile, Asking(tmp_path / "questions"), tmp_path / name) for name, profile in profiles.items()]
    measure(benchmark, ways, tmp_path / "memory", resume=False, bar=lambda _: nullcontext())
    right = {name: np.mean([record.right for record in read_records(tmp_path / name)]) for name in profiles}
    assert len(benchmark.questions) == 48
    assert right["similar"] > 0.85
    assert right["similar"] > right["none"] + 0.25
    assert right["similar"] > right["random"] + 0.25
    assert proof.same_design(tmp_path / "similar") > 90 > 50 > proof.same_design(tmp_path / "random")


def test_the_checkpoint_is_small_and_says_how_it_was_trained():
    assert sum(path.stat().st_size for path in CHECKPOINT.iterdir()) < 20e6
    trained = json.loads((CHECKPOINT / "training.json").read_text(encoding="utf-8"))
    assert trained["progress"][-1]["step"] == trained["steps"]
