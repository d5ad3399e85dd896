from __future__ import annotations

import json

import pytest

from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory

CAUSE = "What caused the defect?"
SCRIPT = [
    {"question": "caused", "answer": '[2, 1, 99, "Words of its own."]'},
    {"question": "Which defect", "answer": "[1]"},
    {"question": "Tell me", "answer": "I would read the second one."},
]


@pytest.fixture
def known(tmp_path):
    """A memory that knows two products and has no picture."""
    folder = tmp_path / "memory"
    with Memory.open(folder, create=True) as memory:
        told = ("Rust is a brown patch on", "Rust comes from damp around")
        memory.add_knowledge(
            [
                StoredPassage(name, "rust", f"{text} the {name}.", f"{name}.md")
                for name in ("valve", "gear")
                for text in told
            ]
        )
    return folder


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "script.jsonl"
    path.write_text("\n".join(map(json.dumps, SCRIPT)), encoding="utf-8")
    return f"scripted:{path}"


def extracts(folder):
    with Memory.open(folder, read_only=True) as memory:
        return memory.extracts.all()


def test_a_question_is_asked_about_every_product_that_is_described(echo_iad, known, model):
    ended = echo_iad("knowledge", "extract", "--memory", known, "--question", CAUSE, "--model", model)
    assert (ended.code, ended.err) == (0, "")
    first, second, third = ended.out.splitlines()
    assert (first, second) == ("2 extracts picked", "4 picks are not in the knowledge, and are left out")
    assert third == f"Review them with: echo-iad knowledge review --memory {known}"
    assert [extract.object for extract in extracts(known)] == ["gear", "valve"]
    (_, valve) = extracts(known)
    assert [passage.text for passage in valve.passages] == [
        "Rust comes from damp around the valve.",
        "Rust is a brown patch on the valve.",
    ]


def test_what_is_there_is_not_asked_again_unless_that_is_wanted(echo_iad, known, model):
    words = ("knowledge", "extract", "--memory", known, "--object", "valve", "--question", CAUSE, "--json")
    assert json.loads(echo_iad(*words, "--model", model).out) == {
        "picked": 1,
        "known": 0,
        "refused": 2,
        "failed": [],
        "undescribed": [],
    }
    assert json.loads(echo_iad(*words).out) == {"picked": 0, "known": 1, "refused": 0, "failed": [], "undescribed": []}
    assert json.loads(echo_iad(*words, "--again", "--model", model).out)["picked"] == 1
    assert len(extracts(known)) == 1


def test_a_question_that_fails_is_named_and_ends_with_1(echo_iad, known, model):
    words = ("knowledge", "extract", "--memory", known, "--object", "gear", "--question", "Tell me more.")
    ended = echo_iad(*words, "--question", CAUSE, "--model", model)
    assert ended.code == 1
    assert "1 extract picked\n" in ended.out
    assert "Failed gear, 'Tell me more.': it wrote no list of sentences that are known" in ended.out
    told = json.loads(echo_iad(*words, "--model", model, "--json").out)
    assert [(failure["object"], failure["question"]) for failure in told["failed"]] == [("gear", "Tell me more.")]


def test_questions_of_a_file_are_asked_about_their_own_product_with_their_options(echo_iad, known, model, tmp_path):
    options = {"A": "Rust.", "B": "Crack."}
    asked = {"Question": "Which defect is it?", "Options": options, "Answer": "A", "type": "Defect Classification"}
    rows = {f"own/{name}/test/rust/{n}.png": {"conversation": [asked]} for name in ("gear", "cap") for n in range(3)}
    file = tmp_path / "questions.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    ended = echo_iad("knowledge", "extract", "--memory", known, "--questions", file, "--model", model, "--json")
    assert json.loads(ended.out) == {"picked": 1, "known": 0, "refused": 0, "failed": [], "undescribed": ["cap"]}
    (extract,) = extracts(known)
    assert (extract.object, extract.question_type, extract.question.options) == ("gear", "classification", options)
    words = ("knowledge", "extract", "--memory", known, "--questions", file, "--model", model)
    shown = echo_iad(*words).out.splitlines()
    assert shown == ["0 extracts picked, 1 known already", "Not asked about cap, of which the memory knows nothing"]
    assert "Not asked" not in echo_iad(*words, "--object", "gear").out


def test_the_models_of_the_profile(echo_iad, known, model, tmp_path):
    from echo_iad.settings import profile_text

    profile = tmp_path / "own.toml"
    text = profile_text("edge").replace('model = ""                  # extractor', f'model = "{model}"  # extractor')
    profile.write_text(text, encoding="utf-8")
    words = ("knowledge", "extract", "--memory", known, "--question", CAUSE)
    assert echo_iad(*words, "--profile", profile).code == 0
    assert {extract.model for extract in extracts(known)} == {model}


def test_a_server_and_any_value_of_the_profile_can_be_named(echo_iad, known, model, monkeypatch):
    from echo_iad.experts import relevance_by_model
    from echo_iad.mllms.scripted import ScriptedMllm

    loaded = []

    def load(written, settings):
        loaded.append((written, settings.base_url, settings.retries))
        return ScriptedMllm(lambda messages: "[1]", written)

    monkeypatch.setattr(relevance_by_model, "load_mllm", load)
    server = ("--base-url", "http://127.0.0.1:9/v1", "--set", "mllm.retries=0")
    words = ("knowledge", "extract", "--memory", known, "--question", CAUSE, *server)
    assert echo_iad(*words, "--model", "openai:m").code == 0
    assert echo_iad(*words, "--set", "knowledge.model=openai:n", "--again").code == 0
    assert loaded == [(name, "http://127.0.0.1:9/v1", 0) for name in ("openai:m", "openai:n")]
    assert "--base-url is the server of an openai: model" in echo_iad(*words, "--model", model).err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--question TEXT, or --questions FILE"),
        (["--question", "  "], "A question must have text"),
        (["--question", "Why?"], "takes --model BACKEND:NAME"),
        (["--question", "Why?", "--model", "scriptde:x"], "Did you mean 'scripted'?"),
        (["--question", "Why?", "--model", "scripted:none.jsonl"], "none.jsonl cannot be read"),
        (["--question", "Why?", "--object", "valv"], "Did you mean 'valve'?"),
        (["--questions", "nowhere.json"], "There is no file nowhere.json"),
    ],
)
def test_what_is_wrong_is_one_line_before_anything_is_asked(echo_iad, known, options, said):
    ended = echo_iad("knowledge", "extract", "--memory", known, *options)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert said in ended.err
    assert extracts(known) == []


def test_a_memory_without_knowledge_names_the_cure(echo_iad, tmp_path):
    Memory.open(tmp_path / "empty", create=True).close()
    ended = echo_iad("knowledge", "extract", "--memory", tmp_path / "empty", "--question", CAUSE)
    assert ended.code == 2
    assert "echo-iad knowledge import" in ended.err


def test_a_model_that_is_gone_says_that_the_rest_goes_on(echo_iad, known, monkeypatch):
    from echo_iad.errors import ModelGoneError
    from echo_iad.experts import relevance_by_model

    class Gone:
        name = "scripted:gone"

        def ask(self, prompts):
            msg = "The server stopped."
            raise ModelGoneError(msg)

    monkeypatch.setattr(relevance_by_model, "load_mllm", lambda *_: Gone())
    ended = echo_iad("knowledge", "extract", "--memory", known, "--question", CAUSE, "--model", "scripted:gone")
    assert ended.code == 2
    assert ended.err.splitlines() == [
        "What was picked is kept. Go on with the same command.",
        "Error: The server stopped.",
    ]
