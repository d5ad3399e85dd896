import io
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from echo_iad import Echo
from echo_iad.domain.decisions import Status
from echo_iad.domain.questions import DEFAULT_QUESTION, Expert, Question, QuestionType
from echo_iad.errors import (
    ImageError,
    MemoryStoreError,
    ProfileError,
    QuestionError,
    ToleranceError,
    UnknownNameError,
    UnknownObjectError,
    UserError,
)
from echo_iad.experts.consulting import Request
from echo_iad.images.preparing import encode_jpeg
from echo_iad.reports.json_lines import to_json
from echo_iad.samples import sample_knowledge, sample_parts, sample_questions
from echo_iad.settings import load_profile

TEST = sample_parts() / "printed_cap" / "test"
GOOD, BAD = TEST / "good" / "000.jpg", TEST / "chipped_rim" / "000.jpg"
YES_NO = {"A": "Yes", "B": "No"}
OBJECTS = ["circuit_board", "printed_cap", "woven_fabric"]


def untimed(record):
    return to_json(replace(record, timings_ms={}))


@pytest.fixture
def own(own_memory):
    """Echo over a copy of the samples' memory, which may be changed."""
    with Echo.from_profile("edge", memory=own_memory) as echo:
        yield echo


@pytest.fixture
def empty(tmp_path):
    """Echo over an empty memory."""
    with Echo.from_profile("edge", memory=tmp_path / "empty", create=True) as echo:
        yield echo


class TestVerdict:
    def test_a_defect(self, echo):
        record = echo.inspect(BAD)
        assert (record.image, record.object, record.question) == (str(BAD), "printed_cap", DEFAULT_QUESTION)
        assert record.comparison.is_anomalous
        assert record.comparison.regions[0].position == "upper right"
        assert record.decision.status is Status.ANSWERED
        assert record.decision.p_anomalous > 0.5
        assert (record.width, record.height) == (336, 336)
        assert [reference.path.split("/")[-4:-1] for reference in record.references] == [
            ["printed_cap", "train", "good"]
        ]

    def test_a_good_part(self, echo):
        record = echo.inspect(GOOD, options=YES_NO)
        assert not record.comparison.is_anomalous
        assert record.comparison.regions == ()
        assert (record.decision.option, record.decision.status) == ("B", Status.ANSWERED)
        assert record.decision.p_anomalous < 0.5

    def test_most_sample_parts_are_told_right(self, echo):
        pictures = sorted(sample_parts().glob("*/test/*/*.jpg"))
        records = list(echo.inspect_many(pictures))
        assert [record.object for record in records] == [path.parts[-4] for path in pictures]
        right = [
            record.comparison.is_anomalous == ("good" not in path.parts)
            for path, record in zip(pictures, records, strict=True)
        ]
        assert len(right) == 46
        assert sum(right) >= 36

    def test_questions_of_all_types(self, echo):
        asked = [question for question in sample_questions() if question.answer]
        records = [echo.inspect(sample_parts() / one.image, one.question, one.options) for one in asked]
        right = sum(record.decision.option == one.answer for record, one in zip(records, asked, strict=True))
        assert {record.question_type for record in records} >= set(QuestionType) - {QuestionType.OTHER}
        assert right >= 0.7 * len(asked)

    def test_the_plan_is_the_profiles_for_the_type_of_the_question(self, echo):
        plans = load_profile("edge").plans()
        for question, kind in [
            ("Is there any defect?", QuestionType.DISCRIMINATION),
            ("Where is the defect?", QuestionType.LOCALIZATION),
            ("What is the effect of the defect?", QuestionType.ANALYSIS),
        ]:
            record = echo.inspect(BAD, question)
            assert (record.question_type, record.plan) == (kind, plans[kind].experts)

    def test_knowledge_reaches_the_questions_that_call_for_it(self, echo):
        record = echo.inspect(BAD, "Which type of defect is it?")
        assert record.knowledge
        assert all(passage.source for passage in record.knowledge)
        assert echo.inspect(BAD, "Is there any defect?").knowledge == ()


class TestObject:
    def test_told_from_the_nearest_normals(self, echo):
        for name in OBJECTS:
            record = echo.inspect(sample_parts() / name / "test" / "good" / "001.jpg")
            assert record.object == name
            assert not record.object_match.named_by_user
            assert record.object_match.margin > 0

    def test_named_by_the_user_even_against_the_looks(self, echo):
        record = echo.inspect(GOOD, object="woven_fabric")
        assert record.object == "woven_fabric"
        assert record.object_match.named_by_user
        assert record.comparison.is_anomalous

    def test_a_part_unlike_every_object_is_unknown_and_never_good(self, echo):
        strange = np.random.default_rng(0).integers(0, 255, (300, 400, 3)).astype(np.uint8)
        record = echo.inspect(strange, options=YES_NO)
        assert record.object is None
        assert (record.comparison, record.references, record.decision.option) == (None, (), None)
        assert record.decision.status is not Status.ANSWERED
        assert record.object_match.reason.startswith("Unlike every enrolled object")
        assert set(record.missing) == {str(Expert.REFERENCE_EXTRACTOR), str(Expert.VISUAL_COMPARATOR)}

    def test_a_misspelt_name_is_refused(self, echo):
        with pytest.raises(UnknownObjectError, match="Did you mean 'printed_cap'"):
            echo.inspect(GOOD, object="printed_cup")


