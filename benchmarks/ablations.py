"""Why the Visual Comparator compares as it does: writes ablations.json and the first table of docs/ablations.md.

Each row changes one choice of the comparator and leaves the others as they ship. Image AUROC of every object, the mean
over the objects, and the difference of the mean from what ships, with 95 % intervals by a bootstrap over the test
parts (both ways on the same draws). One setting for all objects. Deterministic.

Run from anywhere: ``python benchmarks/ablations.py [--data FOLDER] [--out FILE.json]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echo_iad.comparison.bank import PatchBank, nearest
from echo_iad.comparison.features import PatchFeatures, patch_features
from echo_iad.comparison.normality import Normality, fit_normality, score_map
from echo_iad.comparison.usual import Usual
from echo_iad.domain.parts import FloatArray, Picture
from echo_iad.encoders.framed import encode_framed
from echo_iad.encoders.onnx import EdgeImageEncoder
from echo_iad.evaluation.making.labelled_parts import LabelledObject, read_labelled_parts
from echo_iad.images.framing import choose_framing, find_pose
from echo_iad.images.loading import ENOUGH_SIDE, load_picture
from echo_iad.samples import sample_parts
from layouts import show_as_mvtec
from tables import put_tables

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(__file__).with_suffix(".json")
SHIPPED = "as it ships"
RESAMPLES = 500
_SIDE, _MEGABYTES, _SEED = 320, 2.0, 0


@dataclass(frozen=True)
class Seen:
    """One test part in one view, read against the usual in both ways; ``(h, w)`` float32 each."""

    by_place: FloatArray
    by_patch: FloatArray


Reading = Callable[[Sequence[Seen]], FloatArray]
"""Both views of a part -> its map."""


def _mean(views: Sequence[Seen]) -> FloatArray:
    mean: FloatArray = np.mean([reading for view in views for reading in (view.by_place, view.by_patch)], axis=0)
    return mean


READINGS: Mapping[str, Reading] = {
    SHIPPED: _mean,
    "the larger of both views": lambda views: np.max([(each.by_place + each.by_patch) / 2 for each in views], axis=0),
    "context alone": lambda views: _mean(views[:1]),
    "detail alone": lambda views: _mean(views[1:]),
    "against the usual of the place alone": lambda views: np.mean([view.by_place for view in views], axis=0),
    "against the usual near the patch alone": lambda views: np.mean([view.by_patch for view in views], axis=0),
}


@dataclass(frozen=True)
class Way:
    """How pictures are cut and encoded, and how much is kept of them."""

    framed: bool = True
    turned: bool = True
    side: int = _SIDE
    megabytes: float = _MEGABYTES
    seed: int = _SEED


WAYS: Mapping[str, Way] = {
    "pictures taken whole": Way(framed=False),
    "parts cut out, none turned": Way(turned=False),
    "224 pixels for 320": Way(side=224),
    "256 pixels": Way(side=256),
    "384 pixels": Way(side=384),
    "bank of 1 MB for 2": Way(megabytes=1.0),
    "bank of 4 MB": Way(megabytes=4.0),
    "another seed (1)": Way(seed=1),
    "another seed (2)": Way(seed=2),
}

Scores = dict[str, dict[str, NDArray[np.float32]]]
"""Row of the table -> object -> score of every test part."""


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with as_mvtec.py")
    parser.add_argument("--out", type=Path, default=OUT, help="with another one the docs stay as they are")
    asked = parser.parse_args()
    report: dict[str, Any] = {"command": "python benchmarks/ablations.py"}
    with tempfile.TemporaryDirectory() as folder:
        objects = list(read_labelled_parts(sample_parts()))
        if (asked.data / "as_mvtec.py").is_file():
            show_as_mvtec(asked.data, Path(folder) / "parts")
            objects += read_labelled_parts(Path(folder) / "parts")
        else:
            print(f"No real parts in {asked.data}: the sample parts alone are measured. Name them with --data FOLDER.")
        report |= measure(objects)
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if asked.out == OUT:
        put_tables(ROOT / "docs" / "ablations.md", "ablations", table(report))
    return 0


def measure(objects: Sequence[LabelledObject]) -> dict[str, Any]:
    """Every row, of all objects."""
    scores: Scores = {}
    truth = {}
    for tested in objects:
        truth[tested.name] = np.array([picture.is_defective for picture in tested.pictures])
        for row, found in scores_of(tested).items():
            scores.setdefault(row, {})[tested.name] = found
        print(f"{tested.name}: {auroc(scores[SHIPPED][tested.name], truth[tested.name]):.3f}", flush=True)
    return {"objects": list(truth), "rows": [summary(row, scores, truth) for row in scores]}


def scores_of(tested: LabelledObject) -> dict[str, NDArray[np.float32]]:
    """Row of the table -> scores of one object's test parts."""
    normals = [load_picture(path, at_least=ENOUGH_SIDE) for path in tested.normals]
    parts = [load_picture(picture.path, at_least=ENOUGH_SIDE) for picture in tested.pictures]
    shipped, encoded = Way(), {}
    scores: dict[str, NDArray[np.float32]] = {}
    for row, way in {SHIPPED: shipped, **WAYS}.items():
        key = replace(way, megabytes=_MEGABYTES, seed=_SEED)
        if key not in encoded:
            encoded[key] = _encoded(normals, parts, key)
        learned, looked_at = encoded[key]
        normality = fit_normality(learned, megabytes=way.megabytes, seed=way.seed)
        views = [_views(part, normality) for part in looked_at]
        readings = READINGS if way == shipped else {row: _mean}
        for name, reading in readings.items():
            scores[name] = np.array([score_map(reading(each)) for each in views], np.float32)
    return scores


