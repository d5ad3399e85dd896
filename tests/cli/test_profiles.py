from __future__ import annotations

import json

from echo_iad.settings import load_profile, profile_names


def test_every_shipped_profile_is_listed(echo_iad):
    lines = echo_iad("profiles", "list", "--json").out.splitlines()
    assert [json.loads(line)["name"] for line in lines] == profile_names()
    shown = echo_iad("profiles", "list").out
    assert all(name in shown for name in profile_names())


def test_a_shown_profile_can_be_saved_changed_and_used(echo_iad, tmp_path):
    path = tmp_path / "mine.toml"
    text = echo_iad("profiles", "show", "edge").out
    path.write_text(text.replace("false_alarm_rate = 0.05", "false_alarm_rate = 0.02"), encoding="utf-8")
    assert load_profile(str(path)).tolerance.false_alarm_rate == 0.02
    values = json.loads(echo_iad("profiles", "show", path, "--json").out)
    assert values["tolerance"]["false_alarm_rate"] == 0.02
    assert values["sha256"] != json.loads(echo_iad("profiles", "show", "edge", "--json").out)["sha256"]


def test_a_profile_with_a_wrong_value_is_not_shown(echo_iad, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(echo_iad("profiles", "show", "edge").out.replace("shots = 1", "shots = -1"), encoding="utf-8")
    ended = echo_iad("profiles", "show", path)
    assert (ended.code, ended.out) == (2, "")
    assert "retrieval.shots" in ended.err