class TestWithoutNormals:
    def test_an_empty_memory_never_says_good(self, empty):
        record = empty.inspect(GOOD, options=YES_NO)
        assert (record.object, record.comparison, record.decision.option) == (None, None, None)
        assert record.decision.status is not Status.ANSWERED
        assert record.decision.p_anomalous is None
        assert record.decision.reason
        assert record.missing[Expert.VISUAL_COMPARATOR]

    def test_knowledge_alone_serves_without_a_comparison(self, empty):
        empty.import_knowledge(sample_knowledge())
        record = empty.inspect(BAD, "Which type of defect is it?", {"A": "Scratch", "B": "Stain"}, object="printed_cap")
        assert (record.object, record.comparison) == ("printed_cap", None)
        assert record.knowledge
        assert "printed_cap" in record.missing[Expert.VISUAL_COMPARATOR]
        verdict = empty.inspect(BAD, options=YES_NO, object="printed_cap").decision
        assert (verdict.status, verdict.option) == (Status.ABSTAINED, None)

    def test_an_unheard_of_name_in_an_empty_memory_is_0_shot(self, empty):
        record = empty.inspect(GOOD, object="gear")
        assert (record.object, record.comparison) == ("gear", None)
        assert record.decision.status is not Status.ANSWERED


class TestTolerance:
    def test_the_profiles_rate_and_another(self, echo):
        usual, strict = echo.inspect(BAD).comparison, echo.inspect(BAD, false_alarm_rate=0.01).comparison
        assert (usual.false_alarm_rate, usual.certified) == (0.05, True)
        assert (strict.false_alarm_rate, strict.certified) == (0.01, False)
        assert "99 are needed" in strict.certified_reason
        assert usual.score == strict.score

    def test_a_threshold_set_by_hand(self, echo):
        score = echo.inspect(BAD).comparison.score
        for threshold, anomalous in [(score * 1.001, False), (score * 0.999, True)]:
            record = echo.inspect(BAD, options=YES_NO, threshold=threshold)
            assert record.comparison.threshold == threshold
            assert record.comparison.is_anomalous is anomalous
            assert record.decision.option == ("A" if anomalous else "B")
            assert not record.comparison.certified


