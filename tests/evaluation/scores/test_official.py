from __future__ import annotations

import csv
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.scores.official import OfficialAnswer, official_accuracy, official_answer, official_letter

RAW_ANSWERS = Path(__file__).parents[3].parent / "shared" / "data" / "mmad" / "mllm_raw_answers.csv"
YES_NO = {"A": "Yes.", "B": "No."}
KINDS = {"A": "Scratch.", "B": "Missing screw.", "C": "Dent.", "D": "Stain."}
ANALYSIS, DISCRIMINATION = Subtask.ANALYSIS, Subtask.DISCRIMINATION

ANSWERS = st.builds(
    OfficialAnswer,
    st.sampled_from(["cap/good/0.png", "cap/dent/1.png", "goods/dent/2.png", "pipe/hole/3.png"]),
    st.sampled_from(["shop", "yard"]),
    st.sampled_from([DISCRIMINATION, ANALYSIS, Subtask.OBJECT_ANALYSIS]),
    st.sampled_from(["A", "B", "E", "F", "", None]),
    st.sampled_from(["A", "B", "F"]),
)


def answers(letters, *, image="shop/cap/dent/0.png", subtask=ANALYSIS, correct="A"):
    """One answer for each letter; ``-`` stands for none."""
    return [
        OfficialAnswer(image, image.split("/")[0], subtask, None if letter == "-" else letter, correct)
        for letter in letters
    ]


def by_removing(listed):
    """MMAD's loop as it stands: the list loses items while it is walked along."""
    listed, counted = list(listed), []
    for answer in listed:
        if not answer.legible:
            listed.remove(answer)
            continue
        counted.append(answer)
    return counted


def share_right(part):
    return 100 * sum(a.given == a.correct for a in part) / len(part) if part else 0


class TestLetter:
    @pytest.mark.parametrize(
        ("text", "letter"),
        [
            ("Answer: B.", "B"),
            ("B", "B"),
            ("<answer>B</answer>", "B"),
            ("It is A, no, B.", "B"),
            ("B. A scratch runs over the cap.", "A"),  # the article is taken for a letter
            ("The answer is B, but I give it an E for effort.", "E"),  # no option, still a letter
            ("b", "A"),  # small letters are not read; by likeness then
            ("No.", "B"),
        ],
    )
    def test_the_last_lone_capital_counts(self, text, letter):
        assert official_letter(text, YES_NO) == letter

    def test_without_a_letter_the_most_alike_option_counts_however_unlike(self):
        refusal = "I am sorry, I cannot help with that."
        likeness = {key: SequenceMatcher(None, text, refusal).ratio() for key, text in KINDS.items()}
        assert max(likeness.values()) < 0.4
        assert official_letter(refusal, KINDS) == max(likeness, key=likeness.__getitem__)

    def test_of_equal_options_the_first_counts(self):
        assert official_letter("dent", {"A": "Hole.", "B": "Dent.", "C": "Dent."}) == "B"

    @given(st.text(max_size=40))
    def test_there_is_always_an_answer(self, text):
        assert official_letter(text, KINDS) in set("ABCDE")

    def test_there_is_none_without_options(self):
        assert official_letter("I cannot say.", {}) is None

    def test_it_reads_published_answers_as_their_authors_did(self):
        if not RAW_ANSWERS.is_file():
            pytest.skip(f"the published answers are not here: {RAW_ANSWERS}")
        with RAW_ANSWERS.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["model_answer"]]
        apart = [row for row in rows if official_letter(row["raw_output"], {}) != row["model_answer"]]
        assert len(rows) > 10_000
        assert len(apart) <= 0.005 * len(rows)


