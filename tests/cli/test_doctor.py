from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from echo_iad.cli import checks
from echo_iad.encoders import cards

ROOT = Path(__file__).parents[2]


def findings(ended):
    return {found["name"]: found for found in map(json.loads, ended.out.splitlines())}


def test_a_sound_installation_passes_every_check(echo_iad, memory):
    ended = echo_iad("doctor", "--memory", memory, "--json")
    assert ended.code == 0
    found = findings(ended)
    assert {"Echo", "libraries", "SQLite", "threads", "image encoder", "text encoder", "sample parts"} <= set(found)
    assert "40 normals of 2 objects" in found["memory"]["found"]
    assert "wrong" not in {check["state"] for check in found.values()}
    assert "trial run gives 1280 numbers of length 1.000" in found["image encoder"]["found"]
    shown = echo_iad("doctor").out
    assert "image encoder" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_memory_that_is_not_there_is_wrong(echo_iad, tmp_path):
    ended = echo_iad("doctor", "--memory", tmp_path, "--json")
    assert ended.code == 1
    assert findings(ended)["memory"]["state"] == "wrong"
    assert findings(ended)["text encoder"]["state"] == "ok"


def test_an_optional_package_that_is_absent_is_no_fault_and_has_its_command(echo_iad, monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    ended = echo_iad("doctor", "--json")
    assert ended.code == 0
    assert findings(ended)["extra clip"] == {
        "name": "extra clip",
        "state": "absent",
        "found": "optional. Install it with: pip install 'echo-iad[clip]'",
    }


def test_every_optional_package_is_looked_at_with_all_that_it_brings():
    described = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    del described["dev"]
    modules = {"scikit-learn": "sklearn"}
    brought = {extra: [re.match(r"[\w-]+", each)[0] for each in packages] for extra, packages in described.items()}
    assert {extra: [modules.get(name, name) for name in names] for extra, names in brought.items()} == {
        extra: list(names) for extra, names in checks._EXTRAS.items()
    }


def test_a_missing_library_is_wrong(echo_iad, monkeypatch):
    monkeypatch.setattr(checks, "_LIBRARIES", ("numpy", "no-such-library"))
    ended = echo_iad("doctor", "--json")
    assert ended.code == 1
    assert "missing: no-such-library" in findings(ended)["libraries"]["found"]


def test_a_wrong_number_of_threads_is_told(echo_iad, monkeypatch):
    monkeypatch.setenv("ECHO_IAD_THREADS", "many")
    ended = echo_iad("doctor", "--json")
    assert ended.code == 1
    assert findings(ended)["threads"]["state"] == "wrong"


def test_damaged_weights_are_found_by_their_digest(echo_iad, monkeypatch, tmp_path):
    from echo_iad.encoders import onnx

    for source in cards.asset_root().rglob("*"):
        target = tmp_path / source.relative_to(cards.asset_root())
        if source.is_dir():
            target.mkdir(parents=True)
        elif source.suffix == ".json":
            target.write_bytes(source.read_bytes())
        else:
            target.write_bytes(b"damaged")
    monkeypatch.setattr(cards, "asset_root", lambda: Path(tmp_path))
    monkeypatch.setattr(onnx, "asset_root", lambda: Path(tmp_path), raising=False)
    ended = echo_iad("doctor", "--json")
    assert ended.code == 1
    assert "damaged" in findings(ended)["image encoder"]["found"]
    assert "damaged" in findings(ended)["text encoder"]["found"]


@pytest.mark.parametrize("length", [0.5, float("nan")])
def test_a_trial_run_without_a_unit_vector_is_wrong(length):
    assert checks._trial("image encoder", "ab" * 32, 1280, length).state is checks.State.WRONG