def _encoded(
    normals: Sequence[Picture], parts: Sequence[Picture], way: Way
) -> tuple[list[PatchFeatures], list[PatchFeatures]]:
    encoder = EdgeImageEncoder(side=way.side)
    poses = [find_pose(picture.pixels) for picture in normals]
    if not way.turned:
        poses = [pose and replace(pose, elongation=1.0) for pose in poses]
    framing = choose_framing(poses, side=way.side)
    found = [
        [patch_features(encoding.levels) for encoding in encode_framed(encoder, some, framing if way.framed else None)]
        for some in (normals, parts)
    ]
    return found[0], found[1]


def _views(part: PatchFeatures, normality: Normality) -> tuple[Seen, Seen]:
    return (
        _seen(part.context, normality.banks.context, normality.context),
        _seen(part.detail, normality.banks.detail, normality.detail),
    )


def _seen(view: FloatArray, bank: PatchBank, usual: Usual) -> Seen:
    found = nearest(view, bank)
    return Seen(
        (found.distance - usual.place_mean) / usual.place_spread,
        (found.distance - usual.patch_mean[found.patch]) / usual.patch_spread[found.patch],
    )


def summary(row: str, scores: Scores, truth: Mapping[str, NDArray[np.bool_]]) -> dict[str, Any]:
    """Image AUROC of each object, the mean with its interval, and its difference from what ships with its interval."""
    chance = np.random.default_rng(_SEED)
    own, shipped = np.zeros(RESAMPLES), np.zeros(RESAMPLES)
    each = {}
    for name, defective in truth.items():
        each[name] = auroc(scores[row][name], defective)
        for draw in range(RESAMPLES):
            picked = _resampled(defective, chance)
            own[draw] += auroc(scores[row][name][picked], defective[picked]) / len(truth)
            shipped[draw] += auroc(scores[SHIPPED][name][picked], defective[picked]) / len(truth)
    mean = float(np.mean(list(each.values())))
    base = float(np.mean([auroc(scores[SHIPPED][name], defective) for name, defective in truth.items()]))
    return {
        "row": row,
        "each": {name: round(value, 4) for name, value in each.items()},
        "mean": round(mean, 4),
        "interval": _interval(own),
        "difference": round(mean - base, 4),
        "difference_interval": _interval(own - shipped),
    }


def auroc(scores: NDArray[np.float32], defective: NDArray[np.bool_]) -> float:
    """Area under the ROC curve, by ranks; ties count half."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    bad = int(defective.sum())
    return float((ranks[defective].sum() - bad * (bad + 1) / 2) / (bad * (len(scores) - bad)))


def _resampled(defective: NDArray[np.bool_], chance: np.random.Generator) -> NDArray[np.int64]:
    """Places of a bootstrap draw: good and defective parts each among themselves."""
    return np.concatenate(
        [chance.choice(places, len(places)) for places in map(np.flatnonzero, (defective, ~defective))]
    )


def _interval(draws: NDArray[np.float64]) -> list[float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return [round(float(low), 4), round(float(high), 4)]


def table(report: Mapping[str, Any]) -> str:
    """The table, in Markdown."""
    objects = report["objects"]
    lines = [
        f"| choice | {' | '.join(objects)} | mean (95 %) | difference (95 %) |",
        f"|---|{'---:|' * (len(objects) + 2)}",
    ]
    for row in report["rows"]:
        low, high = row["interval"]
        apart = "–"
        if row["row"] != SHIPPED:
            least, most = row["difference_interval"]
            apart = f"{row['difference']:+.3f} ({least:+.3f} to {most:+.3f})"
        cells = [f"{row['each'][name]:.3f}" for name in objects]
        lines.append(f"| {row['row']} | {' | '.join(cells)} | {row['mean']:.3f} ({low:.3f} to {high:.3f}) | {apart} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
