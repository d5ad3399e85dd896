from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from dataclasses import replace

import pytest

from echo_iad.domain.questions import Question, QuestionType
from echo_iad.enrolment import login_name
from echo_iad.knowledge.extraction import knowledge_sha256
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.extracts import Extract, Review
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory

QUESTIONS = ("What caused the defect?", "Where is the defect?", "How does the defect look?")
RUST = StoredPassage("valve", "rust", "Rust is a brown patch.", "valve.md")
PROMPT = "[q]uit > "


@pytest.fixture
def pending(tmp_path):
    """A memory with three pending extracts about one product."""
    folder = tmp_path / "memory"
    with Memory.open(folder, create=True) as memory:
        memory.add_knowledge([RUST])
        known = known_about(memory, "valve")
        for text in QUESTIONS:
            memory.extracts.keep(
                Extract(
                    "valve", QuestionType.ANALYSIS, Question(text), knowledge_sha256(known), known, 0, "scripted:one"
                )
            )
    return folder


def states(folder):
    with Memory.open(folder, read_only=True) as memory:
        return [(str(extract.review), extract.author) for extract in memory.extracts.all()]


class Terminal:
    """A review at a real terminal: types once the program asks, and reads what it shows."""

    def __init__(self, words, folder, variables):
        self._own, its = pty.openpty()
        self.process = subprocess.Popen(
            words, stdin=its, stdout=its, stderr=its, cwd=folder, env=variables, start_new_session=True
        )
        os.close(its)
        self.shown = ""

    def until(self, text):
        """Read until ``text`` is shown after what was read before."""
        start, deadline = len(self.shown), time.monotonic() + 60
        while text not in self.shown[start:]:
            if not select.select([self._own], [], [], max(0, deadline - time.monotonic()))[0]:
                pytest.fail(f"{text!r} is not shown: {self.shown[start:]!r}")
            try:
                self.shown += os.read(self._own, 4096).decode()
            except OSError:
                pytest.fail(f"it ended without {text!r}: {self.shown[start:]!r}")

    def type(self, text):
        os.write(self._own, text.encode())

    def interrupt(self):
        """Press Ctrl-C, again as a person would: one that comes just before Python reads is heard with the next key."""
        for _ in range(30):
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(1)
            except subprocess.TimeoutExpired:
                continue
            return

    def end(self):
        """Exit code, and everything that was shown without colours."""
        code = self.process.wait(timeout=60)
        while select.select([self._own], [], [], 0)[0]:
            try:
                self.shown += os.read(self._own, 4096).decode()
            except OSError:  # the other side is closed
                break
        os.close(self._own)
        return code, re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.shown)


@pytest.fixture
def terminal(command, tmp_path):
    program, variables = command
    opened = []

    def open_at(*arguments):
        words = [*program, "knowledge", "review", *(str(argument) for argument in arguments)]
        opened.append(Terminal(words, tmp_path, variables | {"TERM": "xterm"}))
        return opened[-1]

    yield open_at
    for each in opened:
        each.process.kill()
        each.process.wait()


def test_a_review_at_a_terminal_goes_on_where_it_was_stopped(terminal, pending):
    first = terminal("--memory", pending, "--author", "ines")
    first.until(PROMPT)
    first.type("a\n")
    first.until(PROMPT)
    assert states(pending) == [("approved", "ines"), ("pending", ""), ("pending", "")]  # kept before the next answer
    first.interrupt()
    code, shown = first.end()
    assert code == 130
    assert "What was reviewed is kept. Go on with the same command." in shown
    assert "Traceback" not in shown

    second = terminal("--memory", pending, "--author", "omar")
    second.until("1 of 2")
    second.until(PROMPT)
    second.type("e\n")
    second.until("[1] > ")
    second.type("-\n")
    second.until("own words, if anything > ")
    second.type("Marks below 1 mm are no fault.\n")
    second.until(PROMPT)
    second.type("q\n")
    code, shown = second.end()
    assert code == 0
    assert shown.splitlines()[-1] == "1 edited; 1 pending"
    assert states(pending) == [("approved", "ines"), ("edited", "omar"), ("pending", "")]


def test_a_review_that_is_killed_keeps_what_was_said(terminal, pending):
    review = terminal("--memory", pending)
    for _ in range(2):
        review.until(PROMPT)
        review.type("r\n")
    review.until(PROMPT)
    review.process.kill()
    review.end()
    assert states(pending) == [("rejected", login_name()), ("rejected", login_name()), ("pending", "")]


