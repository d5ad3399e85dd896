from __future__ import annotations

import signal
import subprocess
import time

import pytest

from echo_iad import __version__
from echo_iad.cli.app import main
from echo_iad.errors import ProfileError


def test_the_version_is_printed(echo_iad):
    ended = echo_iad("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"echo-iad {__version__}\n", "")


def test_without_a_command_the_help_is_printed(echo_iad):
    for words in ([], ["memory"]):
        ended = echo_iad(*words)
        assert ended.code == 2
        assert "Usage: echo-iad" in ended.out
        assert ended.err == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["inspct"], "Error: No such command 'inspct'. Did you mean 'inspect'? See: echo-iad --help\n"),
        (["inspect"], "Error: Missing argument 'IMAGE'. See: echo-iad inspect --help\n"),
        (["memory", "info"], "Error: Missing option '--memory'. See: echo-iad memory info --help\n"),
        (
            ["inspect", "a.png", "--memory", "none", "--threshold", "high"],
            "Error: Invalid value for '--threshold': ",
        ),
        (["profiles", "show", "edgy"], "Error: Unknown profile 'edgy'. Did you mean 'edge'? Known: "),
    ],
)
def test_a_usage_or_set_up_fault_is_one_line_with_its_cure(echo_iad, words, said):
    ended = echo_iad(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(said)
    assert ended.err.count("\n") == 1


def test_a_fault_that_a_server_words_does_not_steer_the_terminal(echo_iad, monkeypatch):
    def refuse(*_):
        msg = "The server said \x1b]0;title\x07 so\u202e\x9b."
        raise ProfileError(msg)

    monkeypatch.setattr("echo_iad.settings.profile_text", refuse)
    assert echo_iad("profiles", "show", "edge").err == "Error: The server said ]0;title so.\n"


def test_a_bug_keeps_its_traceback(monkeypatch):
    def bug(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("echo_iad.settings.load_profile", bug)
    with pytest.raises(ZeroDivisionError):
        main(["profiles", "show", "edge"])


def test_a_process_ends_with_the_code_and_prints_no_traceback(process):
    ended = process("inspect", "a.png", "--memory", "none")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "Error: There is no memory in none. Enrol good parts with: echo-iad enrol FOLDER --memory none\n"
    )


def test_a_reader_that_goes_away_is_no_bug(command):
    program, variables = command
    for words in (["models", "list", "--json"], ["models", "list"]):
        writer = subprocess.Popen(
            [*program, *words], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        writer.stdout.close()
        said = writer.stderr.read()
        writer.stderr.close()
        assert writer.wait() == 1
        assert said == ""


def test_ctrl_c_ends_with_130_and_one_line(command, tmp_path):
    program, variables = command
    running = subprocess.Popen(
        [*program, "demo"],
        cwd=tmp_path,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a suite that was started in the background passes on that the signal is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  no threads here
    )
    give_up = time.monotonic() + 60
    while not (tmp_path / "echo-demo" / "memory" / "memory.sqlite").exists() and time.monotonic() < give_up:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said == "Stopped.\n"


def test_no_colour_is_printed_into_a_pipe_or_against_the_users_wish(process):
    for variables in ({}, {"NO_COLOR": "1"}):
        ended = process("profiles", "list", **variables)
        assert ended.code == 0
        assert "\x1b" not in ended.out


def test_a_pipe_gets_utf8_whatever_the_locale(process):
    ended = process("models", "export", "clip", "--to", "x", "--model", "Prüfling-好", PYTHONIOENCODING="ascii")
    assert ended.code == 2
    assert "Prüfling-好" in ended.err
