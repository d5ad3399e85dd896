"""The weights of one object, learned with models that know more or less, on the package's own drawn parts."""

import shutil

import numpy as np
import pytest

import echo_iad.experts.fusion as module
from echo_iad import Echo
from echo_iad.deciders.fusion import ALONE
from echo_iad.deciders.mllm import MllmDecider
from echo_iad.domain.decisions import Decision, Status
from echo_iad.domain.messages import pictures_of
from echo_iad.domain.questions import DEFAULT_QUESTION, QuestionType
from echo_iad.encoders.catalog import load_image_encoder
from echo_iad.experts.fusion import LEAST_NORMALS, FusionCalibrator
from echo_iad.experts.part_encoding import PartEncoding
from echo_iad.memory.store import Memory
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.samples import sample_parts
from echo_iad.settings import load_profile

OBJECT = "printed_cap"
EDGE = load_profile("edge")
PROFILE = EDGE.model_copy(
    update={
        "decider": EDGE.decider.model_copy(update={"model": "scripted:known", "fuse": True}),
        "comparison": EDGE.comparison.model_copy(update={"bank_megabytes": 0.3}),  # quick to learn
    }
)
FEW = 10


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


@pytest.fixture(scope="module")
def whole(enrolled):
    """All 24 normals; nothing changes it, but what is learned is kept."""
    with Memory.open(enrolled / "memory") as memory:
        yield memory


@pytest.fixture
def memory(enrolled, tmp_path):
    """Ten of the normals, and nothing that another test has kept."""
    shutil.copytree(enrolled / "memory", tmp_path / "memory", ignore=shutil.ignore_patterns("cache"))
    with Memory.open(tmp_path / "memory") as memory:
        memory.remove(memory.ids(OBJECT)[FEW:])
        yield memory


@pytest.fixture(scope="module")
def encoder():
    return load_image_encoder("edge", "")


@pytest.fixture(scope="module")
def calibrate(encoder):
    """A memory and the rule of a judge -> its weights, and the judge."""

    def learn(memory, rule, **changes):
        judge = Judge(rule)
        profile = PROFILE.model_copy(
            update={name: getattr(PROFILE, name).model_copy(update=values) for name, values in changes.items()}
        )
        return FusionCalibrator(memory, PartEncoding(memory, encoder), judge, profile).fusion(OBJECT), judge

    return learn


@pytest.fixture(scope="module")
def asked(calibrate, whole):
    """What a judge of all 24 normals was asked."""
    return calibrate(whole, knowing, decider={"model": "scripted:asked"})[1].asked


class TestWeights:
    """Each judge is a model of another name, so that none finds what another one taught."""

    def test_of_a_model_that_knows(self, calibrate, whole):
        fusion, judge = calibrate(whole, knowing, decider={"model": "scripted:knows"})
        assert fusion.model > 0.1
        assert fusion.comparator > 1
        assert fusion.neutral == pytest.approx(2.0, abs=1.0)
        assert fusion.separation_model > 0.85
        assert fusion.separation_comparator > 0.85
        assert fusion.parts == 12
        assert len(judge.asked) == 24

    def test_of_a_model_that_guesses(self, calibrate, whole):
        fusion, _ = calibrate(whole, guessing, decider={"model": "scripted:guesses"})
        assert (fusion.comparator, fusion.model) == (ALONE, 0.0)
        assert 0.2 < fusion.separation_model < 0.72

    def test_of_a_model_that_always_says_defective(self, calibrate, memory):
        fusion, _ = calibrate(memory, lambda asked: 0.97)
        assert (fusion.comparator, fusion.model, fusion.separation_model) == (ALONE, 0.0, 0.5)

    def test_of_a_model_that_never_answers(self, calibrate, memory):
        fusion, _ = calibrate(memory, lambda asked: None)
        assert (fusion.comparator, fusion.model, fusion.parts) == (ALONE, 0.0, 0)
        assert fusion.separation_comparator > 0.5

    def test_parts_that_it_does_not_answer_twice_are_left_out(self, calibrate, whole):
        def shy(asked):
            return None if own_number(asked) > 1 else knowing(asked)

        fusion, judge = calibrate(whole, shy, decider={"model": "scripted:shy"})
        silent = {one.evidence.exhibits.query.path.split(" with a ")[0] for one in judge.asked if own_number(one) > 1}
        assert 0 < len(silent) < 6
        assert fusion.parts == 12 - len(silent)


