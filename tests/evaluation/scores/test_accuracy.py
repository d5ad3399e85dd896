from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.evaluation.scores.accuracy import (
    Averages,
    Balance,
    averages,
    counts,
    coverage,
    discrimination,
    mended_accuracy,
    published_accuracy,
    strict_accuracy,
    strict_by_object,
)
from echo_iad.evaluation.scores.scored_answers import score_records

ANALYSIS, DISCRIMINATION = Subtask.ANALYSIS, Subtask.DISCRIMINATION
UNANSWERED = [AnswerStatus.UNPARSED, AnswerStatus.REFUSED, AnswerStatus.ABSTAINED, AnswerStatus.FAILED]


def record(answer="A", *, place=0, dataset="shop", object="cap", subtask=ANALYSIS, good=False, marks=()):
    """One answer whose right letter is A; ``-`` stands for an unparsed one."""
    return AnswerRecord(
        image=f"{dataset}/{object}/{'good' if good else 'dent'}/{place // 2}.png",
        question_index=place % 2,
        dataset=dataset,
        object=object,
        subtask=subtask,
        question="What follows?",
        options={"A": "A leak.", "B": "Nothing."},
        correct="A",
        defective=not good,
        answer=None if answer == "-" else answer,
        status=AnswerStatus.UNPARSED if answer == "-" else AnswerStatus.ANSWERED,
        marks=marks,
    )


def run(*rows):
    """Records from rows of (letters, keywords), each letter one answer."""
    letters = [(letter, kind) for row, kind in rows for letter in row]
    return [record(letter, place=place, **kind) for place, (letter, kind) in enumerate(letters)]


def scored(*rows):
    return score_records(run(*rows))


@st.composite
def runs(draw, *, letters="AB-", both_sides=False):
    kinds = st.fixed_dictionaries(
        {
            "dataset": st.sampled_from(["shop", "yard"]),
            "object": st.sampled_from(["cap", "lid"]),
            "subtask": st.sampled_from([DISCRIMINATION, ANALYSIS, Subtask.OBJECT_ANALYSIS]),
            "good": st.booleans(),
        }
    )
    rows = draw(st.lists(st.tuples(st.sampled_from(letters), kinds), min_size=1, max_size=40))
    if both_sides:  # every cell in each data set, and both sides of discrimination
        for dataset in ("shop", "yard"):
            of = {"dataset": dataset, "object": "cap"}
            rows += [("A", {**of, "subtask": subtask, "good": True}) for subtask in (ANALYSIS, Subtask.OBJECT_ANALYSIS)]
            rows += [("A", {**of, "subtask": DISCRIMINATION, "good": good}) for good in (True, False)]
    return run(*rows)


