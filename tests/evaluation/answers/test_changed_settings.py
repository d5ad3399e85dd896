from __future__ import annotations

from echo_iad.domain.questions import Expert, QuestionType
from echo_iad.evaluation.answers.changed_settings import changed_settings
from echo_iad.settings import load_profile

EDGE = load_profile("edge")


def test_a_shipped_profile_is_unchanged():
    assert changed_settings(EDGE) == ()


def test_a_value_is_told_as_it_is_set():
    changed = EDGE.changed({"decider.think": "true", "tolerance.false_alarm_rate": "0.01"})
    assert changed_settings(changed) == ("tolerance.false_alarm_rate=0.01", "decider.think=true")


def test_the_decider_and_the_place_of_its_server_are_told_elsewhere_or_nowhere():
    assert changed_settings(EDGE.with_model("a:b").changed({"mllm.base_url": "http://me:secret@host"})) == ()


def test_an_expert_that_is_switched_off_is_named_once():
    assert changed_settings(EDGE.without([Expert.VISUAL_COMPARATOR])) == ("without visual_comparator",)


def test_another_order_of_experts_is_a_changed_plan():
    plan = {**EDGE.plan, QuestionType.OTHER: (Expert.DECISION_MAKER,)}
    assert changed_settings(EDGE.model_copy(update={"plan": plan})) == ("plan.other=decision_maker",)


def test_a_profile_of_another_name_is_nobody_s_change():
    assert changed_settings(EDGE.model_copy(update={"name": "own", "seed": 5})) == ()
