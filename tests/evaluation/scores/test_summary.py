from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo_iad.errors import EvaluationError
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.questions import Excluded
from echo_iad.evaluation.benchmark.subtasks import MMAD_TYPES, Subtask
from echo_iad.evaluation.scores.summary import SUMMARY, Latency, Verdicts, summarise, write_summary
from echo_iad.samples import sample_questions

MMAD = Path(__file__).parents[3].parent / "shared" / "data" / "mmad"
SUBTASKS = [Subtask.DISCRIMINATION, Subtask.CLASSIFICATION, Subtask.LOCALIZATION, Subtask.ANALYSIS]
KEYS = {
    *"version profile profile_sha256 seed model assisted questions_sha256 official official_fixed strict".split(),
    *"balanced averages blind gain hard counts hard_counts coverage intervals per_object statuses".split(),
    *"chance zero_shot calibration marked latency_ms cost excluded changed hard_together abstention".split(),
}


def home_of(question):
    return "shop" if "cap" in question.object else "yard"


def sample_records():
    """The sample questions, answered with their first option, but for some that got no answer."""
    choice = [question for question in sample_questions() if question.options]
    return [
        AnswerRecord(
            image=f"{home_of(question)}/{question.image}",
            question_index=place,
            dataset=home_of(question),
            object=question.object,
            subtask=SUBTASKS[place % len(SUBTASKS)],
            question=question.question,
            options=question.options,
            correct=question.answer,
            defective="/good/" not in question.image,
            answer=None if place % 7 == 3 else next(iter(question.options)),
            status=AnswerStatus.REFUSED if place % 7 == 3 else AnswerStatus.ANSWERED,
            probabilities={letter: 1 / len(question.options) for letter in question.options},
            written="" if place % 7 == 3 else f"Answer: {next(iter(question.options))}.",
            assisted=place == 5,
            marks=("mislabelled",) if place % 5 == 1 else (),
            profile="edge",
            profile_sha256="abc",
            version="1.0",
            latency_ms=10.0 * (place + 1),
        )
        for place, question in enumerate(choice)
    ]


def blind_letters(records):
    return {
        "first": {record.key: next(iter(record.options)) for record in records},
        "learned": {record.key: record.correct if place % 3 else None for place, record in enumerate(records)},
    }


@pytest.fixture
def summary():
    records = sample_records()
    excluded = [Excluded("shop/lost.png", "the file is missing"), Excluded("shop/odd.png", "no answer", 2)]
    return summarise(records, blind_letters(records), excluded, seed=3, questions_sha256="q")


def floats(tree):
    """Every number with a fraction in a tree of JSON."""
    if isinstance(tree, dict | list):
        yield from (number for held in (tree.values() if isinstance(tree, dict) else tree) for number in floats(held))
    elif isinstance(tree, float):
        yield tree


