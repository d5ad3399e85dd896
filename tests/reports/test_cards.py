from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from echo_iad.domain.questions import Expert
from echo_iad.reports.cards import PICTURE_SIDE, ReportItem, make_card


def opened(shown):
    head, _, data = shown.url.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_pictures_shrink_and_small_ones_stay(make_item, inspection):
    item = make_item(inspection)
    assert opened(make_card(1, item).query).size == (300, 200)
    large = replace(item, query=np.zeros((1000, 2000, 3), np.uint8))
    assert opened(make_card(1, large).query).size == (PICTURE_SIDE, PICTURE_SIDE // 2)


def test_the_map_lies_over_the_picture_and_its_words_are_the_regions(make_item, inspection, good):
    card = make_card(1, make_item(inspection))
    assert opened(card.overlay).size == (300, 200)
    assert card.overlay.alt == "Anomaly map: above the threshold at upper right"
    assert make_card(1, make_item(good)).overlay.alt == "Anomaly map: no region above the threshold"


def test_boxes_are_in_pixels_of_the_upright_image_with_numbers_inside_the_picture(make_item, inspection):
    region = inspection.comparison.regions[0]
    edge = replace(region, box=(290, 0, 300, 20))
    comparison = replace(inspection.comparison, regions=(region, edge))
    first, second = make_card(1, make_item(inspection, comparison=comparison)).boxes
    assert (first.number, first.x, first.y, first.width, first.height) == (1, 150, 40, 60, 50)
    assert first.label_y < first.y
    assert second.number == 2
    assert 0 < second.label_x < 300
    assert second.label_y > 0


def test_the_legend_marks_threshold_and_score_on_one_scale(make_item, inspection, good):
    loud, calm = (make_card(1, make_item(record)).legend for record in (inspection, good))
    assert loud.threshold == calm.threshold
    assert loud.bar == calm.bar
    assert loud.ticks == calm.ticks
    assert calm.score.at < calm.threshold.at < loud.score.at
    assert (loud.threshold.text, loud.score.text, loud.ticks[-1].text) == ("2.00", "5.00", "≥ 8.00")


def test_the_plan_says_who_was_called_who_was_missing_and_who_was_not_wanted(make_item, inspection):
    missing = {Expert.KNOWLEDGE_GUIDE.value: "The memory knows nothing about valve."}
    steps = make_card(1, make_item(inspection, missing=missing)).steps
    assert [(step.expert, step.state) for step in steps] == [
        ("reference extractor", "called"),
        ("visual comparator", "called"),
        ("knowledge guide", "missing"),
        ("decision maker", "called"),
        ("reasoning expert", "skipped"),
    ]
    assert steps[2].why == "The memory knows nothing about valve."
    assert steps[4].why == "not called for classification questions"


def test_a_failed_inspection_claims_no_step(make_item, failed):
    card = make_card(1, make_item(failed))
    assert {step.state for step in card.steps} == {"skipped"}
    assert (card.query, card.overlay, card.legend, card.boxes) == (None, None, None, ())


def test_references_need_a_picture_each_or_none(inspection, jpeg):
    assert len(make_card(1, ReportItem(inspection, None, (jpeg, jpeg))).references) == 2
    assert make_card(1, ReportItem(inspection)).references == ()
    with pytest.raises(ValueError, match="1 pictures of 2 references"):
        ReportItem(inspection, None, (jpeg,))
