"""Evidence and text prior together, on drawn questions whose habits and whose evidence are known."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from tests.evaluation.blind.blind_questions import WordEncoder, drawn, longest_is_right, without_habit

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.blind.head import fit_head
from echo_iad.evaluation.prior.answering import answer_with_prior
from echo_iad.evaluation.prior.evidence import AT_ITS_WORD, log_odds, weigh_evidence

ENCODER = WordEncoder()
OBJECTS = ("bolt", "cap", "gear", "valve")
DESCRIPTION = Subtask.DESCRIPTION


def answered(question, right, *, sure=0.7):
    """A record whose evidence prefers the right option, or the one after it."""
    letters = list(question.options)
    place = (letters.index(question.correct) + (not right)) % len(letters)
    rest = (1 - sure) / (len(letters) - 1)
    return AnswerRecord(
        image=question.image,
        question_index=question.question_index,
        dataset=question.dataset,
        object=question.object,
        subtask=question.subtask,
        question=question.text,
        options=question.options,
        correct=question.correct,
        defective=True,
        answer=letters[place],
        status=AnswerStatus.ANSWERED,
        probabilities={letter: sure if letter == letters[place] else rest for letter in letters},
    )


def share(beliefs, questions):
    return np.mean([max(beliefs[one.key], key=beliefs[one.key].get) == one.correct for one in questions])


def run(questions, share_right, seed=0):
    rng = np.random.default_rng(seed)
    return [answered(one, bool(rng.random() < share_right)) for one in questions]


def longest_is_often_right(rng, object):
    return (longest_is_right if rng.random() < 0.6 else without_habit)(rng, object)


class TestTogether:
    def test_each_witness_helps_the_other(self):
        questions = drawn(OBJECTS, 60, longest_is_often_right)
        head = fit_head(questions, ENCODER, seed=0)
        records = run(questions, 0.7)
        found = answer_with_prior(questions, records, head, ENCODER)
        evidence = np.mean([record.right for record in records])
        assert share(found.both, questions) > max(share(found.words, questions), evidence) + 0.03
        assert all(sum(chances.values()) == pytest.approx(1) for chances in found.both.values())

    def test_evidence_that_is_mostly_wrong_elsewhere_counts_for_little(self):
        questions = drawn(OBJECTS, 60, longest_is_right)
        good, bad = (weigh_evidence(run(questions, right)).weights["bolt", DESCRIPTION] for right in (0.9, 0.2))
        assert good > AT_ITS_WORD > 0.5 > bad

    def test_words_alone_do_not_look_at_the_evidence(self):
        questions = drawn(OBJECTS, 20, longest_is_right)
        head = fit_head(questions, ENCODER, seed=0)
        one, other = (answer_with_prior(questions, run(questions, right), head, ENCODER) for right in (1.0, 0.0))
        assert one.words == other.words
        assert one.both != other.both


class TestLeavingOut:
    def test_an_objects_own_answers_change_nothing_about_it(self):
        questions = drawn(OBJECTS, 30, longest_is_right)
        turned = [
            replace(one, correct="ABCD"[("ABCD".index(one.correct) + 1) % 4]) if one.object == "bolt" else one
            for one in questions
        ]
        own = [one.key for one in questions if one.object == "bolt"]
        records = run(questions, 0.7)
        retold = [replace(record, correct=one.correct) for record, one in zip(records, turned, strict=True)]
        found, other = (
            answer_with_prior(asked, held, fit_head(asked, ENCODER, seed=0), ENCODER)
            for asked, held in ((questions, records), (turned, retold))
        )
        for key in own:
            assert found.both[key] == other.both[key]
        assert any(found.both[key] != other.both[key] for key in found.both if key not in own)

    def test_with_one_object_the_evidence_is_taken_at_its_word(self):
        questions = drawn(OBJECTS, 20, longest_is_right)
        head = fit_head(questions, ENCODER, seed=0)
        own = [one for one in questions if one.object == "cap"]
        found = answer_with_prior(questions, run(own, 0.5), head, ENCODER)
        assert found.objects == 1
        assert found.weights == {"cap": {DESCRIPTION: AT_ITS_WORD}}
        assert set(found.both) == {one.key for one in own}


class TestLogOdds:
    def test_a_chosen_option_without_probabilities_speaks_for_itself(self):
        record = answered(drawn(["cap"], 1, without_habit)[0], right=True)
        plain = log_odds(replace(record, probabilities={}))
        assert plain.argmax() == list(record.options).index(record.answer)
        assert plain.sum() == pytest.approx(0)

    def test_nothing_answered_speaks_for_nothing(self):
        record = answered(drawn(["cap"], 1, without_habit)[0], right=True)
        silent = replace(record, probabilities={}, answer=None, status=AnswerStatus.ABSTAINED)
        np.testing.assert_array_equal(log_odds(silent), np.zeros(4))

    def test_no_certainty_is_beyond_doubt(self):
        sure = replace(answered(drawn(["cap"], 1, without_habit)[0], right=True), probabilities={"A": 1.0})
        assert np.ptp(log_odds(sure)) < 5


def test_an_inspection_never_loads_the_prior():
    """A user's question has no habits of a benchmark: what answers it does not even import what knows them."""
    told = (
        "import sys; import echo_iad.echo, echo_iad.deciders.embedded.decider, echo_iad.cli.inspect; "
        "print([name for name in sys.modules if name.startswith('echo_iad.evaluation')])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
