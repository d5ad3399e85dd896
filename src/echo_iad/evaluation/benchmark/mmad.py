"""Reads MMAD (Jiang et al., ICLR 2025) in its own layout: questions, normals, templates, masks, knowledge.

What cannot be measured is left out and named, never silently. Opens no picture and asks nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

from echo_iad.errors import EvaluationError, UnknownNameError
from echo_iad.evaluation.benchmark.file_tree import FileTree, refusal
from echo_iad.evaluation.benchmark.manifest import Manifest, known_manifest
from echo_iad.evaluation.benchmark.mmad_entries import CONVERSATION, PictureEntry, is_entry, read_entries
from echo_iad.evaluation.benchmark.questions import Benchmark, BenchmarkQuestion, Excluded
from echo_iad.evaluation.benchmark.subtasks import Subtask

QUESTIONS_FILE = "mmad.json"
KNOWLEDGE_FILE = "domain_knowledge.json"
MAX_BYTES = 2**30
"""Largest file of questions that is read."""

_WANTED = f"Give a file of questions in MMAD's form, as MMAD's own {QUESTIONS_FILE} is."

_NORMALS_FROM = {"DS-MVTec": "MVTec-AD"}
"""Data set without good training parts -> the data set that has them; any other has its own."""

Product = tuple[str, str]
"""Data set and object, as the key of a picture begins."""


@dataclass
class _Reading:
    """What has been read so far."""

    tree: FileTree
    root: Path
    manifest: Manifest
    without_pictures: bool
    asked: frozenset[str]
    """Keys of all pictures that are asked about."""
    template_faults: dict[tuple[str, str], str] = field(default_factory=dict)
    """Template and object -> why it cannot serve; empty when it can."""
    questions: list[BenchmarkQuestion] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    lost_templates: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Template and why -> number of pictures that list it."""


