from __future__ import annotations

import json
from pathlib import Path

import pytest

from echo_iad.domain.evidence import KnowledgePassage
from echo_iad.errors import KnowledgeError
from echo_iad.knowledge import sources
from echo_iad.knowledge.sources import ObjectKnowledge, find_object, read_knowledge

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "mmad" / "domain_knowledge.json"
MMAD_LIKE = {
    "SetA": {
        "steel_plate": {
            "good": " <Normal Look>\n Description: The plate is grey. Minor stains are normal.",
            "Deep_Scratch": " <Scored Surface>\n Description: A line crosses the plate. It rusts.\n",
            "bad": "<Bent Edge>\n Description: It curls.\n\n <Missing_Hole>\n Description: Nothing is drilled.",
            "bare": "<Only A Title>",
            "rust": " <Rust>\n Description: Brown patches. Brown patches.",
        },
        "lid": {"bent": "The lid is bent."},
    },
    "SetB": {"Steel Plate": {"good": "The plate is grey. It is flat."}},
}


def _write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def _told(known: ObjectKnowledge) -> list[tuple[str, str, str]]:
    return [(passage.topic, passage.text, passage.source) for passage in known.passages]


def test_data_sets_of_objects_of_topics(tmp_path):
    plate, lid = read_knowledge(_write(tmp_path / "k.json", MMAD_LIKE))
    assert plate.object == "steel_plate"
    assert _told(plate) == [
        ("good", "The plate is grey.", "k.json > SetA > steel_plate > good"),
        ("good", "Minor stains are normal.", "k.json > SetA > steel_plate > good"),
        ("deep scratch", "Scored Surface: A line crosses the plate.", "k.json > SetA > steel_plate > Deep_Scratch"),
        ("deep scratch", "It rusts.", "k.json > SetA > steel_plate > Deep_Scratch"),
        ("bent edge", "It curls.", "k.json > SetA > steel_plate > bad"),
        ("missing hole", "Nothing is drilled.", "k.json > SetA > steel_plate > bad"),
        ("bare", "Only A Title", "k.json > SetA > steel_plate > bare"),
        ("rust", "Brown patches.", "k.json > SetA > steel_plate > rust"),
        ("good", "It is flat.", "k.json > SetB > Steel Plate > good"),
    ]
    assert _told(lid) == [("bent", "The lid is bent.", "k.json > SetA > lid > bent")]


def test_objects_of_topics(tmp_path):
    (lid,) = read_knowledge(_write(tmp_path / "k.json", {"lid": {"bent": "It is bent.", "overview": "A lid."}}))
    assert _told(lid) == [("bent", "It is bent.", "k.json > lid > bent"), ("", "A lid.", "k.json > lid > overview")]


def test_objects_of_text_or_topics_of_one_object(tmp_path):
    path = _write(tmp_path / "k.json", {"lid": "A lid.", "box": "A box."})
    assert [known.object for known in read_knowledge(path)] == ["lid", "box"]
    assert [known.object for known in read_knowledge(path, object="Box")] == ["box"]
    (tin,) = read_knowledge(path, object="tin")
    assert [(passage.topic, passage.text) for passage in tin.passages] == [("lid", "A lid."), ("box", "A box.")]


def test_one_object_of_many_by_any_spelling(tmp_path):
    path = _write(tmp_path / "k.json", MMAD_LIKE)
    for name in ("steel plate", "STEEL_PLATE", "Steel-Plate", "steelplate"):
        assert [known.object for known in read_knowledge(path, object=name)] == ["steel_plate"]
    with pytest.raises(KnowledgeError, match=r"nothing about the object 'steel_plat'.*Did you mean 'steel_plate'"):
        read_knowledge(path, object="steel_plat")


def test_a_markdown_file_is_about_one_object(tmp_path):
    path = _write(
        tmp_path / "lid.md", "# The lid\n\nA lid.\n\n## Normal\n\nIt is flat.\n\n## Bent_edge\n- It is bent.\n"
    )
    (lid,) = read_knowledge(path)
    assert lid.object == "lid"
    assert _told(lid) == [
        ("", "A lid.", "lid.md, line 3"),
        ("good", "It is flat.", "lid.md > good, line 7"),
        ("bent edge", "It is bent.", "lid.md > bent edge, line 10"),
    ]
    assert read_knowledge(path, object="tin lid")[0].object == "tin lid"


def test_a_folder_holds_a_file_for_each_object(tmp_path):
    _write(tmp_path / "lid.md", "A lid.")
    _write(tmp_path / "box.txt", "A box.")
    _write(tmp_path / "README.md", "How to write these.")
    _write(tmp_path / ".hidden.md", "Hidden.")
    _write(tmp_path / "notes.json", "{}")
    (tmp_path / "folder.md").mkdir()
    assert [known.object for known in read_knowledge(tmp_path)] == ["box", "lid"]
    assert [known.object for known in read_knowledge(tmp_path, object="LID")] == ["lid"]


def test_a_byte_order_mark_is_no_text(tmp_path):
    path = tmp_path / "lid.txt"
    path.write_bytes("A lid of 5 µm.".encode("utf-8-sig"))
    assert read_knowledge(path)[0].passages[0].text == "A lid of 5 µm."


def test_an_object_that_nobody_knows_is_none():
    known = (ObjectKnowledge("tin_lid", (KnowledgePassage("A lid.", "notes"),)),)
    assert find_object(known, "Tin Lid") is known[0]
    assert find_object(known, "box") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "list at the top"),
        ('"text"', "str at the top"),
        ('{"a": 5}', "int at a"),
        ('{"a": {"b": ["c"]}}', "list at a > b"),
        ('{"a": {"b": {"c": {"d": "e"}}}}', "a deeper level at a > b > c"),
        ('{"a": {"b": "One.", "b": "Two."}}', "the key 'b' twice"),
        ("{}", "holds no text"),
        ('{"a": {"good": "  "}}', "holds no text"),
    ],
)
def test_json_of_another_form_names_the_place(content, said, tmp_path):
    path = _write(tmp_path / "k.json", content)
    with pytest.raises(KnowledgeError) as caught:
        read_knowledge(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_files_that_cannot_be_used_are_said(tmp_path, monkeypatch):
    latin = tmp_path / "latin.txt"
    latin.write_bytes("größer".encode("latin-1"))
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, said in (
        (tmp_path / "none.json", "does not exist"),
        (tmp_path / "none", "does not exist"),
        (latin, "no text in UTF-8 (byte 2)"),
        (empty, "holds no Markdown or text file"),
        (_write(tmp_path / "k.docx", "A lid."), "unknown form"),
    ):
        with pytest.raises(KnowledgeError) as caught:
            read_knowledge(path)
        assert said in str(caught.value)
        assert str(path) in str(caught.value)
    monkeypatch.setattr(sources, "MAX_BYTES", 10)
    with pytest.raises(KnowledgeError, match="too large"):
        read_knowledge(_write(tmp_path / "large.txt", "A lid of tin."))


def test_every_text_of_the_benchmark_is_read():
    if not SHARED.is_file():
        pytest.skip(f"{SHARED} is not on this machine")
    tree = json.loads(SHARED.read_text(encoding="utf-8"))
    known = read_knowledge(SHARED)
    assert len(known) == len({name for objects in tree.values() for name in objects})
    for entry in known:
        topics = {passage.topic for passage in entry.passages}
        assert "good" in topics
        assert len(topics) >= len(next(objects[entry.object] for objects in tree.values() if entry.object in objects))
        assert not any(passage.text.endswith(":") or "<" in passage.text for passage in entry.passages)