class TestByHand:
    def test_strict_takes_the_unparsed_for_wrong(self):
        answers = scored(("AAB-", {}))
        assert strict_accuracy(answers) == {"shop": {ANALYSIS: 50}}
        assert coverage(answers) == {"shop": {ANALYSIS: 75}}
        assert mended_accuracy(answers)["shop"][ANALYSIS] == pytest.approx(200 / 3)
        assert counts(answers) == {"shop": {ANALYSIS: 4}}

    def test_the_mended_rule_counts_what_stands_behind_an_unparsed_answer(self):
        answers = scored(("A-BA", {}))
        assert published_accuracy(answers)["shop"][ANALYSIS] == 100
        assert mended_accuracy(answers)["shop"][ANALYSIS] == pytest.approx(200 / 3)

    def test_discrimination_is_plain_in_strict_and_balanced_in_the_others(self):
        defective, good = ("AAAAB", {"subtask": DISCRIMINATION}), ("AABB-", {"subtask": DISCRIMINATION, "good": True})
        answers = scored(defective, good)
        assert strict_accuracy(answers)["shop"][DISCRIMINATION] == 60
        assert mended_accuracy(answers)["shop"][DISCRIMINATION] == 65  # (80 + 2 of 4) / 2
        assert discrimination(answers) == {"shop": Balance(60, overkill=60, miss=20, good=5, defective=5)}

    def test_the_strict_balance_takes_the_unparsed_for_wrong_on_its_side(self):
        answers = scored(("AAA-", {"subtask": DISCRIMINATION}), ("A-", {"subtask": DISCRIMINATION, "good": True}))
        assert discrimination(answers) == {"shop": Balance(62.5, overkill=50, miss=25, good=2, defective=4)}
        assert mended_accuracy(answers)["shop"][DISCRIMINATION] == 100

    def test_a_side_without_questions_is_left_out(self):
        answers = scored(("AAAB", {"subtask": DISCRIMINATION}))
        assert mended_accuracy(answers)["shop"][DISCRIMINATION] == 75
        assert discrimination(answers) == {"shop": Balance(75, overkill=None, miss=25, good=0, defective=4)}

    def test_goodness_is_the_records_and_not_the_paths(self):
        # the part is defective, and its product is called after goods
        answers = scored(
            ("A", {"subtask": DISCRIMINATION, "object": "goods"}),
            ("AB", {"subtask": DISCRIMINATION}),
            ("B", {"subtask": DISCRIMINATION, "good": True}),
        )
        assert published_accuracy(answers)["shop"][DISCRIMINATION] == 50  # (1 of 2 + 1 of 2) / 2
        assert mended_accuracy(answers)["shop"][DISCRIMINATION] == pytest.approx(100 / 3)  # (2 of 3 + 0 of 1) / 2

    def test_a_cell_without_questions_is_absent_and_not_0(self):
        answers = scored(("A", {}), ("A", {"dataset": "yard", "subtask": Subtask.LOCALIZATION}))
        assert published_accuracy(answers)["yard"][ANALYSIS] == 0
        assert mended_accuracy(answers) == strict_accuracy(answers)
        assert strict_accuracy(answers) == {"shop": {ANALYSIS: 100}, "yard": {Subtask.LOCALIZATION: 100}}

    def test_a_cell_without_any_option_chosen_has_no_mended_score(self):
        answers = scored(("--", {}), ("-", {"subtask": DISCRIMINATION}))
        assert mended_accuracy(answers) == {}
        assert strict_accuracy(answers) == coverage(answers) == {"shop": {DISCRIMINATION: 0, ANALYSIS: 0}}

    def test_marked_pictures_can_be_left_out(self):
        answers = scored(("AB", {"marks": ("mislabelled", "seen")}), ("AAB", {}), ("B", {"dataset": "yard"}))
        assert strict_accuracy(answers, without_mark="seen")["shop"][ANALYSIS] == pytest.approx(200 / 3)
        marked_alone = scored(("AB", {"marks": ("seen",)}))
        assert strict_accuracy(marked_alone, without_mark="seen") == {}
        assert strict_accuracy(answers, without_mark="none has this") == strict_accuracy(answers)

    def test_objects_of_one_name_in_two_data_sets_stay_apart(self):
        answers = scored(("AB", {}), ("A", {"dataset": "yard"}), ("B", {"object": "lid"}))
        assert strict_by_object(answers) == {
            "shop/cap": {ANALYSIS: 50},
            "yard/cap": {ANALYSIS: 100},
            "lid": {ANALYSIS: 0},
        }


class TestAverages:
    def test_mmads_is_the_mean_of_the_data_sets_means(self):
        answers = scored(
            ("AAAB", {}), ("AB", {"subtask": Subtask.LOCALIZATION}), ("B", {"dataset": "yard", "subtask": ANALYSIS})
        )
        found = averages(strict_accuracy(answers), counts(answers))
        assert found.mmad == {"shop": 62.5, "yard": 0, "all": 31.25}
        # MMAD's own table has a 0 for the localization that the yard does not ask for
        published = averages(published_accuracy(answers), counts(answers))
        assert published.mmad == {"shop": 62.5, "yard": 0, "all": 31.25}

    def test_zeros_of_cells_without_questions_pull_mmads_average_down(self):
        answers = scored(("A", {}), ("A", {"dataset": "yard", "subtask": Subtask.LOCALIZATION}))
        assert averages(published_accuracy(answers), counts(answers)).mmad == {"shop": 50, "yard": 50, "all": 50}
        assert averages(mended_accuracy(answers), counts(answers)).mmad == {"shop": 100, "yard": 100, "all": 100}

    @pytest.mark.parametrize("name", ["DS-MVTec", "MVTec-AD"])
    def test_the_papers_is_the_mean_of_ten_cells(self, name):
        rows = [("A", {"dataset": name, "subtask": subtask}) for subtask in Subtask]
        rows += [("AB", {"dataset": "VisA", "subtask": subtask}) for subtask in PAPER_SUBTASKS]
        rows += [("B", {"dataset": "GoodsAD", "subtask": subtask}) for subtask in PAPER_SUBTASKS]
        answers = scored(*rows)
        found = averages(strict_accuracy(answers), counts(answers))
        assert (found.paper, found.paper_cells) == (75, 10)

    def test_of_two_names_for_one_data_set_the_layouts_own_counts(self):
        rows = [("A", {"dataset": name, "subtask": s}) for name in ("DS-MVTec", "VisA") for s in PAPER_SUBTASKS]
        answers = scored(*rows, *[("B", {"dataset": "MVTec-AD", "subtask": subtask}) for subtask in PAPER_SUBTASKS])
        found = averages(strict_accuracy(answers), counts(answers))
        assert (found.paper, found.paper_cells) == (100, 10)

    def test_without_all_ten_there_is_none_and_the_cells_are_counted(self):
        rows = [("A", {"dataset": name, "subtask": s}) for name in ("DS-MVTec", "VisA") for s in PAPER_SUBTASKS][:-1]
        answers = scored(*rows)
        for table in (strict_accuracy(answers), published_accuracy(answers)):  # the published 0 is no cell
            assert averages(table, counts(answers)).paper is None
            assert averages(table, counts(answers)).paper_cells == 9

    def test_an_empty_table_has_no_average(self):
        assert averages({}, {"shop": {ANALYSIS: 1}}) == Averages({}, None, 0)