class TestFaults:
    """Each fault of the scorer on a list that a reader can count."""

    def test_an_illegible_answer_hides_the_next_one(self):
        # A right, - illegible, B hidden though wrong, A right: 2 of 2 instead of 2 of 3
        assert official_accuracy(answers("A-BA"))["shop"][ANALYSIS] == 100
        # the right one is hidden: 1 of 2 instead of 2 of 3
        assert official_accuracy(answers("B-AA"))["shop"][ANALYSIS] == 50

    def test_the_hidden_one_is_not_even_checked(self):
        # the second illegible answer is hidden by the first, so the third place is counted: 0 of 1
        assert official_accuracy(answers("--B"))["shop"][ANALYSIS] == 0
        # and with three, the third hides the last: nothing is counted
        assert official_accuracy(answers("---A"))["shop"][ANALYSIS] == 0

    def test_an_unknown_right_letter_hides_the_next_one_too(self):
        listed = [*answers("A", correct="F"), *answers("B"), *answers("A")]
        assert official_accuracy(listed)["shop"][ANALYSIS] == 100

    def test_illegible_answers_leave_the_denominator(self):
        assert official_accuracy(answers("AB-"))["shop"][ANALYSIS] == 50

    def test_a_side_without_questions_counts_as_all_wrong(self):
        listed = answers("AAAA", subtask=DISCRIMINATION)
        assert official_accuracy(listed)["shop"][DISCRIMINATION] == 50

    def test_discrimination_is_the_mean_of_both_sides(self):
        defective = answers("AAAB", subtask=DISCRIMINATION)  # 75 %
        good = answers("BA", subtask=DISCRIMINATION, correct="B", image="shop/cap/good/0.png")  # 50 %
        assert official_accuracy([*defective, *good])["shop"][DISCRIMINATION] == 62.5

    def test_goodness_is_a_word_anywhere_in_the_path(self):
        # all are defective and the first is in a folder of goods: (100 + 50) / 2, and not 2 of 3
        listed = [
            *answers("A", subtask=DISCRIMINATION, image="shop/goods/dent/0.png"),
            *answers("AB", subtask=DISCRIMINATION),
        ]
        assert official_accuracy(listed)["shop"][DISCRIMINATION] == 75

    def test_a_subtask_of_another_data_set_counts_as_all_wrong(self):
        listed = [*answers("A"), *answers("A", subtask=Subtask.LOCALIZATION, image="yard/cap/dent/0.png")]
        assert official_accuracy(listed) == {
            "shop": {Subtask.LOCALIZATION: 0, ANALYSIS: 100},
            "yard": {Subtask.LOCALIZATION: 100, ANALYSIS: 0},
        }


class TestScorer:
    @given(st.lists(ANSWERS, max_size=30))
    def test_it_counts_what_the_published_loop_counts(self, listed):
        counted = by_removing(listed)
        for dataset, row in official_accuracy(listed).items():
            for subtask, percent in row.items():
                cell = [a for a in counted if (a.dataset, a.subtask) == (dataset, subtask)]
                sides = [[a for a in cell if ("good" in a.image) is side] for side in (True, False)]
                parts = sides if subtask is DISCRIMINATION else [cell]
                assert percent == pytest.approx(sum(map(share_right, parts)) / len(parts))

    @given(st.lists(ANSWERS, max_size=30))
    def test_every_data_set_has_every_subtask(self, listed):
        scores = official_accuracy(listed)
        assert set(scores) == {answer.dataset for answer in listed}
        assert all(set(row) == {answer.subtask for answer in listed} for row in scores.values())

    def test_an_empty_list_has_no_score(self):
        assert official_accuracy([]) == {}


def record(*, status=AnswerStatus.ANSWERED, answer=None, written="", raw_text=""):
    return AnswerRecord(
        image="shop/cap/dent/0.png",
        question_index=0,
        dataset="shop",
        object="cap",
        subtask=Subtask.CLASSIFICATION,
        question="Which defect?",
        options=KINDS,
        correct="B",
        defective=True,
        answer=answer,
        status=status,
        written=written,
        raw_text=raw_text or written,
    )


class TestRecord:
    def test_what_a_model_wrote_is_read_again(self):
        seen = official_answer(record(answer="B", written="B. A screw is missing."))
        assert (seen.given, seen.correct, seen.dataset) == ("A", "B", "shop")

    def test_without_a_text_the_answer_counts(self):
        assert official_answer(record(answer="B")).given == "B"

    def test_reasoning_and_letters_of_other_options_are_not_read_again(self):
        assert official_answer(record(answer="B", raw_text="It may be A.\nC")).given == "B"
        assert official_answer(record(answer="B", written="Answer: B", raw_text="A? A!\nAnswer: B\nA")).given == "B"

    def test_a_refusal_in_words_becomes_an_answer(self):
        assert official_answer(record(status=AnswerStatus.REFUSED, written="Sorry, no.")).legible

    @pytest.mark.parametrize("status", [AnswerStatus.FAILED, AnswerStatus.ABSTAINED])
    def test_nothing_written_is_illegible(self, status):
        assert not official_answer(record(status=status)).legible

    def test_a_failure_is_illegible_whatever_had_come(self):
        assert not official_answer(record(status=AnswerStatus.FAILED, written="Answer: B")).legible
