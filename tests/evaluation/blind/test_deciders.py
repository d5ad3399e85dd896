from __future__ import annotations

import json

import pytest
from scipy.stats import binom
from tests.evaluation.blind.blind_questions import WordEncoder, drawn, longest_is_right, question, without_habit

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.errors import EvaluationError
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.deciders import (
    FirstOption,
    LongestOption,
    NearestKnowledge,
    NothingLearned,
    blind_answers,
    blind_deciders,
)
from echo_iad.evaluation.blind.head import fit_head
from echo_iad.knowledge.sources import ObjectKnowledge

OBJECTS = ("cap", "valve", "gear")


def share(letters, questions):
    return sum(letters[one.key] == one.correct for one in questions) / len(questions)


def test_first_takes_the_first_whatever_it_says():
    one = question("cap", 0, ["short", "the longest of them", "mid size"], 1)
    assert FirstOption().answers([one]) == {one.key: "A"}


def test_longest_takes_the_first_of_equals():
    one = question("cap", 0, ["aa", "bbbb", "cccc", "d"], 0)
    assert LongestOption().answers([one]) == {one.key: "B"}


class TestNearestKnowledge:
    known = ("Scratches cut the print.", "Dents press the rim.")
    decider = NearestKnowledge(
        [ObjectKnowledge("Printed Cap", tuple(KnowledgePassage(text, "notes") for text in known))], WordEncoder()
    )

    def test_the_option_nearest_to_a_sentence_is_taken(self):
        one = question("printed_cap", 0, ["cables burn", "rust grows", "dents press the rim.", "nothing"], 0)
        assert self.decider.answers([one]) == {one.key: "C"}

    def test_an_object_of_two_data_sets_is_found_by_its_own_name(self):
        one = question("Drawn/printed_cap", 0, ["cables burn", "scratches cut"], 0)
        assert self.decider.answers([one]) == {one.key: "B"}

    def test_an_unknown_object_is_not_answered(self):
        one = question("valve", 0, ["scratches", "dents"], 0)
        assert self.decider.answers([one]) == {one.key: None}

    def test_whether_a_part_is_defective_stands_in_no_knowledge(self):
        one = question("printed_cap", 0, ["Yes", "No"], 0, subtask=Subtask.DISCRIMINATION)
        assert self.decider.answers([one]) == {one.key: None}


class TestBlindAnswers:
    def test_all_four_answer(self, tmp_path):
        questions = drawn(OBJECTS, 20, longest_is_right)
        file = tmp_path / "known.json"
        file.write_text(json.dumps(dict.fromkeys(OBJECTS, "It has a mark.")), encoding="utf-8")
        found = blind_answers(questions, text_encoder=WordEncoder(), knowledge=file)
        assert list(found) == ["first", "longest", "knowledge", "learned"]
        assert all(set(letters) == {one.key for one in questions} for letters in found.values())
        assert share(found["longest"], questions) == 1

    def test_a_habit_of_other_objects_is_learned(self):
        questions = drawn(OBJECTS, 60, longest_is_right)
        found = blind_answers(questions, text_encoder=WordEncoder(), knowledge=None)
        assert share(found["learned"], questions) > 0.95

    def test_without_a_habit_nothing_is_gained(self):
        questions = drawn(OBJECTS, 200, without_habit)
        found = blind_answers(questions, text_encoder=WordEncoder(), knowledge=None)
        low, high = binom.ppf([0.0005, 0.9995], len(questions), 0.25) / len(questions)
        assert low <= share(found["learned"], questions) <= high

    def test_what_a_decider_cannot_answer_counts_neither_for_nor_against_it(self):
        questions = drawn(["cap"], 4, longest_is_right)
        found = blind_answers(questions, text_encoder=WordEncoder(), knowledge=None)
        assert (found["knowledge"], found["learned"]) == ({}, {})
        assert len(found["first"]) == 4

    def test_one_object_is_nothing_to_learn_from_and_the_reason_is_there(self):
        questions = drawn(["cap"], 4, longest_is_right)
        *_, learned = blind_deciders(questions, text_encoder=WordEncoder(), knowledge=None, head=None, seed=0)
        assert isinstance(learned, NothingLearned)
        assert learned.reason.endswith("at least 2 objects; these are about 1.")
        assert set(learned.answers(questions).values()) == {None}

    def test_a_fitted_head_answers_for_a_single_new_object(self):
        head = fit_head(drawn(OBJECTS, 60, longest_is_right), WordEncoder(), seed=0)
        new = drawn(["bolt"], 60, longest_is_right, seed=5)
        found = blind_answers(new, text_encoder=WordEncoder(), knowledge=None, head=head)
        assert share(found["learned"], new) > 0.95

    def test_a_head_of_another_encoder_is_refused(self):
        head = fit_head(drawn(OBJECTS, 4, longest_is_right), WordEncoder(), seed=0)
        with pytest.raises(EvaluationError, match=r"^The blind decider was fitted with the text encoder .*blind-fit$"):
            blind_answers(
                drawn(["bolt"], 2, longest_is_right), text_encoder=WordEncoder("1" * 64), knowledge=None, head=head
            )

    def test_each_text_is_embedded_once(self):
        encoder = WordEncoder()
        blind_answers(drawn(OBJECTS, 20, longest_is_right), text_encoder=encoder, knowledge=None)
        assert len(encoder.encoded) == len(set(encoder.encoded))

    def test_no_question_no_answer(self):
        found = blind_answers([], text_encoder=WordEncoder(), knowledge=None)
        assert found == {"first": {}, "longest": {}, "knowledge": {}, "learned": {}}


def test_no_picture_needs_to_be_there():
    questions = drawn(OBJECTS, 4, longest_is_right)
    assert not any(one.path.exists() for one in questions)
    assert len(blind_answers(questions, text_encoder=WordEncoder(), knowledge=None)["learned"]) == 12