class TestProperties:
    @given(runs())
    def test_it_counts_as_a_plain_loop_counts(self, records):
        plain: dict[tuple[str, str], list[bool]] = {}
        for each in records:
            plain.setdefault((each.dataset, each.subtask), []).append(each.answer == each.correct)
        table = strict_accuracy(score_records(records))
        found = {(dataset, subtask): share for dataset, row in table.items() for subtask, share in row.items()}
        assert found == {cell: pytest.approx(100 * sum(right) / len(right)) for cell, right in plain.items()}

    @given(runs())
    def test_strict_is_never_above_the_mended_rule(self, records):
        answers = score_records(records)
        strict, mended = strict_accuracy(answers), mended_accuracy(answers)
        for dataset, sides in discrimination(answers).items():
            strict[dataset][DISCRIMINATION] = sides.accuracy
        covered_sides = {(e.dataset, e.defective) for e in records if e.answer and e.subtask is DISCRIMINATION}
        sides_asked = {(e.dataset, e.defective) for e in records if e.subtask is DISCRIMINATION}
        for dataset, row in mended.items():
            for subtask, share in row.items():
                if subtask is not DISCRIMINATION or covered_sides == sides_asked:
                    assert strict[dataset][subtask] <= share + 1e-9

    @given(runs(letters="AB", both_sides=True))
    def test_where_no_fault_bites_the_two_rules_agree(self, records):
        answers = score_records(records)
        published, mended = published_accuracy(answers), mended_accuracy(answers)
        assert published == {dataset: pytest.approx(row) for dataset, row in mended.items()}
        assert {share for row in coverage(answers).values() for share in row.values()} == {100}

    @given(runs(), st.randoms(use_true_random=False))
    def test_the_order_matters_to_the_published_rule_alone(self, records, chance):
        mixed = list(records)
        chance.shuffle(mixed)
        one, other = score_records(records), score_records(mixed)
        for measure in (strict_accuracy, mended_accuracy, coverage, counts, discrimination, strict_by_object):
            assert measure(one) == measure(other)

    def test_the_order_does_matter_to_the_published_rule(self):
        there, back = run(("A-B", {})), run(("A-B", {}))[::-1]
        assert published_accuracy(score_records(there)) == {"shop": {ANALYSIS: 100}}
        assert published_accuracy(score_records(back)) == {"shop": {ANALYSIS: 0}}

    @given(runs(letters="AB"), st.sampled_from(UNANSWERED), st.data())
    def test_losing_an_answer_never_raises_the_strict_score(self, records, status, data):
        place = data.draw(st.integers(0, len(records) - 1))
        lost = [*records]
        lost[place] = replace(lost[place], answer=None, status=status)
        before, after = strict_accuracy(score_records(records)), strict_accuracy(score_records(lost))
        cell = records[place].dataset, records[place].subtask
        drop = before[cell[0]][cell[1]] - after[cell[0]][cell[1]]
        assert drop >= 0
        assert (drop > 0) is records[place].right
