"""How often a defect's type is told right, with a few labelled defects of each type and without.

Writes defect_memory.json beside this file, and the table of docs/labelled-defects.md.

Every test part with a defect is asked once which of its object's types it shows, the types' names being the options;
nothing is known of the object but its normals. Then k parts of each type are drawn and labelled, the others are asked
again with the vote, for many draws. Photos of one physical part are never on both sides. Without a folder of real
parts the drawn sample parts alone are measured.

Run from anywhere: ``python benchmarks/defect_memory.py [--data FOLDER] [--leave-out TYPE] [--out FILE.json]``.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echo_iad import Echo
from echo_iad.comparison.defect_looks import DefectLook
from echo_iad.comparison.defect_vote import DefectVoter, LabelledLook
from echo_iad.deciders.embedded.decider import EmbeddedDecider
from echo_iad.domain.decisions import Decision
from echo_iad.domain.evidence import DefectVote, Evidence
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.encoders.catalog import load_text_encoder
from echo_iad.evaluation.making.labelled_parts import LabelledObject, LabelledPicture, read_labelled_parts
from echo_iad.experts.consulting import Consulting, Request
from echo_iad.experts.wiring import Wiring
from echo_iad.samples import sample_parts
from layouts import show_as_mvtec
from tables import put_tables

ROOT = Path(__file__).resolve().parents[1]
LABELS = (1, 2, 4, 8)
DRAWS = 10
RESAMPLES = 1000
_NUMBERED = re.compile(r"exp\d+_num_(\d+)")
"""Names of photos of which those of one part, in other light, have nearly the same number."""
_SAME_PART = 50

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Part:
    """A defective part, all but decided."""

    picture: LabelledPicture
    kind: str
    group: str
    """Photos of one physical part share it."""
    evidence: Evidence
    look: DefectLook


@dataclass(frozen=True)
class Share:
    """Share of parts, with a 95 % interval by resampling parts."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One object with so many labelled parts of each type; means over the draws."""

    object: str
    types: int
    parts: int
    labelled: int
    """Of each type."""
    without: Share
    """Told right without labels."""
    vote: Share
    """The likeliest labelled type is right."""
    told: Share
    """Told right by the decider with the vote."""
    believed: float
    """Mean probability of the likeliest type among those labelled."""
    unlike_new: float
    """With each type left unlabelled in turn: share of its parts that are called unlike any labelled one."""
    unlike_known: float
    """With the same: share of the other parts that are called so."""


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with as_mvtec.py")
    parser.add_argument("--leave-out", default="unsorted_defective", help="type of which nothing is known")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report: dict[str, Any] = {"command": "python benchmarks/defect_memory.py", "draws": DRAWS}
        report["samples"] = measure(sample_parts(), Path(folder) / "samples", asked.leave_out)
        if (asked.data / "as_mvtec.py").is_file():
            show_as_mvtec(asked.data, Path(folder) / "parts")
            report["data"] = measure(Path(folder) / "parts", Path(folder) / "data", asked.leave_out)
        else:
            print(f"No real parts in {asked.data}: the sample parts alone are measured. Name them with --data FOLDER.")
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    put_tables(ROOT / "docs" / "labelled-defects.md", "defect_memory", tables(report))
    return 0


def measure(folder: Path, memory: Path, leave_out: str) -> list[dict[str, Any]]:
    """Every object of two types or more."""
    rows = []
    with Echo.from_profile("edge", memory=memory, create=True) as echo:
        for tested in read_labelled_parts(folder):
            pictures = [each for each in tested.pictures if each.is_defective and each.type != leave_out]
            if len({each.type for each in pictures}) < 2:
                continue
            parts = list(consulted(echo, replace(tested, pictures=tuple(pictures))))
            for row in rows_of(parts):
                rows.append(asdict(row))
                print(json.dumps(rows[-1]), flush=True)
    return rows


def consulted(echo: Echo, tested: LabelledObject) -> Iterator[Part]:
    """Enrol the normals, and compare every defective part with them."""
    echo.enrol(tested.normals_folder, object=tested.name)
    consulting = Consulting(Wiring(echo.profile, echo.memory))
    defects = consulting.wiring.panel.defects
    groups = grouped([each.path.name for each in tested.pictures])
    question = question_of(sorted({each.type for each in tested.pictures}))
    for each, group in zip(tested.pictures, groups, strict=True):
        picture = consulting.load(each.path, 0)
        evidence = consulting.consult(Request(picture, question, tested.name), 0, learns=False).asked.evidence
        assert evidence.comparison is not None  # it has normals: for the type checker
        look = defects.look(picture, consulting.encode(picture, tested.name), tested.name, evidence.comparison)
        assert look is not None
        yield Part(each, each.type, group, evidence, look)


def question_of(types: Sequence[str]) -> Question:
    """Which of the types it is; the names in words are the options."""
    options = {chr(ord("A") + place): f"{name.replace('_', ' ').capitalize()}." for place, name in enumerate(types)}
    return Question("What type of defect does the object have?", options)


def grouped(names: Sequence[str]) -> list[str]:
    """A name for each photo's physical part: its own, unless the numbers in the names tell of one part."""
    numbers = sorted(int(found[1]) for name in names if (found := _NUMBERED.match(name)))
    first: dict[int, int] = {}
    for before, number in zip([-(10**9), *numbers], numbers, strict=False):
        first[number] = first[before] if number - before <= _SAME_PART else number
    return [f"part {first[int(found[1])]}" if (found := _NUMBERED.match(name)) else name for name in names]


