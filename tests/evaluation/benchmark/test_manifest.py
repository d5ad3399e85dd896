"""Marks cover the pictures that they name and no others, and each shipped mark has its source."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.manifest import KnownMark, Manifest, known_manifest, read_manifest
from echo_iad.evaluation.benchmark.mmad import read_mmad

FAULT = "fault: another object in early copies"


def written(tmp_path, rows):
    path = tmp_path / "marks.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


# --- what ships ------------------------------------------------------------------------------------------------------


def test_each_shipped_mark_says_what_where_and_when():
    for known in known_manifest().marks:
        assert known.mark.startswith(("fault: ", "training: "))
        assert known.why
        assert "https://" in known.source
        assert known.date[:2] == "20"


@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize(
    ("number", "is_faulty"), [(0, True), (9, True), (10, True), (21, True), (22, False), (30, False)]
)
def test_the_wrong_pictures_of_early_copies_are_marked_and_no_others(number, is_faulty, suffix):
    marks = known_manifest().marks_of(f"DS-MVTec/pill/image/good/{number:03}.{suffix}")
    assert (FAULT in marks) is is_faulty


@pytest.mark.parametrize(
    "image", ["DS-MVTec/pill/image/crack/000.png", "DS-MVTec/zipper/image/good/000.png", "VisA/pill/test/good/000.JPG"]
)
def test_the_fault_is_one_folders(image):
    assert FAULT not in known_manifest().marks_of(image)


def test_test_pictures_of_known_training_sets_are_marked_by_data_set():
    manifest = known_manifest()
    for image in ("DS-MVTec/zipper/image/good/000.png", "VisA/candle/test/bad/000.JPG", "MVTec-AD/a/test/b/0.png"):
        assert {"training: APRIL-GAN", "training: AnomalyCLIP"} <= set(manifest.marks_of(image))
    for image in ("MVTec-LOCO/pushpins/test/good/000.png", "GoodsAD/drink_can/test/good/0.jpg"):
        assert manifest.marks_of(image) == ()
    assert manifest.marks_of("MVTec-AD/zipper/train/good/000.png") == ()


# --- matching --------------------------------------------------------------------------------------------------------


def test_each_mark_is_listed_once_and_in_order():
    first, second = KnownMark("b", ("*",)), KnownMark("a", ("VisA/*", "*.JPG"))
    assert Manifest((first, second, first)).marks_of("VisA/0.JPG") == ("b", "a")
    assert Manifest((second,)).plus(Manifest((first,))).marks_of("VisA/0.JPG") == ("a", "b")


@given(st.text(min_size=1).filter(lambda text: not set(text) & set("*?[]")))
def test_a_pattern_without_signs_covers_itself_alone(text):
    known = KnownMark("mark", (text,))
    assert known.covers(text)
    assert not known.covers(text + "x")
    assert not known.covers("x" + text)


def test_capitals_count():
    assert not KnownMark("mark", ("VisA/*",)).covers("visa/cap/0.JPG")


@pytest.mark.parametrize(("mark", "patterns"), [("", ("*",)), ("  ", ("*",)), ("mark", ()), ("mark", ("",))])
def test_a_mark_without_text_or_patterns_is_refused(mark, patterns):
    with pytest.raises(ValueError, match="needs a text and patterns"):
        KnownMark(mark, patterns)


# --- marks of your own -----------------------------------------------------------------------------------------------


def test_questions_carry_the_marks_of_their_picture(drawn_mmad, tmp_path):
    path = written(tmp_path, {"marks": [{"mark": "training: ours", "patterns": ["VisA/*/bad/*"]}]})
    for question in read_mmad(drawn_mmad, manifest=read_manifest(path)).questions:
        assert (question.marks == ("training: ours",)) is ("/bad/" in question.image)


def test_the_shipped_marks_are_used_unless_others_are_given(drawn_mmad):
    marked = {question.marks for question in read_mmad(drawn_mmad).questions}
    assert marked == {("training: APRIL-GAN", "training: AnomalyCLIP")}
    assert {question.marks for question in read_mmad(drawn_mmad, manifest=Manifest()).questions} == {()}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "has no list of marks"),
        ({"marks": {}}, "has no list of marks"),
        ({"marks": ["VisA/*"]}, "Mark 0 .* it is no mapping"),
        ({"marks": [{"mark": "a", "patterns": ["*"]}, {"mark": "a"}]}, "Mark 1 .* it has no list of patterns"),
        ({"marks": [{"mark": "a", "patterns": "VisA/*"}]}, "it has no list of patterns"),
        ({"marks": [{"mark": "a", "patterns": [1]}]}, "it has no list of patterns"),
        ({"marks": [{"mark": " ", "patterns": ["*"]}]}, "the mark not empty"),
        ({"marks": [{"patterns": ["*"]}]}, "the mark not empty"),
        ({"marks": [{"mark": "a", "patterns": ["*"], "date": 2024}]}, "must be texts"),
        ({"marks": [{"mark": "a", "pattern": ["*"]}]}, "unknown name 'pattern'; known are mark, patterns"),
    ],
)
def test_a_manifest_of_another_form_is_refused_with_the_form(tmp_path, rows, said):
    with pytest.raises(EvaluationError, match=said) as raised:
        read_manifest(written(tmp_path, rows))
    assert "Write {" in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_manifest_that_is_not_there_or_no_json_is_refused(tmp_path):
    with pytest.raises(EvaluationError, match="cannot be read: No such file"):
        read_manifest(tmp_path / "marks.json")
    with pytest.raises(EvaluationError, match="cannot be read: Is a directory"):
        read_manifest(tmp_path)
    (tmp_path / "marks.json").write_bytes(b"mark,pattern\n")
    with pytest.raises(EvaluationError, match="is no JSON"):
        read_manifest(tmp_path / "marks.json")
