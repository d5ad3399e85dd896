from __future__ import annotations

from dataclasses import replace

from echo_iad.domain.decisions import Decision, Status
from echo_iad.reports.verdicts import Verdict, verdict_of


def test_each_end_has_its_word(inspection, good, failed, unsure):
    uncompared = replace(inspection, comparison=None)
    words = [verdict_of(record) for record in (failed, inspection, unsure, uncompared, good)]
    assert words == list(Verdict)


def test_only_an_answered_decision_makes_a_part_good(good):
    for status in (Status.FAILED, Status.ABSTAINED):
        assert verdict_of(replace(good, decision=Decision(status))) is not Verdict.GOOD