def rows_of(parts: Sequence[Part]) -> Iterator[Row]:
    """One row for each number of labels that leaves parts of every type to ask about."""
    kinds = np.array([part.kind for part in parts])
    types = sorted(set(kinds.tolist()))
    decider = EmbeddedDecider(load_text_encoder("edge"))
    question = question_of(types)
    right = dict(zip(question.options, types, strict=True))
    without = np.array([right.get(decide(decider, question, part, None).option or "") == part.kind for part in parts])
    for labelled in LABELS:
        if min(int((kinds == name).sum()) for name in types) <= labelled:
            continue
        votes, told = Tally(len(parts)), Tally(len(parts))
        believed: list[float] = []
        new: list[bool] = []
        known: list[bool] = []
        for draw in range(DRAWS):
            chosen, others = drawn(parts, types, labelled, draw)
            for place, vote in voted(parts, chosen, others):
                votes.add(place, next(iter(vote.probabilities)) == kinds[place])
                told.add(place, right.get(decide(decider, question, parts[place], vote).option or "") == kinds[place])
                believed.append(max(vote.probabilities.values()) / sum(vote.probabilities.values()))
            for left_out in types:
                kept = [place for place in chosen if kinds[place] != left_out]
                for place, vote in voted(parts, kept, others):
                    (new if kinds[place] == left_out else known).append(vote.type is None)
        yield Row(
            object=parts[0].picture.object,
            types=len(types),
            parts=len(parts),
            labelled=labelled,
            without=interval(without.astype(np.float64)),
            vote=interval(votes.means()),
            told=interval(told.means()),
            believed=float(np.mean(believed)),
            unlike_new=float(np.mean(new)),
            unlike_known=float(np.mean(known)),
        )


class Tally:
    """How often each part was told right, over the draws in which it was asked."""

    def __init__(self, parts: int) -> None:
        self._right = np.zeros(parts)
        self._asked = np.zeros(parts)

    def add(self, place: int, right: bool) -> None:  # noqa: FBT001  what is counted
        """Count one answer."""
        self._right[place] += right
        self._asked[place] += 1

    def means(self) -> Floats:
        """Share of right answers of each part that was asked."""
        asked = self._asked > 0
        return np.asarray(self._right[asked] / self._asked[asked], np.float64)


def decide(decider: EmbeddedDecider, question: Question, part: Part, vote: DefectVote | None) -> Decision:
    """Ask the decider with a vote, or without."""
    return decider.decide(question, QuestionType.CLASSIFICATION, replace(part.evidence, defect_vote=vote))


def drawn(parts: Sequence[Part], types: Sequence[str], labelled: int, draw: int) -> tuple[list[int], list[int]]:
    """Places of the parts to label, so many of each type, and of those to ask about: none of a labelled part."""
    chance = np.random.default_rng([draw, labelled])
    chosen: list[int] = []
    for name in types:
        own = [place for place, part in enumerate(parts) if part.kind == name]
        chosen += chance.permutation(own)[:labelled].tolist()
    groups = {parts[place].group for place in chosen}
    return chosen, [place for place, part in enumerate(parts) if part.group not in groups]


def voted(parts: Sequence[Part], chosen: Sequence[int], others: Sequence[int]) -> Iterator[tuple[int, DefectVote]]:
    """What the chosen parts say of the others."""
    voter = DefectVoter(
        [LabelledLook(place, parts[place].kind, parts[place].picture.name, parts[place].look) for place in chosen]
    )
    for place in others:
        yield place, voter.vote(parts[place].look)


def interval(shares: Floats) -> Share:
    """The mean of the parts' shares, and where 95 % of the means of resampled parts lie."""
    chance = np.random.default_rng(0)
    means = shares[chance.integers(len(shares), size=(RESAMPLES, len(shares)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Share(float(shares.mean()), float(low), float(high))


def tables(report: dict[str, Any]) -> str:
    """The table of the page, in Markdown."""
    head = (
        "| object | types | parts | labelled of each | chance | without | vote alone | **with** | believed "
        "| new type called unlike | known called unlike |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    rows = [*report.get("data", []), *report["samples"]]
    lines = [_line(row) for row in rows]
    means = [_mean(rows, labelled) for labelled in LABELS]
    return "\n".join([head, *lines, *means])


def _line(row: dict[str, Any]) -> str:
    return (
        f"| {row['object']} | {row['types']} | {row['parts']} | {row['labelled']} | {1 / row['types']:.0%} "
        f"| {row['without']['share']:.0%} | {_share(row['vote'])} | **{_share(row['told'])}** | {row['believed']:.0%} "
        f"| {row['unlike_new']:.0%} | {row['unlike_known']:.0%} |"
    )


def _share(share: dict[str, float]) -> str:
    return f"{share['share']:.0%} ({share['low']:.0%} to {share['high']:.0%})"


def _mean(rows: Sequence[dict[str, Any]], labelled: int) -> str:
    of = [row for row in rows if row["labelled"] == labelled]
    without, vote, told = (float(np.mean([row[name]["share"] for row in of])) for name in ("without", "vote", "told"))
    chance, believed, new, known = (
        float(np.mean(values))
        for values in (
            [1 / row["types"] for row in of],
            *([row[name] for row in of] for name in ("believed", "unlike_new", "unlike_known")),
        )
    )
    return (
        f"| **mean of {len(of)}** | | | {labelled} | {chance:.0%} | {without:.0%} | {vote:.0%} | **{told:.0%}** "
        f"| {believed:.0%} | {new:.0%} | {known:.0%} |"
    )


if __name__ == "__main__":
    raise SystemExit(main())
