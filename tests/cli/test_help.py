"""The help of every command is the one on the page, which a person has looked at."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("generate_cli_docs", ROOT / "tools" / "generate_cli_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_the_help_as_it_is_printed(generator):
    written = generator.PAGE.read_text(encoding="utf-8")
    assert generator.page(written) == written, "write it anew with: python tools/generate_cli_docs.py"


def test_every_command_has_examples_that_name_it_and_fits_80_columns(generator):
    for words in generator.commands():
        shown = generator.shown_help(words)
        assert max(map(len, shown.splitlines())) <= 80
        _, _, examples = shown.partition("\n Examples\n")
        assert f"   {' '.join(['echo-iad', *words])}" in examples, words


def test_every_line_of_an_example_is_whole_so_that_it_can_be_copied(generator):
    for words in generator.commands():
        _, _, examples = generator.shown_help(words).partition("\n Examples\n")
        for example in examples.strip("\n").split("\n\n"):
            heading, first, *others = example.splitlines()
            lines = [first, *others]
            assert heading[:2].strip()
            assert first.startswith("   ")
            assert [line for line in lines if line.endswith("\\")] == lines[:-1], example


def test_no_type_of_python_is_shown(generator):
    for words in generator.commands():
        assert not re.search(r"<[A-Za-z_|\[\] ]+>", generator.shown_help(words)), words


def test_the_fixed_interface_is_there(generator):
    shown = generator.shown_help(["inspect"])
    for (
        option
    ) in "--memory --question --option --object --profile --false-alarm-rate --threshold --json --report".split():
        assert f" {option} " in shown
    names = {" ".join(words) for words in generator.commands()}
    wanted = "demo,enrol,inspect,memory info,memory verify,memory remove,knowledge import,knowledge show,"
    wanted += "profiles list,profiles show,models list,models export,doctor"
    assert set(wanted.split(",")) <= names


def test_a_page_that_lost_its_mark_is_not_overwritten(generator):
    with pytest.raises(SystemExit, match="has lost the line"):
        generator.page("# The command line\n")