class TestHowItAsks:
    def test_about_parts_that_nothing_was_learned_from(self, asked, whole):
        references = {one.id for each in asked for one in each.evidence.references}
        shown = {each.evidence.exhibits.query.sha256 for each in asked if not is_spoilt(each)}
        assert len(shown) == 12
        assert not shown & {whole.normal(id).sha256 for id in references}
        assert {each.evidence.comparison.normals for each in asked} == {12}

    def test_each_part_as_it_is_and_spoilt(self, asked):
        for good, spoilt in zip(asked[::2], asked[1::2], strict=True):
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

    def test_references_are_the_most_similar_of_the_other_half(self, asked, whole, encoder):
        one = asked[0]
        others = {each.evidence.exhibits.query.sha256 for each in asked}
        rest = [id for id in whole.ids(OBJECT) if whole.normal(id).sha256 not in others]
        vector = PartEncoding(whole, encoder).encode(one.evidence.exhibits.query, OBJECT).vector
        framed = whole.framing(OBJECT) is not None
        best = max(rest, key=lambda id: float(whole.vectors_by_id([id], framed=framed)[id] @ vector))
        assert one.evidence.references[0].id == best

    def test_yes_stands_first_as_often_as_no(self, asked):
        first = [one.question.options["A"] for one in asked]
        assert first.count("Yes.") == first.count("No.")

    def test_without_references_where_the_profile_wants_none(self, calibrate, memory):
        _, judge = calibrate(memory, knowing, retrieval={"references": "none"})
        assert {one.evidence.references for one in judge.asked} == {()}

    def test_random_references_are_drawn_for_each_part(self, calibrate, memory):
        first, again = (
            calibrate(memory, lambda asked: None, retrieval={"references": "random"})[1].asked for _ in range(2)
        )
        ids = [one.evidence.references[0].id for one in first]
        assert len(set(ids)) > 2
        assert ids == [one.evidence.references[0].id for one in again]


