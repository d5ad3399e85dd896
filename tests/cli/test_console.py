from __future__ import annotations

import io

import pytest
from rich.console import Console

from echo_iad.cli.console import print_json, progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "wanted", "seen"), [(Terminal, True, True), (Terminal, False, False)])
def test_a_bar_appears_on_a_terminal_where_it_is_wanted(monkeypatch, stream, wanted, seen):
    monkeypatch.setenv("TERM", "xterm")
    screen = stream()
    monkeypatch.setattr("rich.console.Console", lambda **_: Console(file=screen, width=80))
    with progress_bar("Enrolling", wanted=wanted) as progress:
        progress(3, 12, "[b]valve[/b]")
    assert ("Enrolling" in screen.getvalue()) is seen
    assert ("3/12" in screen.getvalue()) is seen
    assert ("[b]valve[/b]" in screen.getvalue()) is seen


def test_no_bar_goes_into_a_pipe(capsys):
    with progress_bar("Enrolling") as progress:
        progress(1, 2, "valve")
    assert capsys.readouterr().err == ""


def test_json_is_one_line_and_never_holds_what_json_cannot(capsys):
    print_json({"b": "ä\n", "a": 1})
    assert capsys.readouterr().out == '{"b": "ä\\n", "a": 1}\n'
    with pytest.raises(ValueError, match="JSON"):
        print_json(float("nan"))