class TestContract:
    def test_the_keys_are_those_that_others_read(self, summary):
        tree = json.loads(summary.to_json())
        assert set(tree) == KEYS
        assert set(tree["averages"]) == {"official", "official_fixed", "strict"}
        assert set(tree["averages"]["strict"]) == {"mmad", "paper", "paper_cells"}
        assert set(tree["averages"]["strict"]["mmad"]) == {"shop", "yard", "all"}
        assert set(tree["balanced"]["shop"]) == {"accuracy", "overkill", "miss", "good", "defective"}
        assert set(tree["calibration"]) == {"bins", "ece", "brier"}
        assert set(tree["calibration"]["bins"][0]) == {"low", "high", "mean_probability", "accuracy", "count"}
        assert set(tree["marked"]["mislabelled"]) == {"questions", "strict_without"}
        assert set(tree["latency_ms"]) == {"p50", "p95", "mean"}
        assert tree["excluded"][1] == {"image": "shop/odd.png", "why": "no answer", "question_index": 2}

    def test_every_cell_is_named_by_data_set_and_subtask(self, summary):
        tree = json.loads(summary.to_json())
        names = {subtask.value for subtask in Subtask}
        for table in ("official", "official_fixed", "strict", "counts", "coverage", "intervals", "gain", "blind"):
            assert set(tree[table]) == {"shop", "yard"}
            assert {subtask for row in tree[table].values() for subtask in row} <= names
        low, high = tree["intervals"]["shop"]["discrimination"]
        assert low <= tree["strict"]["shop"]["discrimination"] <= high
        assert set(tree["gain"]["shop"]["discrimination"]) == {"over", "difference", "low", "high"}
        assert set(tree["blind"]["shop"]["discrimination"]) == {"first", "learned"}

    def test_figures_are_by_hand(self, summary):
        records = sample_records()
        cell = [r for r in records if (r.dataset, r.subtask) == ("yard", Subtask.CLASSIFICATION)]
        right = [r.answer == r.correct for r in cell]
        assert summary.strict["yard"][Subtask.CLASSIFICATION] == round(100 * sum(right) / len(cell), 2)
        assert summary.counts["yard"][Subtask.CLASSIFICATION] == len(cell)
        assert summary.statuses == {
            "answered": sum(r.answer is not None for r in records),
            "refused": sum(r.answer is None for r in records),
        }
        assert summary.marked["mislabelled"].questions == len(records[1::5])
        assert (summary.seed, summary.assisted, summary.questions_sha256) == (3, True, "q")
        assert (summary.version, summary.profile, summary.profile_sha256, summary.model) == ("1.0", "edge", "abc", None)
        hard = sum(count for row in summary.hard_counts.values() for count in row.values())
        assert hard == len(records[::3])

    def test_latency_and_cost_are_over_what_did_not_fail(self):
        first, second, third = sample_records()[:3]
        failed = replace(third, answer=None, status=AnswerStatus.FAILED, latency_ms=10_000.0)
        found = summarise([first, second, failed], {}, [], seed=0)
        assert found.latency_ms == Latency(p50=15.0, p95=19.5, mean=15.0)
        assert found.cost == {"seconds": 10.03}
        assert summarise([failed], {}, [], seed=0).latency_ms == Latency(None, None, None)

    def test_tokens_are_summed_where_a_model_tells_them(self):
        first, second, third = sample_records()[:3]
        told = [
            replace(first, prompt_tokens=700, new_tokens=1),
            replace(second, prompt_tokens=300, new_tokens=5),
            third,
        ]
        cost = summarise(told, {}, [], seed=0).cost
        assert (cost["prompt_tokens"], cost["new_tokens"]) == (1000, 6)
        assert "prompt_tokens" not in summarise([third], {}, [], seed=0).cost

    def test_verdicts_are_counted_by_whose_word_they_are(self):
        compared, both, model, plain = sample_records()[:4]
        weights = {"comparator": 10.0, "model": 0.0}, {"comparator": 8.0, "model": 0.7}, {"comparator": 0.0, "model": 1}
        told = [
            replace(record, p_model=0.4, evidence={"fusion": weighed})
            for record, weighed in zip((compared, both, model), weights, strict=True)
        ]
        unheard = replace(plain, evidence={"fusion": weights[0]})  # the model said nothing to be weighed
        assert summarise([*told, unheard], {}, [], seed=0).verdicts == Verdicts(weighed=3, by_comparison=1, by_model=1)

    def test_without_a_weighed_verdict_there_is_no_key(self, summary):
        assert "verdicts" not in json.loads(summary.to_json())
        weighed = replace(summary, verdicts=Verdicts(3, 2, 1))
        assert json.loads(weighed.to_json())["verdicts"] == {"weighed": 3, "by_comparison": 2, "by_model": 1}

    def test_percent_has_two_decimals(self, summary):
        tree = json.loads(summary.to_json())
        shares = [
            tree[table] for table in ("official", "official_fixed", "strict", "balanced", "averages", "intervals")
        ]
        assert all(number == round(number, 2) for number in floats(shares))
        assert any(number != round(number) for number in floats(shares))

    def test_the_score_without_a_mark_leaves_its_questions_out(self):
        four = [replace(r, dataset="shop", subtask=Subtask.ANALYSIS, marks=()) for r in sample_records()[4:8]]
        rights = [replace(r, answer=r.correct if place == 0 else None) for place, r in enumerate(four[:3])]
        marked = replace(four[3], answer=four[3].correct, marks=("mislabelled",))
        found = summarise([*rights, marked], {}, [], seed=0).marked["mislabelled"]
        assert (found.questions, found.strict_without) == (1, {"shop": {Subtask.ANALYSIS: 33.33}})

    def test_calibration_has_four(self, summary):
        tree = json.loads(summary.to_json())["calibration"]
        assert all(number == round(number, 4) for number in floats(tree))
        assert any(number != round(number, 2) for number in floats(tree))

    def test_a_cell_of_another_data_set_is_absent_and_pulls_the_published_average_down(self):
        records = [record for record in sample_records() if record.answer is not None]
        alone = [replace(record, answer=record.correct, written="") for record in records if record.dataset == "shop"]
        other = next(record for record in records if record.dataset == "yard")
        found = summarise([*alone, replace(other, subtask=Subtask.OBJECT_ANALYSIS)], {}, [], seed=0)
        assert Subtask.OBJECT_ANALYSIS not in found.official["shop"]
        assert found.averages["official"].mmad["shop"] < found.averages["official_fixed"].mmad["shop"] == 100

    def test_gain_is_over_the_best_decider_and_hard_are_the_learned_one_s(self, summary):
        cells: dict[tuple[str, Subtask], list[tuple[bool, bool]]] = {}
        for place, record in enumerate(sample_records()):
            pair = record.answer == record.correct, place % 3 != 0
            cells.setdefault((record.dataset, record.subtask), []).append(pair)
        for (dataset, subtask), pairs in cells.items():
            blind = summary.blind[dataset][subtask]
            found = summary.gain[dataset][subtask]
            assert blind[found.over] == max(blind.values())
            right = 100 * sum(right for right, _ in pairs) / len(pairs)
            assert found.difference == pytest.approx(right - blind[found.over], abs=0.011)
            hard = [right for right, learned in pairs if not learned]
            assert summary.hard_counts[dataset].get(subtask, 0) == len(hard)
            assert not hard or summary.hard[dataset][subtask] == round(100 * sum(hard) / len(hard), 2)
        assert {share for row in summary.hard.values() for share in row.values()} > {0}

    def test_what_optional_tests_found_is_there_only_when_they_ran(self):
        ran = summarise(sample_records(), {}, [], seed=0, robustness={"shuffled": {"same": 97.5}})
        assert json.loads(ran.to_json())["robustness"] == {"shuffled": {"same": 97.5}}
        assert "robustness" not in json.loads(summarise(sample_records(), {}, [], seed=0).to_json())

    def test_without_blind_deciders_their_figures_are_empty(self):
        found = summarise(sample_records(), {}, [], seed=0)
        assert found.blind == found.gain == found.hard == found.hard_counts == {}

    def test_no_record_is_an_error(self):
        with pytest.raises(EvaluationError, match="no record"):
            summarise([], {}, [], seed=0)


