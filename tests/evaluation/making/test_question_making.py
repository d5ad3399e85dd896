"""Questions about labelled parts: right, asked only with evidence, and blind answers are chance."""

from __future__ import annotations

import shutil
import zlib
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from echo_iad.encoders.catalog import load_text_encoder
from echo_iad.errors import EvaluationError, KnowledgeError, UnknownNameError
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.blind.deciders import blind_answers
from echo_iad.evaluation.making.mask_places import GRIDS
from echo_iad.evaluation.making.mmad_writing import write_mmad
from echo_iad.evaluation.making.object_questions import WORDINGS, type_words
from echo_iad.evaluation.making.question_making import make_questions
from echo_iad.planning.question_types import classify_question
from echo_iad.samples import sample_knowledge, sample_parts

SIDE = 60
PRODUCTS = {
    "spigot": ("crack", "rust", "burr", "sink mark"),
    "lamp_shade": ("dent", "smear", "crack", "bubble"),
    "Ösen Größe 2": ("rust", "bent_edge", "dent", "smear"),
    "buckle": ("burr", "crack", "pit", "rust"),
    "grommet": ("bubble", "pit", "bent_edge", "sink mark"),
    "dial": ("smear", "sink mark", "pit", "dent", "burr"),
}
NOTES = {
    "crack": (
        "A crack shows as a thin dark line that branches like a river.",
        "A crack weakens the wall, so that the part can break under load.",
    ),
    "rust": (
        "Rust looks like a rough orange patch with brown borders.",
        "Rust reduces the strength of the metal and can jam the hinge.",
    ),
    "burr": (
        "A burr is visible as a shiny sharp ridge along one border.",
        "A burr can cut the hands of the customer and is a risk to safety.",
    ),
    "sink mark": (
        "A sink mark appears as a shallow round hollow with a soft shadow.",
        "A sink mark spoils the glossy finish, and the customer may refuse it.",
    ),
    "dent": (
        "A dent looks like a smooth bowl in which the light is curved.",
        "A dent prevents the lid from closing, and the seal fails.",
    ),
    "smear": (
        "A smear shows as a pale milky streak with blurred ends.",
        "A smear affects the transparency and makes the scale unreadable.",
    ),
    "bubble": (
        "A bubble is visible as a bright circle with a glassy dome.",
        "A bubble leads to leaks when the shell is put under pressure.",
    ),
    "pit": (
        "A pit appears as a tiny black hole like the prick of a needle.",
        "A pit lets acid reach the core, and the coating fails early.",
    ),
    "bent edge": (
        "A bent edge looks like a crooked outline that leans to one side.",
        "A bent edge causes a malfunction of the gripper and stops the line.",
    ),
}
_CORNERS = ((5, 5), (5, 45), (45, 5), (45, 45), (25, 25))


def write_products(root: Path, *, pictures: int = 8) -> Path:
    """Write all products with so many pictures of each type; the folder of their notes."""
    notes = root.with_name(f"{root.name}-notes")
    notes.mkdir(parents=True)
    for number, (name, types) in enumerate(PRODUCTS.items()):
        rng = np.random.default_rng(number)
        for place in range(3):
            _save(root / name / "train" / "good" / f"{place:03}.png", _plain(rng))
        for place in range(pictures):
            _save(root / name / "test" / "good" / f"{place:03}.png", _plain(rng))
        for kind in types:
            for place in range(pictures):
                _write_defect(root / name, kind, place, rng)
        told = [f"## {kind}\n\n{' '.join(NOTES[kind.replace('_', ' ')])}\n" for kind in types]
        (notes / f"{name}.md").write_text("\n".join(told), encoding="utf-8")
    return notes


def _write_defect(folder: Path, kind: str, number: int, rng: np.random.Generator) -> None:
    pixels = _plain(rng)
    row, column = _CORNERS[int(rng.integers(len(_CORNERS)))]
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[row : row + 8, column : column + 8] = 255
    pixels[mask > 0] = 10
    _save(folder / "test" / kind / f"{number:03}.png", pixels)
    _save(folder / "ground_truth" / kind / f"{number:03}_mask.png", mask)