def test_the_end_of_the_input_is_the_end_of_the_walk(terminal, pending):
    review = terminal("--memory", pending)
    review.until(PROMPT)
    review.type("\x04")
    code, shown = review.end()
    assert (code, shown.splitlines()[-1]) == (0, "3 pending")


def test_without_a_terminal_a_review_says_what_works_there(process, pending):
    ended = process("knowledge", "review", "--memory", pending, "--author", "ines")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert f"echo-iad knowledge review --list --memory {pending}" in ended.err
    assert states(pending) == [("pending", "")] * 3


def test_the_list_shows_states_authors_and_what_is_stale(echo_iad, pending):
    with Memory.open(pending) as memory:
        memory.extracts.review(memory.extracts.all()[0], Review.APPROVED, author="ines")
        memory.add_knowledge([replace(RUST, text="Rust is a red patch.")])
        known = known_about(memory, "valve")
        fresh = Extract(
            "valve", QuestionType.ANALYSIS, Question(QUESTIONS[1]), knowledge_sha256(known), known, 0, "scripted:two"
        )
        memory.extracts.keep(fresh)
    shown = echo_iad("knowledge", "review", "--list", "--memory", pending)
    assert shown.code == 0
    rows = [line.split() for line in shown.out.splitlines() if "the defect" in line]
    assert [row[0] for row in rows] == ["1", "3", "4"]
    assert rows[0][-3:] == ["approved,", "stale", "ines"]
    assert rows[1][-2:] == ["pending,", "stale"]
    assert rows[2][-1] == "pending"
    assert "Ask the model again with: echo-iad knowledge extract" in shown.out
    lines = echo_iad("knowledge", "review", "--json", "--memory", pending).out.splitlines()
    told = [json.loads(line) for line in lines]
    assert [(each["id"], each["review"], each["stale"]) for each in told] == [
        (1, "approved", True),
        (3, "pending", True),
        (4, "pending", False),
    ]
    assert told[2]["passages"][0]["text"] == "Rust is a red patch."


def test_questions_that_differ_in_their_options_alone_are_told_apart(echo_iad, pending):
    with Memory.open(pending) as memory:
        known = known_about(memory, "valve")
        for options in ({"A": "Yes.", "B": "[No]."}, {"A": "No.", "B": "Yes."}):
            question = Question(QUESTIONS[0], options)
            memory.extracts.keep(
                Extract("valve", QuestionType.ANALYSIS, question, knowledge_sha256(known), known, 0, "scripted:one")
            )
    shown = echo_iad("knowledge", "review", "--list", "--memory", pending).out
    assert shown.count(QUESTIONS[0]) == 3
    assert [each.strip() for each in shown.splitlines() if each.strip()[:3] in {"A. ", "B. "}] == [
        "A. Yes.",
        "B. [No].",
        "A. No.",
        "B. Yes.",
    ]


def test_only_the_named_product_is_listed(echo_iad, pending):
    assert echo_iad("knowledge", "review", "--json", "--memory", pending, "--object", "gear").out == ""
    assert echo_iad("knowledge", "review", "--json", "--memory", pending, "--object", "valve").out.count("\n") == 3


def test_a_memory_without_extracts_names_the_cure(echo_iad, tmp_path):
    Memory.open(tmp_path / "memory", create=True).close()
    shown = echo_iad("knowledge", "review", "--list", "--memory", tmp_path / "memory")
    assert (shown.code, shown.err) == (0, "")
    assert "echo-iad knowledge extract --question TEXT --memory" in shown.out


@pytest.mark.parametrize("width", [80, 120])
def test_the_list_fits(process, pending, width):
    shown = process("knowledge", "review", "--list", "--memory", pending, COLUMNS=str(width))
    assert max(map(len, shown.out.splitlines())) <= width
    assert shown.out.count("pending") == 3


@pytest.mark.parametrize(("author", "said"), [("  ", "needs its author's name")])
def test_an_author_has_a_name(terminal, pending, author, said):
    code, shown = terminal("--memory", pending, "--author", author).end()
    assert code == 2
    assert said in " ".join(shown.split())
    assert states(pending) == [("pending", "")] * 3
