from __future__ import annotations

from dataclasses import replace

from echo_iad.domain.decisions import Decision, Status
from echo_iad.reports.verdicts import Verdict, verdict_of


def test_each_end_has_its_word(inspection, good, failed, unsure):
    uncompared = replace(inspection, comparison=None)
    words = [verdict_of(record) for record in (failed, inspection, unsure, uncompared, good)]
    assert words == list(Verdict)


def test_a_model_and_a_comparison_that_disagree_are_not_sure(inspection, good):
    for record in (inspection, good):
        for says in (False, True):
            said = replace(record, decision=Decision(Status.ANSWERED, "A", model="openai:m", is_anomalous=says))
            agree = says == record.comparison.is_anomalous
            assert verdict_of(said) is (verdict_of(record) if agree else Verdict.NOT_SURE)


def test_a_verdict_that_was_weighed_counts(inspection, good):
    for record in (inspection, good):
        for says, verdict in ((False, Verdict.GOOD), (True, Verdict.ANOMALOUS)):
            weighed = Decision(Status.ANSWERED, "A", model="openai:m", is_anomalous=says, p_model=0.5)
            assert verdict_of(replace(record, decision=weighed)) is verdict


def test_only_an_answered_decision_makes_a_part_good(good):
    for status in (Status.FAILED, Status.ABSTAINED):
        assert verdict_of(replace(good, decision=Decision(status))) is not Verdict.GOOD
