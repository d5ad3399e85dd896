"""The pages that describe code name everything that the code holds: errors as they are printed, settings, decisions."""

from __future__ import annotations

import inspect
import re
import shutil
import sqlite3
import sys
import tomllib
import typing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from echo_iad import errors
from echo_iad.cli.app import main
from echo_iad.cli.inspect import parse_options
from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.domain.questions import QuestionType
from echo_iad.echo import Echo
from echo_iad.encoders.catalog import load_image_encoder, load_text_encoder
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.images.loading import load_picture
from echo_iad.memory import database
from echo_iad.memory.store import Memory
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.mllms.server.asking import ServerMllm
from echo_iad.mllms.server.replies import Completion
from echo_iad.mllms.server.retrying import Fault
from echo_iad.settings import Profile, load_profile, profile_text
from echo_iad.testing import check_text_encoder

DOCS = Path(__file__).parents[1] / "docs"
ERRORS = {name: kind for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)}
ROOTS = {"EchoError", "UserError"}
"""Raised seldom or never themselves; their sections tell what they stand for."""


def sections(page):
    """Heading of the second or third level to what stands below it."""
    parts = re.split(r"^###? (.+)$", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip((heading.strip("`") for heading in parts[1::2]), parts[2::2], strict=True))


# --- errors.md -------------------------------------------------------------------------------------------------------


def image_error(memory):
    load_picture("missing.jpg")


def profile_error(memory):
    Path("mine.toml").write_text(profile_text("edge").replace('index = "auto"', 'index = "fast"'), encoding="utf-8")
    load_profile("mine.toml")


def question_error(memory):
    parse_options(["Yes"])


def tolerance_error(memory):
    with Echo.from_profile("edge", memory=memory) as echo:
        echo.inspect("new.jpg", false_alarm_rate=5)


def knowledge_error(memory):
    with Echo.from_profile("edge", memory=memory) as echo:
        echo.import_knowledge("hinge.md")


def missing_extra_error(memory):
    from echo_iad.encoders.checkpoints import torch_towers

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "echo_iad.encoders.towers", None)
        torch_towers("clip")


def missing_model_error(memory):
    load_image_encoder("clip", "clip-vit-b16")


def unknown_name_error(memory):
    load_profile("egde")


def evaluation_error(memory):
    Path("photos").mkdir()
    read_mmad(Path("photos"))


def memory_store_error(memory):
    Memory.open("nowhere")


def memory_locked_error(memory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "BUSY_SECONDS", 0.05)
        with Memory.open(memory) as first, Memory.open(memory) as second, first.database.transaction():
            second.remove([1])


