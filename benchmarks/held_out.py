"""How the tolerance keeps its promise on good parts that were not enrolled: writes held_out.json and docs/tolerance.md.

Of each object's normals some are drawn and learned from; the others, and the good test parts, are held out and looked
at. Beside the false alarms stand the misses of the test's defective parts, and whether the probabilities of a defect
mean what they say. No label decides anything but what is counted.

Run from anywhere: ``python benchmarks/held_out.py [--data FOLDER] [--out FILE.json]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echo_iad.comparison.features import PatchFeatures, patch_features
from echo_iad.comparison.normality import compare_patches, fit_normality, score_map
from echo_iad.comparison.synthetic import with_defect
from echo_iad.comparison.tolerance import judge
from echo_iad.domain.parts import Picture
from echo_iad.evaluation.making.labelled_parts import LabelledObject, read_labelled_parts
from echo_iad.samples import sample_parts
from held_out_tables import tables
from layouts import show_as_mvtec
from reliability import reliability
from tables import put_tables

if TYPE_CHECKING:
    from echo_iad import Echo

ROOT = Path(__file__).resolve().parents[1]
RATE = 0.05
DRAWS = {10: 4, 20: 3, 50: 2}
"""Number of normals -> how often so many are drawn; all of them are looked at once beside."""
MOST_PAINTED = 20
"""Normals of an object of which a copy with a painted defect is looked at."""
ENROLLED, GOOD, DEFECTIVE, PAINTED = "not enrolled", "good", "defective", "painted"
"""What a part is: a normal that was not drawn, a good test part, a defective one, a normal with a painted defect."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The features of everything of one object that is looked at."""

    name: str
    normals: tuple[PatchFeatures, ...]
    painted: tuple[PatchFeatures, ...]
    """Copies of the first normals."""
    good: tuple[PatchFeatures, ...]
    defective: tuple[PatchFeatures, ...]


@dataclass(frozen=True, eq=False)
class Draw:
    """What the held-out parts came to with one choice of normals."""

    object: str
    normals: int
    of_all: bool
    """Whether these are all normals that there are."""
    kinds: NDArray[np.str_]
    """(n,) what each part is."""
    ratios: NDArray[np.float64]
    """(n,) score / threshold."""
    p_values: NDArray[np.float64]
    anomalous: NDArray[np.bool_]
    log_spread: float
    """Standard deviation of the logarithms of what the normals scored when they were left out."""


@dataclass(frozen=True)
class Row:
    """One object with so many normals, over all draws."""

    object: str
    normals: int
    of_all: bool
    draws: int
    held_out: int
    """Good parts in the smallest draw that were not enrolled."""
    false_alarms: float
    """Share of these that are called anomalous, mean over the draws."""
    low: float
    high: float
    """95 % interval of that share, as if there had been one draw (Clopper and Pearson 1934)."""
    within: bool
    """Whether the rate that was asked for lies in it."""
    not_enrolled: float | None
    """False alarms among the normals that were not drawn; None where all were."""
    good: float
    """False alarms among the good test parts."""
    misses: float
    """Share of the defective test parts that are not called anomalous."""
    mean_p_not_enrolled: float | None
    mean_p_good: float
    log_spread: float


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with as_mvtec.py")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    asked = parser.parse_args()
    draws = list(measure(sample_parts()))
    if (asked.data / "as_mvtec.py").is_file():
        with tempfile.TemporaryDirectory() as folder:
            show_as_mvtec(asked.data, Path(folder))
            draws += measure(Path(folder))
    else:
        print(f"No real parts in {asked.data}: the sample parts alone are measured. Name them with --data FOLDER.")
    report = {
        "command": "python benchmarks/held_out.py",
        "rate": RATE,
        "rows": [asdict(row) for row in rows(draws)],
        "reliability": reliability(draws),
    }
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    put_tables(ROOT / "docs" / "tolerance.md", "held out", tables(report))
    return 0


def measure(folder: Path) -> Iterator[Draw]:
    """Look at every object of a folder."""
    from echo_iad import Echo

    for tested in read_labelled_parts(folder):
        with tempfile.TemporaryDirectory() as memory, Echo.from_profile("edge", memory=memory, create=True) as echo:
            parts = read_parts(echo, tested)
            settings = echo.profile.comparison.bank_megabytes, echo.profile.seed
        total = len(parts.normals)
        some = [(count, time) for count, times in DRAWS.items() if count < total for time in range(times)]
        for count, time in (*some, (total, 0)):
            yield one_draw(parts, count, time, *settings)
        print(f"{tested.name}: done", flush=True)


