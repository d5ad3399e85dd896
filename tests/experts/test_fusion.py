"""The weights of one object, learned with models that know more or less, on the package's own drawn parts."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

import echo_iad.experts.fusion as module
from echo_iad import Echo
from echo_iad.deciders.fusion import ALONE
from echo_iad.domain.decisions import Decision, Status
from echo_iad.domain.questions import DEFAULT_QUESTION, QuestionType
from echo_iad.encoders.catalog import load_image_encoder
from echo_iad.experts.fusion import LEAST_NORMALS, FusionCalibrator
from echo_iad.memory.store import Memory
from echo_iad.samples import sample_parts
from echo_iad.settings import load_profile

OBJECT = "printed_cap"
EDGE = load_profile("edge")
PROFILE = EDGE.model_copy(update={"decider": EDGE.decider.model_copy(update={"model": "scripted:known", "fuse": True})})


class Judge:
    """A decider that gives a probability by a rule on the picture's path, and keeps what it was asked."""

    name = "judge"
    picture_side = 64

    def __init__(self, rule):
        self.asked = []
        self._rule = rule

    def decide(self, question, question_type, evidence):
        return self.decide_all([(question, question_type, evidence)])[0]

    def decide_all(self, asked):
        self.asked += asked
        return [self._decision(self._rule(one)) for one in asked]

    @staticmethod
    def _decision(p):
        if p is None:
            return Decision(Status.FAILED, reason="No answer: it sleeps.")
        return Decision(Status.ABSTAINED, p_anomalous=p)


def is_spoilt(asked):
    return " with a " in asked.evidence.exhibits.query.path


def own_number(asked):
    return np.random.default_rng(int(asked.evidence.exhibits.query.sha256[:12], 16)).normal()


def knowing(asked):
    return 1 / (1 + np.exp(-(2.0 + (1.5 if is_spoilt(asked) else -1.5) + own_number(asked))))


def guessing(asked):
    return 1 / (1 + np.exp(-own_number(asked)))


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory):
    """Folder of a memory with the 24 normals of one drawn product, enrolled from copies."""
    folder = tmp_path_factory.mktemp("fusion")
    shutil.copytree(sample_parts() / OBJECT / "train" / "good", folder / "good")
    with Echo.from_profile("edge", memory=folder / "memory", create=True) as echo:
        echo.enrol(folder / "good", object=OBJECT)
    return folder


@pytest.fixture
def memory(enrolled, tmp_path):
    """A copy, so that no test finds what another one kept."""
    shutil.copytree(enrolled / "memory", tmp_path / "memory")
    with Memory.open(tmp_path / "memory") as memory:
        yield memory


@pytest.fixture(scope="module")
def encoder():
    return load_image_encoder("edge", "")


@pytest.fixture
def calibrate(memory, encoder):
    """Rule of a judge -> its weights, and the judge."""

    def learn(rule, profile=PROFILE):
        judge = Judge(rule)
        return FusionCalibrator(memory, encoder, judge, profile).fusion(OBJECT), judge

    return learn


class TestWeights:
    def test_of_a_model_that_knows(self, calibrate):
        fusion, judge = calibrate(knowing)
        assert fusion.model > 0.1
        assert fusion.comparator > 1
        assert fusion.neutral == pytest.approx(2.0, abs=1.0)
        assert fusion.separation_model > 0.85
        assert fusion.separation_comparator > 0.85
        assert fusion.parts == 12
        assert len(judge.asked) == 24

    def test_of_a_model_that_guesses(self, calibrate):
        fusion, _ = calibrate(guessing)
        assert (fusion.comparator, fusion.model) == (ALONE, 0.0)
        assert 0.2 < fusion.separation_model < 0.72

    def test_of_a_model_that_always_says_defective(self, calibrate):
        fusion, _ = calibrate(lambda asked: 0.97)
        assert (fusion.comparator, fusion.model, fusion.separation_model) == (ALONE, 0.0, 0.5)

    def test_of_a_model_that_never_answers(self, calibrate):
        fusion, _ = calibrate(lambda asked: None)
        assert (fusion.comparator, fusion.model, fusion.parts) == (ALONE, 0.0, 0)
        assert fusion.separation_comparator > 0.85

    def test_parts_that_it_does_not_answer_twice_are_left_out(self, calibrate):
        fusion, judge = calibrate(lambda asked: None if own_number(asked) > 1 else knowing(asked))
        silent = {
            str(one.evidence.exhibits.query.path).split(" with a ")[0] for one in judge.asked if own_number(one) > 1
        }
        assert 0 < len(silent) < 6
        assert fusion.parts == 12 - len(silent)