class TestMany:
    def test_batch_equals_single(self, echo):
        pictures = [GOOD, BAD, sample_parts() / "woven_fabric" / "test" / "hole" / "000.jpg"]
        batch = [untimed(record) for record in echo.inspect_many(pictures, "Where is it?")]
        assert batch == [untimed(echo.inspect(picture, "Where is it?")) for picture in pictures]

    def test_a_bad_file_fails_and_the_others_go_on(self, echo, tmp_path):
        (tmp_path / "empty.jpg").touch()
        (tmp_path / "text.png").write_text("no picture")
        whole = BAD.read_bytes()
        (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
        bad = [tmp_path / "empty.jpg", tmp_path / "text.png", tmp_path / "half.jpg", tmp_path / "missing.jpg", tmp_path]
        records = list(echo.inspect_many([GOOD, *bad, BAD], options=YES_NO))
        assert [record.decision.status for record in records] == [
            Status.ANSWERED,
            *[Status.FAILED] * 5,
            Status.ANSWERED,
        ]
        for path, record in zip(bad, records[1:-1], strict=True):
            assert record.image == str(path)
            assert str(path) in record.decision.reason
            assert (record.object, record.comparison, record.decision.option) == (None, None, None)
            assert record.options == YES_NO
            assert to_json(record)

    def test_wrong_wishes_are_refused_before_the_first_picture(self, echo):
        def pictures():
            pytest.fail("a picture was asked for")
            yield GOOD

        with pytest.raises(ToleranceError):
            echo.inspect_many(pictures(), false_alarm_rate=2)
        with pytest.raises(QuestionError):
            echo.inspect_many(pictures(), " ")
        with pytest.raises(UnknownObjectError):
            echo.inspect_many(pictures(), object="gear")

    def test_pictures_are_taken_one_at_a_time(self, echo):
        taken = []

        def pictures():
            for path in (GOOD, BAD):
                taken.append(path)
                yield path

        records = echo.inspect_many(pictures())
        assert taken == []
        next(records)
        assert taken == [GOOD]

    def test_several_questions_about_one_picture_encode_it_once(self, samples_enrolled, monkeypatch):
        with Echo.from_profile("edge", memory=samples_enrolled, read_only=True) as echo:
            echo.inspect(GOOD)
            monkeypatch.setattr(echo._wiring.image_encoder, "_session", None)  # a second encoding would fail
            assert echo.inspect(GOOD, "Where is the defect?").question_type is QuestionType.LOCALIZATION
            with pytest.raises(AttributeError):
                echo.inspect(BAD)


class TestSources:
    def test_bytes_arrays_and_images_are_judged_like_the_file(self, echo):
        pixels = np.asarray(Image.open(BAD))
        found = [echo.inspect(source) for source in (BAD, BAD.read_bytes(), pixels, Image.open(BAD))]
        assert len({record.comparison.score for record in found}) == 1
        assert [record.image for record in found[2:]] == ["an array", "a Pillow image"]

    def test_boxes_are_in_pixels_of_the_full_upright_picture(self, echo):
        small = Image.open(BAD)
        buffer = io.BytesIO()
        turned = small.resize((1600, 1600)).transpose(Image.Transpose.ROTATE_90)
        turned.save(buffer, "JPEG", quality=95, exif=_turned_right())
        record = echo.inspect(buffer.getvalue())
        assert (record.width, record.height) == (1600, 1600)
        here, there = echo.inspect(BAD).comparison.regions[0].box, record.comparison.regions[0].box
        assert there == pytest.approx(np.array(here) * 1600 / 336, abs=200)

    def test_a_bad_file_is_the_users_fault(self, echo, tmp_path):
        with pytest.raises(ImageError, match="does not exist"):
            echo.inspect(tmp_path / "missing.jpg")


def _turned_right():
    """EXIF of a picture that is to be turned by 90 degrees clockwise to stand upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


class TestSame:
    def test_same_input_same_bytes(self, echo, own):
        for question in (None, "Where is the defect?", "Why does it matter?"):
            first = untimed(echo.inspect(BAD, question))
            assert untimed(echo.inspect(BAD, question)) == first
            assert untimed(own.inspect(BAD, question)) == first

    def test_learning_anew_gives_the_same(self, own, own_memory):
        first = untimed(own.inspect(BAD))
        shutil.rmtree(own_memory / "cache")
        with Echo.from_profile("edge", memory=own_memory) as anew:
            assert untimed(anew.inspect(BAD)) == first

    def test_timings_are_the_only_thing_that_may_differ(self, echo):
        record = echo.inspect(BAD)
        assert {"total", "decode", "encode", "recognise", "decision_maker"} <= set(record.timings_ms)
        assert record.timings_ms["total"] >= max(record.timings_ms.values()) - 0.001


class TestEnrol:
    def test_twice_stores_once(self, own):
        again = own.enrol(sample_parts())
        assert (again.added, again.known, again.failed) == (0, 72, ())
        assert again.objects == dict.fromkeys(OBJECTS, 24)

    def test_new_normals_count_at_once(self, own, tmp_path):
        before = own.inspect(GOOD).comparison
        shutil.copy(TEST / "good" / "001.jpg", tmp_path / "new.jpg")
        assert own.enrol(tmp_path, object="printed_cap").objects == {"printed_cap": 25}
        assert (before.normals, own.inspect(GOOD).comparison.normals) == (24, 25)

    def test_a_removed_object_is_unknown(self, own):
        own.inspect(GOOD)
        own.memory.remove_object("printed_cap")
        assert own.inspect(GOOD).object is None

    def test_a_bad_file_is_reported(self, empty, tmp_path):
        folder = tmp_path / "caps"
        shutil.copytree(sample_parts() / "printed_cap" / "train" / "good", folder)
        (folder / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
        done = empty.enrol(folder, object="printed_cap")
        assert (done.added, done.objects) == (24, {"printed_cap": 24})
        assert [failed.path for failed in done.failed] == [str(folder / "torn.jpg")]

    @pytest.mark.parametrize("count", [1, 2])
    def test_very_few_normals_serve_and_are_not_certified(self, empty, tmp_path, count):
        for path in sorted((sample_parts() / "woven_fabric" / "train" / "good").iterdir())[:count]:
            shutil.copy(path, tmp_path / path.name)
        empty.enrol(tmp_path, object="woven_fabric")
        record = empty.inspect(sample_parts() / "woven_fabric" / "test" / "good" / "000.jpg")
        assert (record.object, record.comparison.normals, record.comparison.certified) == ("woven_fabric", count, False)
        assert not record.comparison.is_anomalous

    def test_knowledge_again_replaces(self, own):
        count = len(own.memory.knowledge())
        done = own.import_knowledge(sample_knowledge())
        assert list(done.objects) == OBJECTS
        assert len(own.memory.knowledge()) == count == done.passages


class TestWrongUse:
    @pytest.mark.parametrize(
        ("wish", "fault"),
        [
            ({"question": ""}, QuestionError),
            ({"options": {"A": "Yes"}}, QuestionError),
            ({"false_alarm_rate": 0.0}, ToleranceError),
            ({"false_alarm_rate": 1.5}, ToleranceError),
            ({"threshold": -1.0}, ToleranceError),
            ({"threshold": float("nan")}, ToleranceError),
            ({"object": "gear"}, UnknownObjectError),
        ],
    )
    def test_wishes_that_cannot_be_met(self, echo, wish, fault):
        with pytest.raises(fault) as caught:
            echo.inspect(GOOD, **wish)
        assert isinstance(caught.value, UserError)
        assert "\n" not in str(caught.value)

    def test_a_memory_that_is_not_there(self, tmp_path):
        with pytest.raises(MemoryStoreError, match="echo-iad enrol"):
            Echo.from_profile("edge", memory=tmp_path / "nothing")
        assert not (tmp_path / "nothing").exists()

    def test_a_profile_that_is_not_there(self, tmp_path):
        with pytest.raises(UnknownNameError, match="Did you mean 'edge'"):
            Echo.from_profile("egde", memory=tmp_path, create=True)

    def test_a_profile_with_a_wrong_value(self, tmp_path):
        text = (tmp_path / "own.toml", "name = 1")
        text[0].write_text(text[1])
        with pytest.raises(ProfileError, match="own.toml"):
            Echo.from_profile(str(text[0]), memory=tmp_path / "m", create=True)


def test_an_own_profile_is_followed(samples_enrolled):
    edge = load_profile("edge")
    changed = edge.model_copy(
        update={
            "name": "careful",
            "tolerance": edge.tolerance.model_copy(update={"false_alarm_rate": 0.2}),
            "retrieval": edge.retrieval.model_copy(update={"references": "none"}),
        }
    )
    with Echo.from_profile(changed, memory=samples_enrolled, read_only=True) as echo:
        record = echo.inspect(BAD)
    assert (record.profile, record.comparison.false_alarm_rate, record.references) == ("careful", 0.2, ())
    assert record.comparison.regions[0].change is None
    assert record.profile_sha256 == changed.sha256() != edge.sha256()


def test_the_record_is_a_line_of_json(echo):
    assert "\n" not in to_json(echo.inspect(BAD, "What does the defect look like?"))


def test_a_tiny_and_a_long_picture_are_judged(echo):
    for shape in [(1, 1, 3), (3, 700, 3)]:
        record = echo.inspect(encode_jpeg(np.full(shape, 90, np.uint8)), object="printed_cap")
        assert record.comparison.is_anomalous
        for region in record.comparison.regions:
            x0, y0, x1, y1 = region.box
            assert 0 <= x0 < x1 <= shape[1]
            assert 0 <= y0 < y1 <= shape[0]


def test_a_picture_that_is_decoded_is_not_read_again(echo, tmp_path):
    path = tmp_path / "new.jpg"
    path.write_bytes((TEST / "stain" / "000.jpg").read_bytes())
    picture = echo.load(path)
    path.unlink()
    record = echo.answer(Request(picture, Question(), object="printed_cap"))
    assert record.image == str(path)
    assert record.comparison.is_anomalous


def test_named_references_take_the_place_of_the_retrieved(echo):
    image = GOOD
    normals = [normal.path for normal in echo.memory.normals("printed_cap")]
    retrieved = echo.answer(Request(image, Question(), object="printed_cap")).references
    other = next(path for path in normals if path != retrieved[0].path)
    named = echo.answer(Request(image, Question(), object="printed_cap", references=("gone.jpg", other, normals[0])))
    assert [reference.path for reference in named.references] == [other]
    assert named.references[0].similarity <= retrieved[0].similarity


def test_another_profile_shares_the_memory_and_what_was_seen(echo):
    image = echo.load(TEST / "stain" / "000.jpg")
    profile = echo.profile.model_copy(
        update={"name": "alone", "plan": dict.fromkeys(QuestionType, (Expert.VISUAL_COMPARATOR, Expert.DECISION_MAKER))}
    )
    other = echo.with_profile(profile)
    request = Request(image, Question(), object="printed_cap")
    first, second = echo.answer(request), other.answer(request)
    assert second.plan == (Expert.VISUAL_COMPARATOR, Expert.DECISION_MAKER)
    assert not second.references
    assert second.comparison.score == first.comparison.score
    assert (first.profile, second.profile) == ("edge", "alone")
    assert first.profile_sha256 != second.profile_sha256


def test_an_object_without_normals_is_asked_about_without_them(echo):
    image = GOOD
    record = echo.answer(Request(image, Question(), object="never seen"))
    assert record.comparison is None
    assert record.decision.status is Status.ABSTAINED
