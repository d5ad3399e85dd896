"""A small MMAD: the drawn sample parts in MMAD's own layout, with questions, masks, templates and knowledge."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echo_iad.echo import Echo
from echo_iad.evaluation.answers.run import enrol_normals
from echo_iad.evaluation.benchmark.mmad import read_mmad
from echo_iad.samples import sample_knowledge, sample_parts, sample_questions

DATASET_OF = {"printed_cap": "DS-MVTec", "woven_fabric": "DS-MVTec", "circuit_board": "VisA"}
"""Where each sample product stands in the drawn benchmark: two layouts, two data sets."""

TYPES = {
    "Is there any defect on this cap?": "Anomaly Detection",
    "Which type of defect does this cap show?": "Defect Classification",
    "Where on the picture of the cap is the defect?": "Defect Localization",
    "What does the defect on this cap look like?": "Defect Description",
    "What is the most serious consequence of the defect on this cap?": "Defect Analysis",
    "True or false: this cap has a defect.": "Anomaly Detection",
    "Does this fabric show any fault?": "Anomaly Detection",
    "Is there a defect in the fabric?": "Anomaly Detection",
    "What kind of fault is present in this fabric?": "Defect Classification",
    "Where is the fault in this picture of the fabric?": "Defect Localization",
    "How does the fault in this fabric appear?": "Defect Description",
    "What effect does this fault have on the finished cover?": "Defect Analysis",
    "Which type of defect does this board have?": "Defect Classification",
    "Where on the picture of the board is the defect?": "Defect Localization",
    "Please describe the appearance of the defect on this board.": "Defect Description",
    "What can this defect cause when the board is powered?": "Defect Analysis",
}
"""MMAD's type of each question about the samples."""

MISSING_PICTURE = "DS-MVTec/printed_cap/image/scratch/000.jpg"
MISSING_TEMPLATE = "VisA/circuit_board/train/good/007.JPG"


def keys_of(product: str, kind: str, name: str) -> tuple[str, str]:
    """Key of a picture, and its mask's place below the product's folder; MMAD lays its data sets out unlike."""
    if DATASET_OF[product] == "DS-MVTec":
        return f"DS-MVTec/{product}/image/{kind}/{name}.jpg", f"mask/{kind}/{name}_mask.png"
    if kind == "good":
        return f"VisA/{product}/test/good/{name}.JPG", ""
    return f"VisA/{product}/test/bad/{kind}_{name}.JPG", f"ground_truth/bad/{kind}_{name}.png"


def normals_of(product: str) -> list[str]:
    """Keys of the good parts; a product of ``DS-MVTec`` has them in ``MVTec-AD``."""
    dataset, suffix = ("MVTec-AD", "jpg") if DATASET_OF[product] == "DS-MVTec" else ("VisA", "JPG")
    names = sorted(path.stem for path in (sample_parts() / product / "train" / "good").iterdir())
    return [f"{dataset}/{product}/train/good/{name}.{suffix}" for name in names]


def asked(product: str, kind: str, picture: str) -> list[dict[str, Any]]:
    """A picture's conversation: whether it is defective, what the samples ask about it, and what product it is."""
    good, flipped = kind == "good", int(Path(picture).stem) % 2 == 1
    yes, no = ("B", "A") if flipped else ("A", "B")
    rows = [
        {
            "Question": "Is there any defect in the object?",
            "Answer": no if good else yes,
            "Options": dict(sorted({yes: "Yes.", no: "No."}.items())),
            "type": "Anomaly Detection",
        }
    ]
    rows += [
        {"Question": q.question, "Answer": q.answer, "Options": dict(q.options), "type": TYPES[q.question]}
        for q in sample_questions()
        if q.image == picture and q.options
    ]
    if good:
        names = dict(zip("ABC", sorted(DATASET_OF), strict=True))
        letter = next(letter for letter, name in names.items() if name == product)
        shown = {letter: f"A {name.replace('_', ' ')}." for letter, name in names.items()}
        what = "What kind of product is in the picture?"
        rows.append({"Question": what, "Answer": letter, "Options": shown, "type": "Object Classification"})
    return [{**row, "annotation": True} for row in rows]


def lay_out(root: Path) -> dict[str, Any]:
    """Copy pictures and masks below ``root``; what ``mmad.json`` says about them."""
    entries: dict[str, Any] = {}
    for product in DATASET_OF:
        source, normals = sample_parts() / product, normals_of(product)
        for key in normals:
            copy(source / "train" / "good" / f"{Path(key).stem}.jpg", root / key)
        for path in sorted((source / "test").glob("*/*.jpg")):
            kind, name = path.parent.name, path.stem
            key, mask = keys_of(product, kind, name)
            copy(path, root / key)
            drawn = source / "ground_truth" / kind / f"{name}_mask.png"
            if drawn.is_file():
                copy(drawn, root / "/".join(key.split("/")[:2]) / mask)
            start = len(entries) % len(normals)
            entries[key] = {
                "image_path": "/".join(key.split("/")[2:]),
                "conversation": asked(product, kind, f"{product}/test/{kind}/{name}.jpg"),
                "mask_path": mask if drawn.is_file() else None,
                "similar_templates": (normals[start:] + normals[:start])[:8],
                "random_templates": normals[::3],
            }
    return entries


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def knowledge() -> dict[str, dict[str, dict[str, str]]]:
    """The samples' knowledge in the form of MMAD's ``domain_knowledge.json``."""
    said: dict[str, dict[str, dict[str, str]]] = {}
    for product, dataset in DATASET_OF.items():
        text = (sample_knowledge() / f"{product}.md").read_text(encoding="utf-8")
        sections = [part.partition("\n") for part in text.split("\n## ")[1:]]
        family = "MVTec" if dataset == "DS-MVTec" else dataset
        said.setdefault(family, {})[product] = {title.strip(): " ".join(body.split()) for title, _, body in sections}
    return said


@pytest.fixture
def make_mmad(tmp_path: Path) -> Callable[..., Path]:
    """``make_mmad(missing=False, name="mmad")`` draws a root; ``missing`` deletes a picture and a template."""

    def make(*, missing: bool = False, name: str = "mmad") -> Path:
        root = tmp_path / name
        entries = lay_out(root)
        (root / "mmad.json").write_text(json.dumps(entries), encoding="utf-8")
        (root / "domain_knowledge.json").write_text(json.dumps(knowledge()), encoding="utf-8")
        if missing:
            (root / MISSING_PICTURE).unlink()
            (root / MISSING_TEMPLATE).unlink()
        return root

    return make


@pytest.fixture
def drawn_mmad(make_mmad: Callable[..., Path], request: pytest.FixtureRequest) -> Path:
    """A root in MMAD's layout.

    ``@pytest.mark.parametrize("drawn_mmad", ["missing"], indirect=True)`` leaves a picture and a template out.
    """
    return make_mmad(missing=getattr(request, "param", "") == "missing")


@pytest.fixture(scope="session")
def read_only_mmad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root in MMAD's layout that nobody may change."""
    root = tmp_path_factory.mktemp("read-only") / "mmad"
    entries = lay_out(root)
    (root / "mmad.json").write_text(json.dumps(entries), encoding="utf-8")
    (root / "domain_knowledge.json").write_text(json.dumps(knowledge()), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def enrolled_mmad(read_only_mmad: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a memory with the normals of `read_only_mmad`; copy it to change it."""
    folder = tmp_path_factory.mktemp("enrolled") / "memory"
    with Echo.from_profile("edge", memory=folder, create=True) as echo:
        enrol_normals(echo, read_mmad(read_only_mmad))
    return folder