def memory_version_error(memory):
    with sqlite3.connect(memory / "memory.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    Memory.open(memory)


def memory_damaged_error(memory):
    (memory / "memory.sqlite").write_bytes(b"no database")
    Memory.open(memory)


def foreign_encoder_error(memory):
    with Memory.open(memory) as opened:
        opened.bind(replace(opened.image_encoder, weights_sha256="12345678"), opened.text_encoder)


def unknown_object_error(memory):
    with Echo.from_profile("edge", memory=memory) as echo:
        echo.inspect("new.jpg", object="prinetd_cap")


def scores_of(line):
    """What a script of one line says about a part."""
    Path("answers.jsonl").write_text(line, encoding="utf-8")
    pixels = np.zeros((4, 4, 3), np.uint8)
    prompt = (Message(Role.USER, (PicturePart(pixels, "query", "new.jpg"), TextPart("Is there any defect?"))),)
    (answered,) = load_mllm("scripted:answers.jsonl").ask([Prompt(prompt, ("A", "B"))])
    return answered


def mllm_error(memory):
    raise scores_of('{"image": "other.jpg", "answer": "A"}')


class Server:
    """A connection that gets the same for every request."""

    url = "http://127.0.0.1:8000/v1"

    def __init__(self, got):
        self.got = got

    def complete(self, body, stop):
        return self.got

    def ask(self, count):
        messages = (Message(Role.USER, (TextPart("Is there any defect?"),)),)
        return ServerMllm("openai:model", self, 1).ask([Prompt(messages)] * count)


def refused_error(memory):
    declined = Completion(
        text="", thought="", refusal="I will not judge this.", ended="stop", first=(), prompt_tokens=9, new_tokens=0
    )
    raise Server(declined).ask(1)[0]


def model_gone_error(memory):
    Server(Fault("it answered 500, out of memory", status=500)).ask(5)


@dataclass(frozen=True)
class Forgetful:
    """A text encoder that gives one vector too few."""

    inner: object

    @property
    def id(self):
        return self.inner.id

    def encode_texts(self, texts):
        return self.inner.encode_texts(texts)[:-1]


def contract_error(memory):
    check_text_encoder(Forgetful(load_text_encoder("edge")))


PROVOKED = [
    value for value in list(globals().values()) if inspect.isfunction(value) and value.__name__.endswith("_error")
]


def class_of(provoke):
    return "".join(word.title() for word in provoke.__name__.split("_"))


def same_form(message):
    """A message with its spaces counted once and numbers alike."""
    return re.sub(r"\d+(\.\d+)?", "0", " ".join(message.split()))


def test_errors_md_has_a_section_for_each_error_and_no_other():
    described = {heading for heading in sections("errors.md") if heading.endswith("Error")}
    assert described == set(ERRORS)


def tree(text):
    """Lines of the drawn tree, without what stands before them."""
    return [
        line.strip() for line in re.search(r"EchoError  .*?ContractError[^\n]*", text, re.DOTALL).group().splitlines()
    ]


def test_errors_md_draws_the_tree_of_the_code():
    drawn = tree(inspect.getdoc(errors))
    assert tree((DOCS / "errors.md").read_text(encoding="utf-8")) == drawn
    assert {re.search(r"\w+Error", line).group() for line in drawn} == set(ERRORS)


def test_each_error_is_provoked():
    assert {class_of(provoke) for provoke in PROVOKED} == set(ERRORS) - ROOTS


@pytest.mark.parametrize("provoke", PROVOKED, ids=class_of)
def test_errors_md_shows_the_message_as_it_is(provoke, samples_enrolled, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(samples_enrolled, "parts")
    with pytest.raises(ERRORS[class_of(provoke)]) as raised:
        provoke(Path("parts"))
    shown = re.search(r"```text\n(.*?)```", sections("errors.md")[class_of(provoke)], re.DOTALL).group(1)
    assert same_form(str(raised.value)) == same_form(shown)


def test_a_fault_of_the_user_is_one_line_and_ends_with_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["profiles", "show", "egde"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("Error: Unknown profile 'egde'.")
    assert len(said.splitlines()) == 1


# --- profiles.md -----------------------------------------------------------------------------------------------------


def rows(text):
    """First cell of each row of a table to the other cells."""
    cells = (re.split(r" \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| `"))
    return {row[0].strip("`"): row[1:] for row in cells}


def section_models():
    """Heading in the page to the model behind it."""
    fields = Profile.model_fields
    models = {name: field.annotation for name, field in fields.items() if inspect.isclass(field.annotation)}
    return {name: model for name, model in models.items() if issubclass(model, BaseModel)}


def described(table):
    """Section of the profile as the page describes it: key to its cells."""
    return next(rows(text) for heading, text in sections("profiles.md").items() if heading.startswith(table))


def test_profiles_md_names_every_key_and_no_other():
    models = section_models()
    assert set(described("At the top")) == set(Profile.model_fields) - set(models) - {"plan"}
    for name, model in models.items():
        assert set(described(f"[{name}]")) == set(model.model_fields), name
    assert set(described("[plan]")) == {kind.value for kind in QuestionType}


def test_profiles_md_shows_the_values_that_ship():
    shipped = tomllib.loads(profile_text("edge"))
    tables = {name: shipped.pop(name) for name in (*section_models(), "plan")}
    plan = tables.pop("plan")
    shown = {key: cells[-1] for key, cells in described("At the top").items()}
    assert {key: tomllib.loads(f"value = {value.strip('`')}")["value"] for key, value in shown.items()} == shipped
    for name, values in tables.items():
        shown = {key: cells[-1].strip("`") for key, cells in described(f"[{name}]").items()}
        assert {key: tomllib.loads(f"value = {value}")["value"] for key, value in shown.items()} == values, (
            f"write it in docs/profiles.md: {name}"
        )
    for kind, experts in plan.items():
        assert described("[plan]")[kind][0].split(", ") == [expert.split("_")[0] for expert in experts], kind


def test_profiles_md_names_every_allowed_word():
    for name, model in section_models().items():
        for key, field in model.model_fields.items():
            allowed = typing.get_args(field.annotation) if typing.get_origin(field.annotation) is typing.Literal else ()
            cells = described(f"[{name}]")[key]
            assert all(f"`{word}`" in cells[1] for word in allowed), f"{name}.{key}"


# --- the index and the decisions -------------------------------------------------------------------------------------


def test_the_index_leads_to_every_page():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")} - {"README.md"}
    assert not [page for page in pages if f"]({page})" not in index]


def test_each_decision_says_what_would_change_it():
    records = sorted((DOCS / "decisions").glob("*.md"))
    wanted = ("Meaning", "Problem", "Choice", "Consequences", "What would change our mind")
    for number, record in enumerate(records, start=1):
        text = record.read_text(encoding="utf-8")
        assert text.startswith(f"# {number:04} "), record.name
        assert re.findall(r"^\*\*(.+?)\.\*\*", text, re.MULTILINE) == list(wanted), record.name
    assert len(records) >= 6
