"""The rules of the house, as far as a program can see them."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "echo_iad"
DATA = ROOT.parent / "shared" / "data"
CODE = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tools").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")])
HEAVY = {"torch", "transformers", "onnxruntime", "faiss", "scipy", "openai", "onnx", "sklearn", "matplotlib"}
LATE = HEAVY | {"pydantic", "numpy", "PIL", "jinja2", "tokenizers"}
GENERIC_WORDS = {"tile": "Pillow's word for a block of a coded picture"}
"""Names of products that code may hold for another reason, with the reason."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tracked_texts() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or [path for path in ROOT.rglob("*.md") if ".venv" not in str(path)]
    wanted = {".py", ".md", ".toml", ".json", ".jinja", ".txt", ".cff", ".html", ".css", ".js", ".sql", ""}
    return [path for path in paths if path.suffix in wanted and path.is_file() and path.name != "LICENSE"]


def fresh_imports(module: str) -> set[str]:
    """Modules that a fresh interpreter holds after one import."""
    code = f"import json, sys; import {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in CODE}


def test_files_have_at_most_400_lines():
    long = {name_of(path): n for path in CODE if (n := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def test_functions_have_at_most_40_lines_beside_their_docstring(trees):
    long = {}
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                if lines > 40:
                    long[f"{name}:{node.lineno} {node.name}"] = lines
    assert not long


def test_every_module_says_what_it_is(trees):
    assert not [name for name, tree in trees.items() if len(ast.get_docstring(tree) or "") < 20]


def test_nothing_is_pickled(trees):
    banned = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}
    found = [f"{name}: {module}" for name, tree in trees.items() for module in imported(tree) if module in banned]
    found += [name for name, tree in trees.items() if "allow_pickle=True" in ast.unparse(tree)]
    assert not found


def imported(tree: ast.Module) -> set[str]:
    """Top-level names of all modules that a file imports, early or late."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_only_the_settings_read_the_environment(trees):
    readers = [
        name
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if name.startswith("src/")
        and ((isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}) or _imports_environ(node))
    ]
    assert set(readers) == {"src/echo_iad/settings.py"}


def _imports_environ(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "os" and bool({a.name for a in node.names} & {"environ"})


@pytest.mark.parametrize("module", ["echo_iad", "echo_iad.cli.app"])
def test_importing_echo_loads_no_heavy_library(module):
    assert not fresh_imports(module) & LATE


def test_planning_needs_the_standard_library_alone():
    loaded = {name.split(".")[0] for name in fresh_imports("echo_iad.planning.planner")}
    before = {name.split(".")[0] for name in fresh_imports("encodings")}
    assert loaded - before - set(sys.stdlib_module_names) <= {"echo_iad"}


def test_the_domain_needs_numpy_alone():
    for name in ("parts", "questions", "evidence", "decisions"):
        assert not fresh_imports(f"echo_iad.domain.{name}") & (LATE - {"numpy"})


def test_public_names_are_sorted_and_there(trees):
    for name, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
            ):
                public = ast.literal_eval(node.value)
                assert public == sorted(public), name
                assert len(public) == len(set(public)), name
    import echo_iad

    assert not [name for name in getattr(echo_iad, "__all__", []) if not hasattr(echo_iad, name)]


def test_no_product_of_the_data_sets_is_named_in_the_package():
    if not DATA.is_dir():
        pytest.skip(f"the data sets are not here: {DATA}")
    images = json.loads((DATA / "mmad" / "mmad_questions_without_images.json").read_text(encoding="utf-8"))
    folders = (*(DATA / "folders").iterdir(), *(DATA / "mmad" / "DS-MVTec").iterdir())
    names = {path.split("/")[1].lower() for path in images} | {path.name for path in folders if path.is_dir()}
    names = {re.sub(r"\d+$", "", name) for name in names} - set(GENERIC_WORDS)
    spelled = "|".join(sorted(re.escape(name).replace("_", "[ _-]?") for name in names if len(name) > 3))
    product = re.compile(rf"(?<![a-z])(?:{spelled})s?(?![a-z])", re.IGNORECASE)
    texts = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".jinja", ".toml", ".html", ".css", ".js"}]
    found = {
        f"{name_of(path)}:{number}": line.strip()
        for path in texts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if product.search(line)
    }
    assert not found


def test_no_text_names_a_place_on_one_machine():
    places = re.compile(r"(?<![\w.])/(?:work|home|root|Users|opt|mnt)/\w|[A-Z]:\\\\Users|file:///")
    found = {
        f"{name_of(path)}:{number}": line.strip()[:120]
        for path in tracked_texts()
        if path.resolve() != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if places.search(line)
    }
    assert not found


def test_every_pin_is_exact_and_names_no_place():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert len({pin.split("==")[0].casefold() for pin in pins}) == len(pins) > 50
    assert not [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", pin)]
    assert "torch==2.13.0" in pins


def test_the_base_install_needs_no_torch():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!~\[ ]", need)[0] for need in project["dependencies"]}
    assert not names & {"torch", "transformers", "torchvision", "openai", "scikit-learn", "onnx"}
    pinned = {
        line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    }
    assert names <= pinned