class TestHowItAsks:
    @pytest.fixture
    def asked(self, calibrate):
        return calibrate(knowing)[1].asked

    def test_about_parts_that_nothing_was_learned_from(self, asked, memory):
        references = {one.id for each in asked for one in each.evidence.references}
        shown = {each.evidence.exhibits.query.sha256 for each in asked if not is_spoilt(each)}
        assert len(shown) == 12
        assert not shown & {memory.normal(id).sha256 for id in references}
        assert {each.evidence.comparison.normals for each in asked} == {12}

    def test_each_part_as_it_is_and_spoilt(self, asked):
        pairs = zip(asked[::2], asked[1::2], strict=True)
        for good, spoilt in pairs:
            assert (is_spoilt(good), is_spoilt(spoilt)) == (False, True)
            before, after = (one.evidence.exhibits.query.pixels for one in (good, spoilt))
            assert before.shape == after.shape
            assert 0.001 < (before != after).any(axis=2).mean() < 0.2
            assert good.question == spoilt.question

    def test_as_it_will_be_asked(self, asked):
        for one in asked:
            evidence = one.evidence
            assert one.question_type is QuestionType.DISCRIMINATION
            assert one.question.text == DEFAULT_QUESTION
            assert (evidence.object.name, evidence.fusion, evidence.knowledge) == (OBJECT, None, ())
            assert len(evidence.references) == len(evidence.exhibits.originals) == PROFILE.retrieval.shots
            assert evidence.exhibits.originals[0].path == evidence.references[0].path

    def test_references_are_the_most_similar_of_the_other_half(self, asked, memory, encoder):
        one = asked[0]
        others = {each.evidence.exhibits.query.sha256 for each in asked}
        rest = [id for id in memory.ids(OBJECT) if memory.normal(id).sha256 not in others]
        vector = encoder.encode_images([one.evidence.exhibits.query])[0].vector
        best = max(rest, key=lambda id: float(memory.vectors_by_id([id])[id] @ vector))
        assert one.evidence.references[0].id == best

    def test_yes_stands_first_as_often_as_no(self, asked):
        first = [one.question.options["A"] for one in asked]
        assert first.count("Yes.") == first.count("No.")

    def test_without_references_where_the_profile_wants_none(self, calibrate):
        none = PROFILE.model_copy(update={"retrieval": PROFILE.retrieval.model_copy(update={"references": "none"})})
        _, judge = calibrate(knowing, none)
        assert {one.evidence.references for one in judge.asked} == {()}

    def test_random_references_differ_from_part_to_part(self, calibrate):
        chance = PROFILE.model_copy(update={"retrieval": PROFILE.retrieval.model_copy(update={"references": "random"})})
        first, again = (calibrate(rule, chance)[1].asked for rule in (lambda asked: None, lambda asked: None))
        ids = [one.evidence.references[0].id for one in first]
        assert len(set(ids)) > 4
        assert ids == [one.evidence.references[0].id for one in again]