class TestPublishedAnswers:
    def test_a_published_system_scores_as_its_file_says(self):
        if not (MMAD / "mllm_raw_answers.csv").is_file():
            pytest.skip(f"the published answers are not here: {MMAD}")
        records = list(published_records())
        found = summarise(records, {}, [], seed=0)
        for name in {record.object for record in records}:
            for subtask, share in found.per_object[name].items():
                right = [r.answer == r.correct for r in records if (r.object, r.subtask) == (name, subtask)]
                assert share == round(100 * sum(right) / len(right), 2)
        # every answer is a letter, both sides are asked, and the paths are plain: no fault of MMAD's rule bites
        assert found.official == found.official_fixed
        assert {share for row in found.coverage.values() for share in row.values()} == {100}


def published_records():
    conversations = json.loads((MMAD / "mmad.json").read_text(encoding="utf-8"))
    with (MMAD / "mllm_raw_answers.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["image"] in conversations:
                asked = conversations[row["image"]]["conversation"][int(row["question_index"])]
                dataset, name, *_ = row["image"].split("/")
                yield AnswerRecord(
                    image=row["image"],
                    question_index=int(row["question_index"]),
                    dataset=dataset,
                    object=name,
                    subtask=MMAD_TYPES[asked["type"]],
                    question=asked["Question"],
                    options=asked["Options"],
                    correct=asked["Answer"],
                    defective="/good/" not in row["image"],
                    answer=row["model_answer"],
                    status=AnswerStatus.ANSWERED,
                    written=row["raw_output"],
                )


class TestSameness:
    def test_the_same_records_give_the_same_bytes(self, summary):
        records = sample_records()
        again = summarise(iter(records), blind_letters(records), list(summary.excluded), seed=3, questions_sha256="q")
        assert again.to_json() == summary.to_json()

    @given(st.permutations(range(len(sample_records()))))
    def test_the_order_matters_to_the_published_rule_alone(self, order):
        records = sample_records()
        mixed = [records[place] for place in order]
        one, other = (
            json.loads(summarise(rows, blind_letters(records), [], seed=0).to_json()) for rows in (records, mixed)
        )
        for tree in (one, other):
            del tree["official"], tree["averages"]["official"], tree["latency_ms"]["mean"], tree["cost"]
        assert json.dumps(one) == json.dumps(other)

    def test_another_seed_moves_only_intervals(self, summary):
        records = sample_records()
        other = summarise(records, blind_letters(records), summary.excluded, seed=4, questions_sha256="q")
        assert replace(other, seed=3, intervals=summary.intervals, gain=summary.gain) == summary


class TestFile:
    def test_it_holds_the_summary_and_nothing_else_is_left(self, summary, tmp_path):
        path = write_summary(tmp_path, summary)
        assert path == tmp_path / SUMMARY
        assert path.read_text(encoding="utf-8") == summary.to_json()
        assert [file.name for file in tmp_path.iterdir()] == [SUMMARY]

    def test_an_older_file_is_replaced_whole(self, summary, tmp_path):
        (tmp_path / SUMMARY).write_text("x" * 10**6)
        assert write_summary(tmp_path, summary).read_text(encoding="utf-8") == summary.to_json()

    def test_a_folder_that_cannot_be_written_is_an_error(self, summary, tmp_path):
        with pytest.raises(EvaluationError, match="--out"):
            write_summary(tmp_path / "missing", summary)
