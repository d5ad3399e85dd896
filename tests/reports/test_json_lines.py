from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from echo_iad.domain.decisions import Decision, Inspection
from echo_iad.errors import UserError
from echo_iad.reports.json_lines import from_json, to_json

KEYS = {
    "": "image object question question_type profile plan references comparison knowledge decision timings_ms",
    "references": "id path similarity",
    "comparison": "score p_value threshold margin certified certified_reason false_alarm_rate is_anomalous normals "
    "regions suspect outline_found",
    "regions": "box area_fraction position score",
    "knowledge": "text source",
    "decision": "status option text probabilities p_anomalous reason",
}


def test_a_record_survives_the_way_to_json_and_back(inspection, good, failed, unsure):
    for record in (inspection, good, failed, unsure):
        line = to_json(record)
        assert "\n" not in line
        assert from_json(line) == record
        assert to_json(from_json(line)) == line


def test_the_line_has_the_promised_fields_in_their_order(inspection):
    record = json.loads(to_json(inspection))
    assert list(record)[:11] == KEYS[""].split()
    assert list(record) == [*(field.name for field in fields(Inspection)), "verdict"]
    assert list(record["references"][0]) == KEYS["references"].split()
    assert list(record["comparison"]) == KEYS["comparison"].split()
    assert list(record["comparison"]["regions"][0])[:4] == KEYS["regions"].split()
    assert list(record["knowledge"][0])[:2] == KEYS["knowledge"].split()
    assert list(record["decision"])[:6] == KEYS["decision"].split()
    assert list(record["decision"]) == [field.name for field in fields(Decision)]
    assert record["comparison"]["regions"][0]["box"] == [150, 40, 210, 90]
    assert record["plan"][0] == "reference_extractor"


def test_the_line_says_what_the_inspection_comes_to(inspection, good, failed, unsure):
    told = [json.loads(to_json(record))["verdict"] for record in (inspection, good, failed, unsure)]
    assert told == ["anomalous", "good", "failed", "not sure"]


def test_options_keep_their_order(inspection):
    record = replace(inspection, options={"B": "two", "A": "one"})
    assert list(from_json(to_json(record)).options) == ["B", "A"]


def test_line_feeds_and_foreign_letters_stay_in_one_line(failed):
    record = replace(failed, question="Is\nthis \u2028 “gut”, 好?", image="na\udc80me.png")
    line = to_json(record)
    assert "\n" not in line
    assert "好" in line
    assert from_json(line) == record


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_record_holds_a_number_that_json_cannot(inspection, value):
    with pytest.raises(ValueError, match="JSON"):
        to_json(replace(inspection, comparison=replace(inspection.comparison, p_value=value)))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[1]", "the line"),
        ("{}", "image"),
        ('{"image": 3}', "image"),
    ],
)
def test_what_is_no_record_is_refused_by_the_wrong_field(line, named):
    with pytest.raises(UserError, match=f"no record of an inspection: {named}.*echo-iad inspect --json"):
        from_json(line)


def test_a_wrong_value_inside_is_named_by_its_place(inspection):
    record = json.loads(to_json(inspection))
    record["decision"]["status"] = "fine"
    with pytest.raises(UserError, match="decision.status"):
        from_json(json.dumps(record))
