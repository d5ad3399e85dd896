"""How well question types are told apart: writes question_types.json beside this file and the tables in the docs.

Counts only: no wording of MMAD's questions leaves its files. Knows MMAD's names of question types, no model.

Run from anywhere: ``python benchmarks/question_types.py [--data FOLDER] [--print]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import timeit
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echo_iad.domain.questions import QuestionType
from echo_iad.planning.question_types import classify_question

ROOT = Path(__file__).resolve().parents[1]
OWN_SETS = ("free_form_questions", "free_form_widening", "free_form_held_out")
MMAD_FILES = ("mmad.json", "mmad_questions_without_images.json")
MMAD_TYPES = {
    "Anomaly Detection": QuestionType.DISCRIMINATION,
    "Defect Classification": QuestionType.CLASSIFICATION,
    "Defect Localization": QuestionType.LOCALIZATION,
    "Defect Description": QuestionType.DESCRIPTION,
    "Defect Analysis": QuestionType.ANALYSIS,
}
DOCS = ROOT / "docs" / "question-types.md"


@dataclass(frozen=True)
class Case:
    """A question with the type that it should get."""

    text: str
    options: dict[str, str]
    kind: QuestionType


def own_cases(name: str) -> list[Case]:
    """Read one of our own sets of free-form questions."""
    rows = json.loads((ROOT / "tests" / "planning" / f"{name}.json").read_text(encoding="utf-8"))
    return [Case(row["question"], row.get("options", {}), QuestionType(row["type"])) for row in rows]


def mmad_cases(folder: Path) -> list[Case]:
    """Read both MMAD files; every "Object ..." type is outside the five."""
    images = [image for name in MMAD_FILES for image in json.loads((folder / name).read_text("utf-8")).values()]
    asked = [question for image in images for question in image["conversation"]]
    return [Case(q["Question"], q["Options"], MMAD_TYPES.get(q["type"], QuestionType.OTHER)) for q in asked]


def measure(cases: Iterable[Case]) -> dict[str, Any]:
    """Confusion counts ``[true][read]``, recall of each type and the share that is right."""
    confusion = {str(true): {str(read): 0 for read in QuestionType} for true in QuestionType}
    for case in cases:
        confusion[case.kind][classify_question(case.text, case.options)] += 1
    totals = {true: sum(row.values()) for true, row in confusion.items()}
    right = sum(confusion[kind][kind] for kind in QuestionType)
    return {
        "questions": sum(totals.values()),
        "right": round(right / sum(totals.values()), 4),
        "recall": {true: round(confusion[true][true] / total, 4) for true, total in totals.items() if total},
        "confusion": confusion,
    }


def microseconds_a_question(cases: list[Case]) -> float:
    """Median over five rounds of the mean time of one question, words seen before."""
    rounds = timeit.repeat(lambda: [classify_question(case.text, case.options) for case in cases], number=1, repeat=5)
    return round(sorted(rounds)[2] / len(cases) * 1e6, 1)


def table(title: str, measured: dict[str, Any]) -> str:
    """Confusion table in Markdown."""
    kinds = [str(kind) for kind in QuestionType]
    head = f"| asked ↓ read → | {' | '.join(kinds)} | right |\n|---|{'---:|' * (len(kinds) + 1)}"
    rows = [
        f"| {true} | {' | '.join(str(row[read]) for read in kinds)} | {measured['recall'].get(true, 0):.1%} |"
        for true, row in measured["confusion"].items()
    ]
    return "\n".join(
        [f"**{title}**: {measured['questions']} questions, {measured['right']:.1%} right.", "", head, *rows]
    )


def write_docs(results: dict[str, Any]) -> None:
    """Put the tables between the markers of the docs page."""
    titles = {
        "mmad": "MMAD, both files",
        "free_form_questions": "Sixty free-form questions",
        "free_form_widening": "Eighty free-form questions that the grammar was widened with",
        "free_form_held_out": "Forty free-form questions held out",
    }
    tables = "\n\n".join(table(title, results[name]) for name, title in titles.items() if name in results)
    before, rest = DOCS.read_text(encoding="utf-8").split("<!-- tables -->\n")
    after = rest.split("<!-- end of tables -->")[1]
    DOCS.write_text(f"{before}<!-- tables -->\n{tables}\n\n<!-- end of tables -->{after}", encoding="utf-8")


def main() -> int:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder that holds mmad/")
    parser.add_argument("--print", action="store_true", help="print the JSON and write nothing")
    asked = parser.parse_args()
    results: dict[str, Any] = {name: measure(own_cases(name)) for name in OWN_SETS}
    if (asked.data / "mmad").is_dir():
        cases = mmad_cases(asked.data / "mmad")
        results["mmad"] = measure(cases)
        results["microseconds_a_question"] = microseconds_a_question(cases)
    elif not asked.print:
        print(f"MMAD's questions are not in {asked.data / 'mmad'}; nothing is written. Name them with --data FOLDER.")
        return 2
    text = json.dumps(results, indent=1)
    if asked.print:
        print(text)
        return 0
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    write_docs(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