def _plain(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(120, 140, (SIDE, SIDE), dtype=np.uint8)


def _save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture(scope="module")
def encoder():
    return load_text_encoder("edge")


@pytest.fixture(scope="module")
def factory(tmp_path_factory):
    """Six drawn products with types, masks and notes."""
    root = tmp_path_factory.mktemp("factory") / "parts"
    return root, write_products(root)


@pytest.fixture(scope="module")
def made(factory, encoder):
    return make_questions(*factory, text_encoder=encoder)


@pytest.fixture(scope="module")
def made_of_samples(encoder):
    return make_questions(sample_parts(), sample_knowledge(), text_encoder=encoder)


@pytest.fixture
def small(tmp_path):
    """One product of three types, to change at will, with its notes."""
    shutil.copytree(sample_parts() / "printed_cap", tmp_path / "parts" / "cap")
    notes = tmp_path / "cap.md"
    notes.write_bytes((sample_knowledge() / "printed_cap.md").read_bytes())
    return tmp_path / "parts", notes


def rows(made):
    return [(one.picture, question) for one in made.pictures for question in one.questions]


def asked(made, subtask):
    return [(picture, question) for picture, question in rows(made) if question.subtask is subtask]


def reasons(made, subtask):
    return {(entry.object, entry.why): entry.pictures for entry in made.not_asked if entry.subtask is subtask}


# --- blind answers ---------------------------------------------------------------------------------------------------


def length_of(question):
    return {letter: len(text) for letter, text in question.options.items()}


BLIND = {
    "first": lambda question: next(iter(question.options)),
    "last": lambda question: list(question.options)[-1],
    "longest": lambda question: max(question.options, key=length_of(question).__getitem__),
    "shortest": lambda question: min(question.options, key=length_of(question).__getitem__),
    "a habit": lambda question: sorted(question.options)[zlib.crc32(repr(question.options).encode()) % 3],
}


@pytest.mark.parametrize("name", BLIND)
@pytest.mark.parametrize("subtask", [one for one in PAPER_SUBTASKS if one is not Subtask.DISCRIMINATION])
def test_no_blind_answer_is_right_more_often_than_chance(made, made_of_samples, name, subtask):
    for questions in (made, made_of_samples):
        found = [question for _, question in asked(questions, subtask)]
        right = sum(BLIND[name](question) == question.correct for question in found)
        assert len(found) > 10
        assert 100 * right / len(found) == pytest.approx(questions.chance(subtask))


def test_the_knowledge_does_not_help_who_does_not_look(made, encoder):
    """Even the nearest sentence of all notes: the same options get the same answer."""
    notes = encoder.encode_texts([passage.text for known in made.knowledge for passage in known.passages])
    for subtask in (Subtask.CLASSIFICATION, Subtask.DESCRIPTION, Subtask.ANALYSIS):
        found = [question for _, question in asked(made, subtask)]
        options = {text for question in found for text in question.options.values()}
        near = {text: float((notes @ encoder.encode_texts([text])[0]).max()) for text in options}
        right = sum(max(one.options, key=lambda letter: near[one.options[letter]]) == one.correct for one in found)
        assert 100 * right / len(found) == pytest.approx(made.chance(subtask))


def test_the_learned_blind_decider_is_right_by_chance_alone(made, made_of_samples, factory, encoder, tmp_path):
    """Fitted on all other products, of nine, and told what the notes say: nothing is left to learn."""
    for name, questions, root in (("six", made, factory[0]), ("samples", made_of_samples, sample_parts())):
        write_mmad(questions, tmp_path / name, source=root)
    found = [question for name in ("six", "samples") for question in read_mmad(tmp_path / name).questions]
    answers = blind_answers(found, text_encoder=encoder, knowledge=tmp_path / "six" / "domain_knowledge.json")
    assert set(answers) == {"first", "longest", "knowledge", "learned"}
    for subtask in PAPER_SUBTASKS[1:]:
        of_it = [question for question in found if question.subtask is subtask]
        chance = sum(1 / len(question.options) for question in of_it)
        assert len(of_it) > 100
        for name in ("first", "longest", "learned"):
            right = sum(answers[name][question.key] == question.correct for question in of_it)
            assert right == pytest.approx(chance), (name, subtask)


def test_every_option_is_right_as_often_as_its_share(made):
    offered, right = defaultdict(float), Counter()
    for picture, question in rows(made):
        if question.subtask is not Subtask.DISCRIMINATION:
            right[picture.object, question.options[question.correct]] += 1
            for text in question.options.values():
                offered[picture.object, text] += 1 / len(question.options)
    assert {key: pytest.approx(share) for key, share in offered.items()} == right


def test_yes_and_no_stand_first_equally_often(made):
    first = Counter(
        (next(iter(question.options.values())), picture.is_defective)
        for picture, question in asked(made, Subtask.DISCRIMINATION)
    )
    assert first["Yes", True] == first["No", True]
    assert first["Yes", False] == first["No", False]


def test_as_many_good_as_defective_parts_are_asked_whether_they_have_a_defect(made_of_samples):
    assert made_of_samples.chance(Subtask.DISCRIMINATION) == 50
    assert made_of_samples.count(Subtask.DISCRIMINATION) == 36
    assert reasons(made_of_samples, Subtask.DISCRIMINATION)["woven_fabric", "left out for the balance"] == 4


def test_where_every_picture_is_asked_chance_is_the_more_frequent_answer(encoder):
    every = make_questions(sample_parts(), sample_knowledge(), text_encoder=encoder, balanced=False)
    assert every.chance(Subtask.DISCRIMINATION) == pytest.approx(100 * 28 / 46)
    assert every.count(Subtask.DISCRIMINATION) == 46
    assert not reasons(every, Subtask.DISCRIMINATION)


# --- right answers ---------------------------------------------------------------------------------------------------


def test_the_answers_are_true(made):
    for picture, question in rows(made):
        right = question.options[question.correct]
        if question.subtask is Subtask.DISCRIMINATION:
            assert right == ("Yes" if picture.is_defective else "No")
        elif question.subtask is Subtask.CLASSIFICATION:
            assert right == type_words(picture.type)
        elif question.subtask is Subtask.LOCALIZATION:
            assert place_by_hand(picture.mask, right)
        else:
            assert is_said_of(picture.type, right)


def place_by_hand(mask, place):
    """Whether the middle of the drawn box lies in the field that is named."""
    y, x = (float(axis.mean()) / SIDE for axis in np.nonzero(np.asarray(Image.open(mask))))
    return any(grid.places[int(y * grid.rows) * grid.columns + int(x * grid.columns)] == place for grid in GRIDS)


def is_said_of(kind, option):
    told = " ".join(NOTES[kind.replace("_", " ")])
    return option.removeprefix("It ").rstrip(".") in told


def test_the_wrong_options_are_true_of_other_types_of_the_same_product(made):
    for picture, question in rows(made):
        if question.subtask in {Subtask.DESCRIPTION, Subtask.ANALYSIS}:
            wrong = [text for letter, text in question.options.items() if letter != question.correct]
            assert all(any(is_said_of(kind, text) for kind in PRODUCTS[picture.object]) for text in wrong)
            assert not any(is_said_of(picture.type, text) for text in wrong)


def test_options_of_sentences_are_alike_in_length(made, made_of_samples):
    for _, question in rows(made) + rows(made_of_samples):
        if question.subtask in {Subtask.LOCALIZATION, Subtask.DESCRIPTION, Subtask.ANALYSIS}:
            lengths = list(length_of(question).values())
            assert max(lengths) <= 1.6 * min(lengths)


def test_each_wording_is_read_as_what_it_asks(made, made_of_samples):
    for _, question in rows(made) + rows(made_of_samples):
        assert classify_question(question.text, question.options).value == question.subtask
        assert classify_question(question.text).value == question.subtask
    assert len(WORDINGS) == len(set(WORDINGS.values()))


def test_every_picture_is_asked_or_counted(made, made_of_samples):
    for questions in (made, made_of_samples):
        pictures = [picture for entry in questions.objects for picture in entry.pictures]
        for subtask in PAPER_SUBTASKS:
            left_out = sum(entry.pictures for entry in questions.not_asked if entry.subtask is subtask)
            could_be = [one for one in pictures if one.is_defective or subtask is Subtask.DISCRIMINATION]
            assert questions.count(subtask) + left_out == len(could_be)


def test_most_pictures_are_asked_about(made):
    assert made.count(Subtask.CLASSIFICATION) == 200
    assert made.count(Subtask.DESCRIPTION) > 150
    assert made.count(Subtask.ANALYSIS) > 100
    assert made.count(Subtask.LOCALIZATION) > 150


# --- the seed --------------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_questions(factory, made, encoder):
    assert make_questions(*factory, text_encoder=encoder).pictures == made.pictures
    assert make_questions(*factory, text_encoder=encoder, seed=1).pictures != made.pictures


def test_another_product_in_the_folder_changes_nothing(factory, made, encoder):
    alone = make_questions(*factory, text_encoder=encoder, objects=["dial"])
    assert alone.pictures == tuple(one for one in made.pictures if one.picture.object == "dial")


# --- what cannot be asked --------------------------------------------------------------------------------------------


def test_no_place_is_asked_without_a_mask(small, encoder):
    shutil.rmtree(small[0] / "cap" / "ground_truth")
    made = make_questions(*small, text_encoder=encoder)
    assert made.count(Subtask.LOCALIZATION) == 0
    assert made.chance(Subtask.LOCALIZATION) is None
    assert reasons(made, Subtask.LOCALIZATION) == {("cap", "there is no mask"): 8}


@pytest.mark.parametrize(
    ("pixels", "why"),
    [
        (np.zeros((336, 336), np.uint8), "the mask is empty"),
        (np.full((336, 200), 255, np.uint8), "the mask has another shape than the picture"),
        (None, "the mask or the picture cannot be read"),
    ],
)
def test_a_mask_that_cannot_be_used_is_said(small, encoder, pixels, why):
    path = small[0] / "cap" / "ground_truth" / "scratch" / "000_mask.png"
    path.write_bytes(b"nothing") if pixels is None else Image.fromarray(pixels).save(path)
    made = make_questions(*small, text_encoder=encoder)
    assert reasons(made, Subtask.LOCALIZATION)["cap", why] == 1


def test_two_types_are_no_choice(small, encoder):
    for kind in ("stain", "scratch"):
        shutil.rmtree(small[0] / "cap" / "test" / kind)
    made = make_questions(*small, text_encoder=encoder)
    assert reasons(made, Subtask.CLASSIFICATION) == {("cap", "too few pictures of other types of defect"): 4}
    assert {question.subtask for _, question in rows(made)} <= {Subtask.DISCRIMINATION, Subtask.LOCALIZATION}


def test_a_folder_of_several_types_is_no_type(small, encoder):
    test = small[0] / "cap" / "test"
    (test / "stain").rename(test / "other_defects")
    made = make_questions(*small, text_encoder=encoder)
    assert reasons(made, Subtask.CLASSIFICATION)["cap", "the folder names no one type of defect"] == 2
    assert not any("Other" in text for _, question in rows(made) for text in question.options.values())


def test_what_the_knowledge_does_not_tell_is_not_asked(small, encoder):
    root, notes = small
    told = notes.read_text(encoding="utf-8")
    notes.write_text(told[: told.index("## stain")] + "## stain\n\nIt is on the top.\n", encoding="utf-8")
    made = make_questions(root, notes, text_encoder=encoder)
    assert reasons(made, Subtask.DESCRIPTION)["cap", "the knowledge tells no looks of the type"] == 2
    assert reasons(made, Subtask.ANALYSIS)["cap", "the knowledge tells no effect or cause of the type"] == 2
    assert made.count(Subtask.DESCRIPTION) == made.count(Subtask.ANALYSIS) == 6


def test_types_of_which_the_same_is_said_do_not_meet(small, encoder):
    root, notes = small
    same = "It shows as a thin pale line in the blue surface."
    notes.write_text(
        "".join(f"## {kind}\n\n{same}\n\n" for kind in ("scratch", "stain", "print defect", "chipped rim")),
        encoding="utf-8",
    )
    made = make_questions(root, notes, text_encoder=encoder)
    assert made.count(Subtask.DESCRIPTION) == 0


def test_an_object_without_knowledge_is_asked_the_rest(small, encoder):
    root, notes = small
    shutil.copytree(root / "cap", root / "unknown thing")
    made = make_questions(root, notes, text_encoder=encoder)
    assert reasons(made, Subtask.ANALYSIS)["unknown thing", "there is no knowledge about the object"] == 8
    assert {question.subtask for picture, question in rows(made) if picture.object == "unknown thing"} >= {
        Subtask.CLASSIFICATION
    }


def test_a_folder_without_defects_is_refused(small, encoder):
    for kind in ("scratch", "stain", "print_defect", "chipped_rim"):
        shutil.rmtree(small[0] / "cap" / "test" / kind)
    with pytest.raises(EvaluationError, match="holds good parts alone. Put defective ones"):
        make_questions(*small, text_encoder=encoder)


def test_knowledge_about_other_products_is_refused(small, encoder):
    (small[1]).rename(small[1].with_name("gear.md"))
    with pytest.raises(KnowledgeError, match=r"says nothing about cap. It knows: gear"):
        make_questions(small[0], small[1].with_name("gear.md"), text_encoder=encoder)


def test_an_object_that_is_not_there_is_refused(small, encoder):
    with pytest.raises(UnknownNameError, match="Did you mean 'cap'"):
        make_questions(*small, text_encoder=encoder, objects=["cup"])