def read_parts(echo: Echo, tested: LabelledObject) -> Parts:
    """Encode everything of one object."""
    echo.enrol(tested.normals_folder, object=tested.name)
    pictures = [echo.load(path) for path in tested.normals[:MOST_PAINTED]]
    painted = [
        replace(picture, pixels=with_defect(picture.pixels, [0, number]).pixels, sha256=f"painted {number}")
        for number, picture in enumerate(pictures)
    ]
    return Parts(
        tested.name,
        tuple(patch_features(echo.memory.levels(number)) for number in echo.memory.ids(tested.name)),
        _features(echo, painted, tested.name),
        _features(echo, [echo.load(part.path) for part in tested.pictures if not part.is_defective], tested.name),
        _features(echo, [echo.load(part.path) for part in tested.pictures if part.is_defective], tested.name),
    )


def _features(echo: Echo, pictures: Sequence[Picture], object: str) -> tuple[PatchFeatures, ...]:
    return tuple(patch_features(echo.encode(picture, object).levels) for picture in pictures)


def one_draw(parts: Parts, count: int, time: int, megabytes: float, seed: int) -> Draw:
    """Learn from ``count`` normals, and look at everything else.

    Of all normals the painted copies are looked at, too: nothing of the object is left otherwise.
    """
    every = range(len(parts.normals))
    drawn = np.sort(np.random.default_rng([seed, time]).permutation(len(every))[:count])
    rest = [number for number in every if number not in set(drawn.tolist())]
    normality = fit_normality([parts.normals[number] for number in drawn], megabytes=megabytes, seed=seed)
    copies = [number for number in range(len(parts.painted)) if number in rest or not rest]
    looked = [
        *((ENROLLED, parts.normals[number]) for number in rest),
        *((GOOD, features) for features in parts.good),
        *((DEFECTIVE, features) for features in parts.defective),
        *((PAINTED, parts.painted[number]) for number in copies),
    ]
    scores = [score_map(compare_patches(features, normality)) for _, features in looked]
    verdicts = [judge(score, normality.scores, false_alarm_rate=RATE) for score in scores]
    logs = np.log(normality.scores)
    return Draw(
        parts.name,
        len(drawn),
        not rest,
        np.array([kind for kind, _ in looked]),
        np.array([score / verdict.threshold for score, verdict in zip(scores, verdicts, strict=True)]),
        np.array([verdict.p_value for verdict in verdicts]),
        np.array([verdict.is_anomalous for verdict in verdicts]),
        float(logs.std(ddof=1)) if len(logs) > 1 else 0.0,
    )


def rows(draws: Sequence[Draw]) -> list[Row]:
    """One row for each object and number of normals, all normals of each last."""
    keys = dict.fromkeys(map(_key, draws))
    return [_row([draw for draw in draws if _key(draw) == key]) for key in sorted(keys)]


def _key(draw: Draw) -> tuple[bool, int, str]:
    return draw.of_all, 0 if draw.of_all else draw.normals, draw.object


def _row(alike: Sequence[Draw]) -> Row:
    from scipy.stats import binomtest

    first = alike[0]
    held_out = min(int(np.isin(draw.kinds, (ENROLLED, GOOD)).sum()) for draw in alike)
    alarms = _mean(alike, "anomalous", ENROLLED, GOOD)
    interval = binomtest(round(alarms * held_out), held_out).proportion_ci()
    drawn = not first.of_all
    return Row(
        object=first.object,
        normals=first.normals,
        of_all=first.of_all,
        draws=len(alike),
        held_out=held_out,
        false_alarms=round(alarms, 4),
        low=round(float(interval.low), 4),
        high=round(float(interval.high), 4),
        within=bool(interval.low <= RATE <= interval.high),
        not_enrolled=round(_mean(alike, "anomalous", ENROLLED), 4) if drawn else None,
        good=round(_mean(alike, "anomalous", GOOD), 4),
        misses=round(1 - _mean(alike, "anomalous", DEFECTIVE), 4),
        mean_p_not_enrolled=round(_mean(alike, "p_values", ENROLLED), 3) if drawn else None,
        mean_p_good=round(_mean(alike, "p_values", GOOD), 3),
        log_spread=round(float(np.mean([draw.log_spread for draw in alike])), 3),
    )


def _mean(draws: Sequence[Draw], column: str, *kinds: str) -> float:
    """Mean of a column over the parts of these kinds, each draw counting alike."""
    values: list[Any] = [getattr(draw, column)[np.isin(draw.kinds, kinds)].mean() for draw in draws]
    return float(np.mean(values))


if __name__ == "__main__":
    sys.exit(main())
