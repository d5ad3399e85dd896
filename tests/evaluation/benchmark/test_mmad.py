"""MMAD's files are read exactly, no key is trusted, and what cannot be measured is named."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from echo_iad.errors import EvaluationError, UnknownNameError
from echo_iad.evaluation.benchmark.mmad import read_mmad, select
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.samples import sample_questions

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "mmad"

needs_photographs = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the questions and photographs are not at {SHARED}")

CAP = "DS-MVTec/printed_cap/image/scratch/000.jpg"
BOARD = "VisA/circuit_board/test/bad/scratch_000.JPG"


def rows_of(root):
    return json.loads((root / "mmad.json").read_text(encoding="utf-8"))


def write(root, rows):
    (root / "mmad.json").write_text(json.dumps(rows), encoding="utf-8")
    return root


def reasons(benchmark):
    return {(one.image, one.question_index): one.why for one in benchmark.excluded}


def asked_about(benchmark, image):
    return [question for question in benchmark.questions if question.image == image]


# --- what is there ---------------------------------------------------------------------------------------------------


def test_every_question_is_read_as_it_is_written(drawn_mmad):
    benchmark = read_mmad(drawn_mmad)
    rows = rows_of(drawn_mmad)
    written = [
        (image, index, asked["Question"], asked["Options"], asked["Answer"])
        for image, row in rows.items()
        for index, asked in enumerate(row["conversation"])
    ]
    read = [(one.image, one.question_index, one.text, dict(one.options), one.correct) for one in benchmark.questions]
    assert read == written
    assert benchmark.excluded == ()
    assert benchmark.sha256 == hashlib.sha256((drawn_mmad / "mmad.json").read_bytes()).hexdigest()
    assert benchmark.knowledge == drawn_mmad / "domain_knowledge.json"


def test_the_samples_own_questions_are_among_them(drawn_mmad):
    texts = Counter(one.text for one in read_mmad(drawn_mmad).questions)
    assert all(texts[one.question] == 1 for one in sample_questions() if one.options)


def test_a_question_knows_its_picture(drawn_mmad):
    cap, board = (asked_about(read_mmad(drawn_mmad), image)[0] for image in (CAP, BOARD))
    assert (cap.dataset, cap.object, cap.defective) == ("DS-MVTec", "printed_cap", True)
    assert cap.path == drawn_mmad / CAP
    assert cap.mask == drawn_mmad / "DS-MVTec/printed_cap/mask/scratch/000_mask.png"
    assert cap.random_templates[0] == "MVTec-AD/printed_cap/train/good/000.jpg"
    assert len(cap.similar_templates) == 8
    assert (board.dataset, board.object) == ("VisA", "circuit_board")
    assert board.mask == drawn_mmad / "VisA/circuit_board/ground_truth/bad/scratch_000.png"


def test_normals_are_the_good_parts_of_training(drawn_mmad):
    normals = read_mmad(drawn_mmad).normals
    assert list(map(len, normals.values())) == [24, 24, 24]
    assert normals["printed_cap"][0] == drawn_mmad / "MVTec-AD/printed_cap/train/good/000.jpg"
    assert normals["circuit_board"][-1] == drawn_mmad / "VisA/circuit_board/train/good/023.JPG"


def test_structure_details_and_analysis_of_an_object_are_one_subtask(drawn_mmad):
    rows = rows_of(drawn_mmad)
    asked = rows[CAP]["conversation"][0]
    kinds = ("Object Structure", "Object Details", "Object Analysis", "Object Classification")
    rows[CAP]["conversation"] = [{**asked, "type": kind} for kind in kinds]
    read = [one.subtask for one in asked_about(read_mmad(write(drawn_mmad, rows)), CAP)]
    assert read == [Subtask.OBJECT_ANALYSIS] * 3 + [Subtask.OBJECT_CLASSIFICATION]


def test_the_first_list_named_conversation_counts(drawn_mmad):
    rows = rows_of(drawn_mmad)
    first = rows[CAP].pop("conversation")
    rows[CAP] = {"annotated_conversation": first[:1], "conversation_2": first, "conversation": first[:1], **rows[CAP]}
    assert len(asked_about(read_mmad(write(drawn_mmad, rows)), CAP)) == len(first) == 2


@pytest.mark.parametrize(
    ("image", "defective"),
    [
        ("DS-MVTec/goods/image/good/0.jpg", False),
        ("DS-MVTec/good/image/crack/0.jpg", True),
        ("DS-MVTec/goods/image/not_good/0.jpg", True),
        ("MVTec-LOCO/goods/test/good/0.jpg", False),
    ],
)
def test_good_is_the_name_of_a_folder_and_no_part_of_one(drawn_mmad, image, defective):
    rows = {image: rows_of(drawn_mmad)[CAP]}
    (question, _) = read_mmad(write(drawn_mmad, rows), without_pictures=True).questions
    assert question.defective is defective


# --- what is missing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drawn_mmad", ["missing"], indirect=True)
def test_missing_files_are_named_and_skipped(drawn_mmad):
    benchmark = read_mmad(drawn_mmad)
    template = "VisA/circuit_board/train/good/007.JPG"
    listed = sum(template in row["similar_templates"] for row in rows_of(drawn_mmad).values())
    assert reasons(benchmark) == {
        (CAP, None): "the file is not there",
        (template, None): f"template of {listed} pictures: the file is not there",
    }
    assert not asked_about(benchmark, CAP)
    assert all(template not in one.similar_templates for one in benchmark.questions)
    assert any(len(one.similar_templates) == 7 for one in benchmark.questions)
    assert len(benchmark.normals["circuit_board"]) == 23


@pytest.mark.parametrize("name", ["000.png", "000.JPG", "000.jpeg"])
def test_another_suffix_is_another_file(drawn_mmad, name):
    (drawn_mmad / CAP).rename((drawn_mmad / CAP).with_name(name))
    assert reasons(read_mmad(drawn_mmad))[CAP, None] == "the file is not there"


def test_a_missing_mask_is_none(drawn_mmad):
    (drawn_mmad / "DS-MVTec/printed_cap/mask/scratch/000_mask.png").unlink()
    benchmark = read_mmad(drawn_mmad)
    assert {one.mask for one in asked_about(benchmark, CAP)} == {None}
    assert benchmark.excluded == ()


def test_an_object_without_normals_is_still_asked_about(drawn_mmad):
    shutil.rmtree(drawn_mmad / "MVTec-AD" / "woven_fabric")
    benchmark = read_mmad(drawn_mmad)
    assert benchmark.normals["woven_fabric"] == ()
    assert {one.random_templates for one in benchmark.questions if one.object == "woven_fabric"} == {()}


def test_without_templates_the_layout_says_where_the_normals_are(drawn_mmad):
    rows = rows_of(drawn_mmad)
    for row in rows.values():
        del row["similar_templates"], row["random_templates"]
    assert read_mmad(write(drawn_mmad, rows)).normals == read_mmad(drawn_mmad).normals
    assert {len(paths) for paths in read_mmad(drawn_mmad).normals.values()} == {24}


def test_questions_may_be_read_without_their_pictures(drawn_mmad):
    for folder in ("DS-MVTec", "VisA", "MVTec-AD"):
        shutil.rmtree(drawn_mmad / folder)
    benchmark = read_mmad(drawn_mmad, without_pictures=True)
    assert len(benchmark.questions) == sum(len(row["conversation"]) for row in rows_of(drawn_mmad).values())
    with pytest.raises(EvaluationError, match="None of the questions in .* the file is not there"):
        read_mmad(drawn_mmad)


# --- what is malformed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"Answer": "F"}, "the answer 'F' is none of the options A, B"),
        ({"Answer": None}, "the answer None is none of the options A, B"),
        ({"Answer": ["A"]}, "the answer ['A'] is none of the options A, B"),
        ({"Options": {"A": "Yes."}}, "the question has fewer than two options"),
        ({"Options": ["Yes.", "No."]}, "the question has fewer than two options"),
        ({"Options": {"A": "Yes.", "B": 2}}, "an option has no text"),
        ({"Options": {"A": "Yes.", "B": "\ud800"}}, "an option has no text"),
        ({"type": "Guessing"}, "the question has no type of MMAD: 'Guessing'"),
        ({"type": {}}, "the question has no type of MMAD: {}"),
        ({"Question": "  "}, "the question has no text"),
        ({"Question": 5}, "the question has no text"),
    ],
)
def test_a_malformed_question_is_named_and_its_neighbour_asked(drawn_mmad, change, why):
    rows = rows_of(drawn_mmad)
    rows[CAP]["conversation"][0] = rows[CAP]["conversation"][0] | change
    benchmark = read_mmad(write(drawn_mmad, rows))
    assert reasons(benchmark) == {(CAP, 0): why}
    assert [one.question_index for one in asked_about(benchmark, CAP)] == [1]


def test_a_question_that_is_no_mapping_is_named(drawn_mmad):
    rows = rows_of(drawn_mmad)
    rows[CAP]["conversation"][1] = "Where?"
    assert reasons(read_mmad(write(drawn_mmad, rows))) == {(CAP, 1): "the question is no mapping"}


@pytest.mark.parametrize("row", [None, [], "text", {}, {"conversation": []}, {"conversation": {"Question": "?"}}])
def test_an_entry_without_questions_is_named(drawn_mmad, row):
    benchmark = read_mmad(write(drawn_mmad, {**rows_of(drawn_mmad), CAP: row}))
    assert reasons(benchmark)[CAP, None].startswith("the entry has no list of questions")


@pytest.mark.parametrize("templates", [None, "abc", 3, [None, 4], {"a": 1}])
def test_lists_of_templates_of_another_form_are_none(drawn_mmad, templates):
    rows = rows_of(drawn_mmad)
    rows[CAP] |= {"random_templates": templates, "similar_templates": templates, "mask_path": 7}
    question = asked_about(read_mmad(write(drawn_mmad, rows)), CAP)[0]
    assert question.random_templates == question.similar_templates == ()
    assert question.mask is None


# --- keys are not trusted --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "image",
    [
        "../secret/a/b.jpg",
        "DS-MVTec/../../a/b.jpg",
        "DS-MVTec/printed_cap/./image/scratch/000.jpg",
        "DS-MVTec//image/000.jpg",
        "C:/data/image/000.jpg",
        "DS-MVTec\\printed_cap\\image\\000.jpg",
        "DS-MVTec/printed_cap/image/.000.jpg",
        "DS-MVTec/printed_cap/image/0\n0.jpg",
        "DS-MVTec/printed_cap/image/\x000.jpg",
        "",
    ],
)
def test_a_path_that_is_not_plain_is_refused(drawn_mmad, image):
    rows = rows_of(drawn_mmad)
    benchmark = read_mmad(write(drawn_mmad, {image: rows[CAP], **rows}))
    assert [one.why for one in benchmark.excluded] == [
        "the path is not plain: parts joined by /, none of them empty or with a dot before it"
    ]
    assert benchmark.excluded[0].image.isprintable()


def test_an_absolute_path_is_refused(drawn_mmad):
    rows = rows_of(drawn_mmad)
    absolute = str(drawn_mmad / CAP)
    assert reasons(read_mmad(write(drawn_mmad, {absolute: rows[CAP], **rows})))[absolute, None].startswith(
        "the path is"
    )


def test_a_path_without_object_and_type_is_refused(drawn_mmad):
    rows = rows_of(drawn_mmad)
    benchmark = read_mmad(write(drawn_mmad, {"DS-MVTec/image/0.jpg": rows[CAP], **rows}))
    assert "wanted DATASET/OBJECT/.../TYPE/PICTURE" in benchmark.excluded[0].why


def test_a_file_that_is_no_picture_is_refused(drawn_mmad):
    rows = rows_of(drawn_mmad)
    (drawn_mmad / "DS-MVTec/printed_cap/image/notes.txt").write_text("secret")
    benchmark = read_mmad(write(drawn_mmad, {"DS-MVTec/printed_cap/image/notes.txt": rows[CAP], **rows}))
    assert benchmark.excluded[0].why.startswith("the name is no picture's")


def test_a_template_that_is_not_plain_is_refused(drawn_mmad):
    rows = rows_of(drawn_mmad)
    (drawn_mmad.parent / "out.jpg").write_bytes((drawn_mmad / CAP).read_bytes())
    rows[CAP]["random_templates"] = ["../out.jpg"]
    benchmark = read_mmad(write(drawn_mmad, rows))
    assert reasons(benchmark)["../out.jpg", None].startswith("template of 1 picture: the path is not plain")


def test_a_template_of_another_object_is_refused(drawn_mmad):
    rows = rows_of(drawn_mmad)
    foreign = "MVTec-AD/woven_fabric/train/good/000.jpg"
    rows[CAP]["random_templates"] = [foreign]
    benchmark = read_mmad(write(drawn_mmad, rows))
    assert "another object than printed_cap" in reasons(benchmark)[foreign, None]
    assert all("printed_cap" in str(path.relative_to(drawn_mmad)) for path in benchmark.normals["printed_cap"])


def test_a_mask_cannot_lead_out(drawn_mmad):
    (drawn_mmad.parent / "mask.png").write_bytes(b"")
    rows = rows_of(drawn_mmad)
    rows[CAP]["mask_path"] = "../../../mask.png"
    assert asked_about(read_mmad(write(drawn_mmad, rows)), CAP)[0].mask is None


def test_a_link_to_a_picture_outside_is_refused(drawn_mmad):
    outside = drawn_mmad.parent / "outside.jpg"
    (drawn_mmad / CAP).rename(outside)
    (drawn_mmad / CAP).symlink_to(outside)
    assert reasons(read_mmad(drawn_mmad))[CAP, None] == "the path leads out of the benchmark through a link"


def test_a_link_to_a_folder_of_pictures_outside_is_refused(drawn_mmad):
    folder = (drawn_mmad / CAP).parent
    folder.rename(drawn_mmad.parent / "scratch")
    folder.symlink_to(drawn_mmad.parent / "scratch", target_is_directory=True)
    assert reasons(read_mmad(drawn_mmad))[CAP, None] == "the path leads out of the benchmark through a link"


@pytest.mark.parametrize("linked", ["DS-MVTec", "DS-MVTec/printed_cap"])
def test_data_sets_and_objects_may_be_laid_out_by_links(drawn_mmad, linked):
    before = read_mmad(drawn_mmad)
    elsewhere = drawn_mmad.parent / "elsewhere"
    (drawn_mmad / linked).rename(elsewhere)
    (drawn_mmad / linked).symlink_to(elsewhere, target_is_directory=True)
    assert read_mmad(drawn_mmad) == before


# --- normals are not asked about -------------------------------------------------------------------------------------


def test_a_picture_that_is_asked_about_is_no_normal_and_no_template(drawn_mmad):
    rows = rows_of(drawn_mmad)
    taken = "MVTec-AD/printed_cap/train/good/003.jpg"
    benchmark = read_mmad(write(drawn_mmad, {**rows, taken: rows[CAP]}))
    assert drawn_mmad / taken not in benchmark.normals["printed_cap"]
    assert len(benchmark.normals["printed_cap"]) == 23
    assert "it is itself asked about" in reasons(benchmark)[taken, None]
    assert all(taken not in (*one.random_templates, *one.similar_templates) for one in benchmark.questions)


def test_a_link_to_a_picture_that_is_asked_about_is_no_normal(drawn_mmad):
    link = drawn_mmad / "MVTec-AD/printed_cap/train/good/099.jpg"
    link.symlink_to(drawn_mmad / CAP)
    assert link not in read_mmad(drawn_mmad).normals["printed_cap"]


def test_two_objects_of_one_name_do_not_mix_their_normals(drawn_mmad):
    rows = rows_of(drawn_mmad)
    shutil.copytree(drawn_mmad / "VisA" / "circuit_board", drawn_mmad / "GoodsAD" / "printed_cap")
    row = {**rows[BOARD], "similar_templates": ["GoodsAD/printed_cap/train/good/001.JPG"], "random_templates": []}
    image = BOARD.replace("VisA/circuit_board", "GoodsAD/printed_cap")
    benchmark = read_mmad(write(drawn_mmad, {**rows, image: row}))
    assert set(benchmark.normals) == {"DS-MVTec/printed_cap", "GoodsAD/printed_cap", "woven_fabric", "circuit_board"}
    for name, paths in benchmark.normals.items():
        folder = {"DS-MVTec/printed_cap": "MVTec-AD/printed_cap", "GoodsAD/printed_cap": "GoodsAD/printed_cap"}
        assert len(paths) == 24
        assert all(folder.get(name, name) in path.as_posix() for path in paths)
    assert {one.object for one in select(benchmark, objects=["printed_cap"]).questions} == {
        "DS-MVTec/printed_cap",
        "GoodsAD/printed_cap",
    }


def test_one_object_in_two_data_sets_that_share_normals_keeps_its_name(drawn_mmad):
    rows = rows_of(drawn_mmad)
    target = drawn_mmad / "MVTec-AD/printed_cap/test/scratch/000.jpg"
    target.parent.mkdir(parents=True)
    target.write_bytes((drawn_mmad / CAP).read_bytes())
    benchmark = read_mmad(write(drawn_mmad, {**rows, "MVTec-AD/printed_cap/test/scratch/000.jpg": rows[CAP]}))
    assert set(benchmark.normals) == {"printed_cap", "woven_fabric", "circuit_board"}
    assert {one.dataset for one in benchmark.questions if one.object == "printed_cap"} == {"DS-MVTec", "MVTec-AD"}


# --- files that cannot be used ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is no JSON: Expecting"),
        (b"\xff\xfe\x00", "is no JSON: 'utf-8' codec"),
        (b"[" * 200_000, "is no JSON: maximum recursion"),
        (b"[]", "is no MMAD file"),
        (b"{}", "is no MMAD file"),
        (b'{"a": {"b": "c"}}', "is no MMAD file"),
        (b'"text"', "is no MMAD file"),
    ],
)
def test_a_file_that_is_no_mmad_file_is_refused_in_one_line(drawn_mmad, content, said):
    (drawn_mmad / "mmad.json").write_bytes(content)
    with pytest.raises(EvaluationError) as raised:
        read_mmad(drawn_mmad)
    assert said in str(raised.value)
    assert str(raised.value).startswith(str(drawn_mmad / "mmad.json"))
    assert str(raised.value).endswith("Give a file of questions in MMAD's form, as MMAD's own mmad.json is.")
    assert len(str(raised.value).splitlines()) == 1


def test_missing_folders_and_files_say_what_to_give(tmp_path, drawn_mmad):
    with pytest.raises(EvaluationError, match="There is no folder .*nowhere"):
        read_mmad(tmp_path / "nowhere")
    with pytest.raises(EvaluationError, match=r"No questions are in .*: mmad\.json is not there"):
        read_mmad(drawn_mmad / "VisA")
    with pytest.raises(EvaluationError, match=r"There is no file .*other\.json"):
        read_mmad(drawn_mmad, tmp_path / "other.json")


def test_questions_may_lie_elsewhere(drawn_mmad, tmp_path):
    moved = (drawn_mmad / "mmad.json").rename(tmp_path / "questions.json")
    moved.write_bytes(b"\xef\xbb\xbf" + moved.read_bytes())
    assert len(read_mmad(drawn_mmad, moved).questions) == 80


# --- a part of it ----------------------------------------------------------------------------------------------------


def test_select_keeps_objects_subtasks_and_the_first_questions(drawn_mmad):
    benchmark = read_mmad(drawn_mmad)
    chosen = select(benchmark, objects=["woven_fabric", "circuit_board"], subtasks=["classification"])
    assert {(one.object, one.subtask) for one in chosen.questions} == {
        ("woven_fabric", Subtask.CLASSIFICATION),
        ("circuit_board", Subtask.CLASSIFICATION),
    }
    assert set(chosen.normals) == {"woven_fabric", "circuit_board"}
    for limit in (1, 5, 17, len(benchmark.questions)):
        few, more = select(benchmark, limit=limit).questions, select(benchmark, limit=limit + 7).questions
        assert len(few) == limit
        assert {one.key for one in few} <= {one.key for one in more}
        assert few == tuple(one for one in benchmark.questions if one in few)
    kinds = {(one.object, one.defective) for one in select(benchmark, limit=30).questions}
    assert kinds == {(one.object, one.defective) for one in benchmark.questions}
    assert select(benchmark) == benchmark


@pytest.mark.parametrize("drawn_mmad", ["missing"], indirect=True)
def test_select_keeps_the_exclusions_of_its_objects(drawn_mmad):
    chosen = select(read_mmad(drawn_mmad), objects=["printed_cap"])
    assert [one.image for one in chosen.excluded] == [CAP]


def test_select_names_what_it_does_not_know(drawn_mmad):
    benchmark = read_mmad(drawn_mmad)
    with pytest.raises(UnknownNameError, match="Unknown object 'printed_cup'. Did you mean 'printed_cap'"):
        select(benchmark, objects=["printed_cup"])
    with pytest.raises(UnknownNameError, match="Unknown subtask 'localisation'. Did you mean 'localization'"):
        select(benchmark, subtasks=["localisation"])
    with pytest.raises(EvaluationError, match="--limit 0"):
        select(benchmark, limit=0)
    with pytest.raises(EvaluationError, match="No question is left of 80"):
        select(benchmark, subtasks=["object_analysis"])


# --- the real files --------------------------------------------------------------------------------------------------


@needs_photographs
def test_the_photographs_are_read_whole():
    benchmark = read_mmad(SHARED)
    assert len(benchmark.questions) == 926
    assert len({one.image for one in benchmark.questions}) == 195
    assert sorted(map(len, benchmark.normals.values())) == [4, 80, 120]
    assert all(one.why.startswith("template of ") for one in benchmark.excluded)


@needs_photographs
def test_the_questions_without_pictures_are_read_for_those_who_do_not_look():
    questions = SHARED / "mmad_questions_without_images.json"
    benchmark = read_mmad(SHARED, questions, without_pictures=True)
    assert len(benchmark.questions) == 15_944
    assert len({one.image for one in benchmark.questions}) == 3_218


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_names_every_reason_and_no_other(drawn_mmad):
    page = (Path(__file__).parents[3] / "docs" / "mmad.md").read_text(encoding="utf-8")
    table = page.split("## What is left out")[1].split("## ")[0]
    rows = [line.strip("| ").rpartition(" | ")[2] for line in table.splitlines() if line.startswith("| ")][1:]
    written = {reason for cell in rows for reason in re.findall(r"`(.+?)`", cell)}
    said = provoked_reasons(drawn_mmad)
    assert not [reason for reason in written if not any(reason in one for one in said)]
    assert not [one for one in said if not any(reason in one for reason in written)]


def provoked_reasons(root):
    """Why each of many things is left out."""
    rows = rows_of(root)
    good, asked = rows[CAP], rows[CAP]["conversation"][0]
    changes = (
        {"type": "x"},
        {"Question": ""},
        {"Options": {"A": "a"}},
        {"Options": {"A": "", "B": "b"}},
        {"Answer": "Z"},
    )
    (root / "DS-MVTec/printed_cap/image/good/link.jpg").symlink_to(root.parent)
    templates = ["MVTec-AD/woven_fabric/train/good/000.jpg", CAP, "MVTec-AD/printed_cap/train/good/999.jpg"]
    rows[CAP] = {**good, "random_templates": templates, "conversation": [asked | change for change in changes]}
    keys = (
        "../a.jpg",
        "DS-MVTec/a.jpg",
        "DS-MVTec/printed_cap/image/a.txt",
        "DS-MVTec/printed_cap/image/good/link.jpg",
    )
    rows |= dict.fromkeys(keys, good)
    rows["DS-MVTec/printed_cap/image/good/001.jpg"] = {}
    return set(reasons(read_mmad(write(root, rows))).values())