class TestKeeping:
    def test_it_asks_once(self, memory, encoder):
        judge = Judge(knowing)
        calibrator = FusionCalibrator(memory, PartEncoding(memory, encoder), judge, PROFILE)
        first = calibrator.fusion(OBJECT)
        assert calibrator.fusion(OBJECT) is first
        again = FusionCalibrator(memory, PartEncoding(memory, encoder), judge, PROFILE)
        assert again.fusion(OBJECT) == first
        assert len(judge.asked) == FEW

    def test_another_model_is_asked_on_its_own_and_both_are_kept(self, calibrate, memory):
        names = ["scripted:one", "scripted:other"] * 2
        counts = [len(calibrate(memory, knowing, decider={"model": name})[1].asked) for name in names]
        assert counts == [FEW, FEW, 0, 0]

    def test_another_server_or_device_may_be_another_model_and_other_patience_is_none(self, calibrate, memory):
        reached = [{}, {"base_url": "http://127.0.0.1:9/v1"}, {"device": "cuda"}, {"timeout_s": 3.0}]
        assert [len(calibrate(memory, knowing, mllm=how)[1].asked) for how in reached] == [FEW, FEW, FEW, 0]

    def test_it_asks_anew_when_normals_go(self, calibrate, memory):
        calibrate(memory, knowing)
        memory.remove(memory.ids(OBJECT)[:2])
        fusion, judge = calibrate(memory, knowing)
        assert (fusion.parts, len(judge.asked)) == (4, 8)

    def test_what_a_silent_model_left_open_is_asked_again(self, calibrate, memory):
        calibrate(memory, lambda asked: None)
        fusion, judge = calibrate(memory, knowing)
        assert (fusion.parts, len(judge.asked)) == (FEW // 2, FEW)

    def test_the_same_parts_give_the_same_weights(self, calibrate, memory):
        first, _ = calibrate(memory, knowing)
        for cache in (memory.folder / "cache").iterdir():
            cache.unlink()
        assert calibrate(memory, knowing)[0] == first

    def test_a_memory_that_may_not_be_written_serves(self, calibrate, memory):
        memory.close()
        with Memory.open(memory.folder, read_only=True) as reading:
            assert calibrate(reading, knowing)[0].parts == FEW // 2


class TestFewParts:
    def test_too_few_normals_give_no_weights_and_the_model_is_not_asked(self, calibrate, memory):
        memory.remove(memory.ids(OBJECT)[LEAST_NORMALS - 1 :])
        fusion, judge = calibrate(memory, knowing)
        assert fusion is None
        assert not judge.asked

    def test_an_object_that_is_not_enrolled(self, memory, encoder):
        assert (
            FusionCalibrator(memory, PartEncoding(memory, encoder), Judge(knowing), PROFILE).fusion("bracket") is None
        )

    def test_no_more_parts_are_asked_about_than_needed(self, calibrate, memory, monkeypatch):
        monkeypatch.setattr(module, "_MOST_HELD_OUT", 4)
        assert len(calibrate(memory, knowing)[1].asked) == 8


def test_without_the_files_the_previews_are_asked_about(calibrate, memory, enrolled):
    hidden = enrolled / "hidden"
    (enrolled / "good").rename(hidden)
    try:
        fusion, judge = calibrate(memory, knowing)
    finally:
        hidden.rename(enrolled / "good")
    assert fusion.parts == FEW // 2
    assert {one.evidence.exhibits.originals for one in judge.asked} == {(None,)}


def test_progress_is_told_in_parts(memory, encoder):
    told = []
    calibrator = FusionCalibrator(memory, PartEncoding(memory, encoder), Judge(knowing), PROFILE)
    calibrator.fusion(OBJECT, lambda *steps: told.append(steps))
    assert told == [(0, 5, OBJECT), (4, 5, OBJECT), (5, 5, OBJECT)]


class TestScripted:
    """The whole way, with a script in place of the model: letters change places, what they mean is read."""

    @pytest.fixture
    def learn(self, memory, encoder):
        def learn(script):
            def said(messages):
                query = next(picture for picture in pictures_of(messages) if picture.label == "query")
                yes, no = "AB" if "A. Yes." in messages[-1].text else "BA"
                return script(yes, no, " with a " in query.path)

            decider = MllmDecider(ScriptedMllm(said), PROFILE.decider)
            return FusionCalibrator(memory, PartEncoding(memory, encoder), decider, PROFILE).fusion(OBJECT)

        return learn

    def test_a_model_that_scores_its_options(self, learn):
        fusion = learn(
            lambda yes, no, spoilt: Line(probabilities={yes: 0.95, no: 0.05} if spoilt else {yes: 0.6, no: 0.4})
        )
        assert fusion.separation_model == 1.0
        assert fusion.model > 0
        assert 0.41 < fusion.neutral < 2.94  # between the log-odds of 0.6 and 0.95

    def test_a_model_that_only_writes(self, learn):
        fusion = learn(lambda yes, no, spoilt: f"Answer: {yes if spoilt else no}")
        assert fusion.separation_model == 1.0
        assert fusion.model > 0

    def test_a_model_that_writes_what_is_no_answer(self, learn):
        assert learn(lambda yes, no, spoilt: "A picture of a part.").parts == 0
