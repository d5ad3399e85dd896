from __future__ import annotations

import shutil

import pytest

from echo_iad.cli.presenting import present, report_item, tally
from echo_iad.echo import Echo
from echo_iad.reports.verdicts import Verdict


@pytest.fixture
def picture(parts, tmp_path):
    return shutil.copy(parts / "printed_cap" / "test" / "good" / "000.jpg", tmp_path / "new.jpg")


def test_each_inspection_is_printed_before_the_next_begins(memory, picture, capsys, tmp_path):
    seen = []
    with Echo.from_profile("edge", memory=memory) as echo:

        def inspections():
            for _ in range(2):
                seen.append(capsys.readouterr().out.count("\n"))
                yield echo.inspect(picture)

        verdicts = present(inspections(), echo.memory, json=True, report=tmp_path / "report.html")
    assert seen == [0, 1]
    assert verdicts == [Verdict.GOOD, Verdict.GOOD]


def test_a_picture_that_went_away_is_left_out_of_the_report(memory, picture):
    with Echo.from_profile("edge", memory=memory) as echo:
        inspection = echo.inspect(picture)
        item = report_item(inspection, echo.memory)
        assert item.query.shape == (336, 336, 3)
        assert len(item.references) == len(inspection.references) == 1
        picture.unlink()
        assert report_item(inspection, echo.memory).query is None


def test_verdicts_are_counted_those_that_need_a_look_first():
    verdicts = [Verdict.GOOD, Verdict.FAILED, Verdict.GOOD, Verdict.NOT_SURE]
    assert tally(verdicts) == "4 inspected: 1 failed, 1 not sure and 2 good"