def read_mmad(
    root: Path,
    questions: Path | None = None,
    *,
    manifest: Manifest | None = None,
    without_pictures: bool = False,
) -> Benchmark:
    """Read MMAD, or a benchmark of the same form.

    Parameters
    ----------
    root : Path
        Folder of the data sets: ``DS-MVTec``, ``MVTec-AD``, ``VisA``, ``MVTec-LOCO``, ``GoodsAD``, or some of them.
    questions : Path, optional
        File of questions; ``mmad.json`` in ``root`` unless given.
    manifest : Manifest, optional
        What is known against pictures; `known_manifest` unless given.
    without_pictures : bool
        Read every question, whether or not its picture is there: for deciders that do not look.

    Returns
    -------
    Benchmark
        Questions in the order of the file. Pictures, templates and questions that cannot be measured are named in
        ``excluded``. ``normals`` has every object, perhaps without any: the pictures in the folders of the object's
        templates, or in ``train/good`` where no template is listed; a picture that is asked about is none. An object
        whose name stands in two data sets with other normals is named ``dataset/object``.

    Raises
    ------
    EvaluationError
        No such folder or file, the file is no MMAD file, or none of its questions can be measured.
    """
    root = Path(root)
    path = _questions_file(root, questions)
    data = _bytes_of(path)
    entries = read_entries(_rows(data, path))
    folders = _normal_folders(entries.pictures)
    names = _object_names(folders)
    asked = frozenset(entry.image for entry in entries.pictures)
    known = known_manifest() if manifest is None else manifest
    reading = _Reading(FileTree(root), root, known, without_pictures, asked, excluded=list(entries.excluded))
    for entry in entries.pictures:
        _read_picture(entry, names[entry.dataset, entry.product], reading)
    _check_any(reading, path)
    knowledge = root / KNOWLEDGE_FILE
    return Benchmark(
        questions=tuple(reading.questions),
        normals=_normals(folders, names, reading),
        knowledge=knowledge if knowledge.is_file() else None,
        excluded=(*reading.excluded, *_lost(reading.lost_templates)),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def select(
    benchmark: Benchmark,
    *,
    objects: Collection[str] | None = None,
    subtasks: Collection[str] | None = None,
    limit: int | None = None,
) -> Benchmark:
    """Keep a part of a benchmark; normals and exclusions of other objects go with their questions.

    Parameters
    ----------
    benchmark : Benchmark
    objects : collection of str, optional
        Names of objects; the plain name of an object that two data sets share selects both.
    subtasks : collection of str, optional
        Names of `Subtask`.
    limit : int, optional
        At most so many questions, about pictures that are taken from each object's good and defective ones in turn,
        so that a first look sees all of them. A larger limit keeps what a smaller one has.

    Raises
    ------
    UnknownNameError
        An object or subtask that the benchmark does not have.
    EvaluationError
        The limit is below 1, or nothing is left.
    """
    if limit is not None and limit < 1:
        msg = f"A limit is at least 1 question. Got --limit {limit}."
        raise EvaluationError(msg)
    present = {question.object for question in benchmark.questions}
    kept = present if objects is None else set[str]().union(*(_named(name, present) for name in objects))
    wanted = set(Subtask) if subtasks is None else {_subtask(name) for name in subtasks}
    chosen = [one for one in benchmark.questions if one.object in kept and one.subtask in wanted]
    chosen = chosen if limit is None else _in_turn(chosen, limit)
    if not chosen:
        msg = (
            f"No question is left of {len(benchmark.questions)}: none of the objects {', '.join(sorted(kept))} has one "
            f"of the subtasks {', '.join(sorted(wanted))}. Ask for other objects or subtasks."
        )
        raise EvaluationError(msg)
    left = {question.object for question in chosen}
    plain = {name.rpartition("/")[2] for name in kept}
    excluded = benchmark.excluded
    if objects is not None:
        excluded = tuple(one for one in excluded if set(one.image.split("/")[1:2]) <= plain)
    normals = {name: paths for name, paths in benchmark.normals.items() if name in left}
    return replace(benchmark, questions=tuple(chosen), normals=normals, excluded=excluded)


def _in_turn(questions: Sequence[BenchmarkQuestion], limit: int) -> list[BenchmarkQuestion]:
    """So many questions, in the order given, about pictures of each kind in turn."""
    kinds: dict[tuple[str, bool], dict[str, list[BenchmarkQuestion]]] = {}
    for one in questions:
        kinds.setdefault((one.object, one.defective), {}).setdefault(one.image, []).append(one)
    rounds = zip_longest(*(pictures.values() for pictures in kinds.values()), fillvalue=())
    taken = {one.key for one in islice(chain.from_iterable(chain.from_iterable(rounds)), limit)}
    return [one for one in questions if one.key in taken]


# --- the file of questions -------------------------------------------------------------------------------------------


def _questions_file(root: Path, questions: Path | None) -> Path:
    path = root / QUESTIONS_FILE if questions is None else Path(questions)
    if questions is not None and not path.is_file():
        msg = f"There is no file {path}. {_WANTED}"
        raise EvaluationError(msg)
    if not root.is_dir():
        msg = f"There is no folder {root}. Give the folder that holds MMAD's data sets, as docs/mmad.md shows."
        raise EvaluationError(msg)
    if not path.is_file():
        msg = (
            f"No questions are in {root}: {QUESTIONS_FILE} is not there. Name the file with --questions, or lay the "
            "folder out as MMAD's."
        )
        raise EvaluationError(msg)
    return path


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            msg = f"{path} is larger than {MAX_BYTES >> 20} MiB, so it is no file of questions. {_WANTED}"
            raise EvaluationError(msg)
        return path.read_bytes()
    except OSError as fault:
        msg = f"{path} cannot be read: {fault.strerror}. Make it readable."
        raise EvaluationError(msg) from None


def _rows(data: bytes, path: Path) -> Mapping[str, Any]:
    try:
        rows = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        msg = f"{path} is no JSON: {fault}. {_WANTED}"
        raise EvaluationError(msg) from None
    if not isinstance(rows, dict) or not any(map(is_entry, rows.values())):
        msg = (
            f"{path} is no MMAD file: wanted pictures with their questions, "
            f'{{"DATASET/OBJECT/.../PICTURE": {{"{CONVERSATION}": [...]}}}}. {_WANTED}'
        )
        raise EvaluationError(msg)
    return rows


def _check_any(reading: _Reading, path: Path) -> None:
    if reading.questions:
        return
    first = reading.excluded[0]
    if reading.without_pictures:
        where, cure = "", _WANTED
    else:
        where = f" with the pictures in {reading.root}"
        cure = "Lay the data sets out in this folder as docs/mmad.md shows."
    msg = f"None of the questions in {path} can be asked{where}; the first, {first.image}: {first.why}. {cure}"
    raise EvaluationError(msg)


# --- the pictures ----------------------------------------------------------------------------------------------------


def _read_picture(entry: PictureEntry, name: str, reading: _Reading) -> None:
    found = reading.tree.find(entry.image)
    if found.path is None and not reading.without_pictures:
        reading.excluded.append(Excluded(entry.image, found.why))
        return
    there = _templates_that_are_there(entry, reading)
    marks = reading.manifest.marks_of(entry.image)
    mask = reading.tree.find(entry.mask).path if entry.mask else None
    for asked in entry.questions:
        question = BenchmarkQuestion(
            image=entry.image,
            question_index=asked.index,
            path=found.path or reading.root / entry.image,
            dataset=entry.dataset,
            object=name,
            subtask=asked.subtask,
            text=asked.text,
            options=asked.options,
            correct=asked.correct,
            defective=entry.defective,
            random_templates=tuple(key for key in entry.random_templates if key in there),
            similar_templates=tuple(key for key in entry.similar_templates if key in there),
            mask=mask,
            marks=marks,
        )
        reading.questions.append(question)


def _templates_that_are_there(entry: PictureEntry, reading: _Reading) -> frozenset[str]:
    there = set()
    for template in entry.templates:
        case = template, entry.product
        if case not in reading.template_faults:
            reading.template_faults[case] = _template_fault(*case, reading)
        if reading.template_faults[case]:
            reading.lost_templates[template, reading.template_faults[case]] += 1
        else:
            there.add(template)
    return frozenset(there)


def _template_fault(template: str, product: str, reading: _Reading) -> str:
    if template in reading.asked:
        return "it is itself asked about"
    found = reading.tree.find(template)
    if found.path is not None and template.split("/")[1] != product:
        return f"it shows another object than {product}"
    return found.why


def _lost(templates: Mapping[tuple[str, str], int]) -> Iterator[Excluded]:
    for (template, why), count in templates.items():
        yield Excluded(template, f"template of {count} picture{'s' if count != 1 else ''}: {why}")


# --- the normals -----------------------------------------------------------------------------------------------------


def _normal_folders(pictures: Sequence[PictureEntry]) -> dict[Product, frozenset[str]]:
    """Folders of each product's good parts: those of its templates, or those of the layout without any."""
    folders: dict[Product, set[str]] = defaultdict(set)
    for entry in pictures:
        listed = folders[entry.dataset, entry.product]
        listed.update(
            template.rpartition("/")[0] for template in entry.templates if _may_be_of(template, entry.product)
        )
    return {
        (dataset, product): frozenset(listed or {f"{_NORMALS_FROM.get(dataset, dataset)}/{product}/train/good"})
        for (dataset, product), listed in folders.items()
    }


def _may_be_of(template: str, product: str) -> bool:
    return not refusal(template) and template.count("/") >= 2 and template.split("/")[1] == product


def _object_names(folders: Mapping[Product, frozenset[str]]) -> dict[Product, str]:
    """The plain name where all data sets that have it share normals, ``dataset/object`` where they do not."""
    places: dict[str, list[frozenset[str]]] = defaultdict(list)
    for (_, product), listed in folders.items():
        places[product].append(listed)
    shared = {product for product, listed in places.items() if frozenset.intersection(*listed)}
    return {
        (dataset, product): product if product in shared else f"{dataset}/{product}" for dataset, product in folders
    }


def _normals(
    folders: Mapping[Product, frozenset[str]], names: Mapping[Product, str], reading: _Reading
) -> dict[str, tuple[Path, ...]]:
    measured = dict.fromkeys(question.object for question in reading.questions)
    tree, found = reading.tree, {name: set[str]() for name in measured}
    asked = {tree.real_place(image) for image in reading.asked}
    for product, listed in folders.items():
        if names[product] in measured:
            keys = (key for folder in listed for key in tree.pictures(folder))
            found[names[product]].update(key for key in keys if tree.real_place(key) not in asked)
    return {name: tuple(reading.root / key for key in sorted(keys)) for name, keys in found.items()}


# --- selecting -------------------------------------------------------------------------------------------------------


def _named(name: str, present: Collection[str]) -> set[str]:
    found = {one for one in present if name in {one, one.rpartition("/")[2]}}
    if not found:
        raise UnknownNameError("object", name, present)
    return found


def _subtask(name: str) -> Subtask:
    if name not in set(Subtask):
        raise UnknownNameError("subtask", name, [subtask.value for subtask in Subtask])
    return Subtask(name)