class TestKeeping:
    def test_it_asks_once(self, memory, encoder):
        judge = Judge(knowing)
        calibrator = FusionCalibrator(memory, encoder, judge, PROFILE)
        first = calibrator.fusion(OBJECT)
        assert calibrator.fusion(OBJECT) is first
        again = FusionCalibrator(memory, encoder, judge, PROFILE)
        assert again.fusion(OBJECT) == first
        assert len(judge.asked) == 24

    def test_another_model_is_asked_on_its_own_and_both_are_kept(self, calibrate):
        other = PROFILE.model_copy(update={"decider": PROFILE.decider.model_copy(update={"model": "scripted:other"})})
        counts = [len(calibrate(knowing, profile)[1].asked) for profile in (PROFILE, other, PROFILE, other)]
        assert counts == [24, 24, 0, 0]

    def test_it_asks_anew_when_normals_go(self, calibrate, memory):
        calibrate(knowing)
        memory.remove(memory.ids(OBJECT)[:4])
        fusion, judge = calibrate(knowing)
        assert (fusion.parts, len(judge.asked)) == (10, 20)

    def test_what_a_silent_model_left_open_is_asked_again(self, calibrate):
        calibrate(lambda asked: None)
        fusion, judge = calibrate(knowing)
        assert len(judge.asked) == 24
        assert fusion.model > 0

    def test_the_same_parts_give_the_same_weights(self, calibrate, memory):
        first, _ = calibrate(knowing)
        for cache in (memory.folder / "cache").iterdir():
            cache.unlink()
        assert calibrate(knowing)[0] == first

    def test_a_memory_that_may_not_be_written_serves(self, memory, encoder):
        memory.close()
        with Memory.open(memory.folder, read_only=True) as reading:
            assert FusionCalibrator(reading, encoder, Judge(knowing), PROFILE).fusion(OBJECT).parts == 12


class TestFewParts:
    def test_too_few_normals_give_no_weights_and_the_model_is_not_asked(self, calibrate, memory):
        memory.remove(memory.ids(OBJECT)[LEAST_NORMALS - 1 :])
        fusion, judge = calibrate(knowing)
        assert fusion is None
        assert not judge.asked

    def test_just_enough(self, calibrate, memory):
        memory.remove(memory.ids(OBJECT)[LEAST_NORMALS:])
        assert calibrate(knowing)[0].parts == 4

    def test_an_object_that_is_not_enrolled(self, memory, encoder):
        assert FusionCalibrator(memory, encoder, Judge(knowing), PROFILE).fusion("bracket") is None

    def test_no_more_parts_are_asked_about_than_needed(self, calibrate, monkeypatch):
        monkeypatch.setattr(module, "_MOST_HELD_OUT", 6)
        assert len(calibrate(knowing)[1].asked) == 12


def test_without_the_files_the_previews_are_asked_about(memory, encoder, enrolled):
    hidden = enrolled / "hidden"
    (enrolled / "good").rename(hidden)
    try:
        judge = Judge(knowing)
        fusion = FusionCalibrator(memory, encoder, judge, PROFILE).fusion(OBJECT)
    finally:
        hidden.rename(enrolled / "good")
    assert fusion.parts == 12
    assert {one.evidence.exhibits.originals for one in judge.asked} == {(None,)}


def test_progress_is_told_in_parts(memory, encoder):
    told = []
    calibrator = FusionCalibrator(memory, encoder, Judge(knowing), PROFILE)
    calibrator.fusion(OBJECT, lambda *steps: told.append(steps))
    assert told == [(4, 12, OBJECT), (8, 12, OBJECT), (12, 12, OBJECT)]


def test_a_multimodal_model_is_asked_by_its_decider(memory, encoder):
    """The whole way, with a script in place of the model: letters change places, what they mean is read."""
    from echo_iad.deciders.mllm import MllmDecider
    from echo_iad.domain.messages import pictures_of
    from echo_iad.mllms.scripted import Line, ScriptedMllm

    def script(messages):
        query = next(picture for picture in pictures_of(messages) if picture.label == "query")
        yes = "A" if "A. Yes." in messages[-1].text else "B"
        p = 0.95 if " with a " in query.path else 0.6
        return Line(probabilities={yes: p, "AB".replace(yes, ""): 1 - p})

    decider = MllmDecider(ScriptedMllm(script), PROFILE.decider)
    fusion = FusionCalibrator(memory, encoder, decider, PROFILE).fusion(OBJECT)
    assert fusion.separation_model == 1.0
    assert 0.4 < fusion.neutral < 2.95
    assert replace(fusion, model=0.0) != fusion
