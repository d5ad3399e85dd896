"""Fits the weights of `echo_iad.deciders.embedded.kinds` to defects that are painted on good parts.

    python tools/fit_defect_kinds.py [FOLDER ...]

Each FOLDER is an object in MVTec layout, of which only ``train/good`` is read; the sample parts are always used. A
third of the good parts, at most 14, is painted on; the others are enrolled. Penalty and temperature are chosen by
leaving out one object at a time. Writes ``defect_kinds.json`` beside the module and prints what left-out objects reach.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import minimize

from echo_iad.comparison.attributes import with_changes
from echo_iad.comparison.regions import Patch, find_regions
from echo_iad.comparison.views import WholeView
from echo_iad.deciders.embedded import kinds as module
from echo_iad.deciders.embedded.kind_words import KINDS
from echo_iad.deciders.embedded.kinds import FEATURES, LIMIT, KindModel, region_looks
from echo_iad.deciders.embedded.seen import part_share, see
from echo_iad.domain.parts import BoolArray, ByteArray
from echo_iad.echo import Echo
from echo_iad.images.folders import PartPicture
from echo_iad.samples import sample_parts
from painted_kinds import paint

Floats: TypeAlias = NDArray[Any]

QUESTION = "What does the defect look like?"
"""Makes the comparison look at the suspect places of parts that pass, too."""
SIDE = 560
HELD = 14
FOUND = 0.15
"""Share of the painted defect that the comparison's region must cover, else it looked elsewhere."""


def examples(folder: Path, paintings: int, memory: Path) -> list[tuple[Floats, int]]:
    """Looks and kinds of one object's painted defects: by the map's region, and by the mask."""
    good = sorted(path for path in (folder / "train" / "good").iterdir() if path.suffix.lower() in {".jpg", ".png"})[
        :80
    ]
    step = max(1, len(good) // min(HELD, max(1, len(good) // 3)))
    held = good[::step][:HELD]
    found = []
    with Echo.from_profile("edge", memory=memory, create=True) as echo:
        echo.enrol_parts([PartPicture(folder.name, path) for path in good if path not in held])
        for kind in KINDS:
            chance = np.random.default_rng(zlib.crc32(f"{folder.name} {kind}".encode()))
            made = [paint(_opened(held[number % len(held)]), kind, chance) for number in range(paintings)]
            for painted in filter(None, made):
                found += [(looks, KINDS.index(kind)) for looks in _looks(echo, folder.name, *painted)]
    return found


def _opened(path: Path) -> ByteArray:
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((SIDE, SIDE))
    return np.asarray(picture)


def _looks(echo: Echo, name: str, pixels: ByteArray, mask: BoolArray) -> list[Floats]:
    inspected = echo.inspect(pixels, QUESTION, object=name)
    comparison = inspected.comparison
    if comparison is None or comparison.anomaly_map is None:
        return []
    seen, anomaly_map = see(comparison), comparison.anomaly_map
    side = anomaly_map.values.shape[0]
    small = (
        np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).resize((side, side), Image.Resampling.BILINEAR)) > 64
    )
    if not small.any() or seen.main is None:
        return []
    patches = find_regions(anomaly_map, pixels.shape[1], pixels.shape[0])
    covers = max(patches, key=lambda patch: patch.region.area_fraction * patch.region.score).inside
    references = [np.asarray(Image.open(reference.path).convert("RGB")) for reference in inspected.references]
    masked = Patch(replace(seen.main, area_fraction=float(small.mean())), small)
    views = [WholeView(reference) for reference in references]
    true = with_changes([masked], WholeView(pixels), views, anomaly_map.foreground)[0]
    regions = [true, seen.main] if (covers & small).sum() >= FOUND * small.sum() else [true]
    found = [region_looks(region, part_share(seen.part)) for region in regions]
    return [looks for looks in found if looks is not None]


def fit_kinds(looks: Floats, kinds: NDArray[np.int64], penalty: float, temperature: float = 1.0) -> KindModel:
    """Softmax regression in which every kind weighs alike."""
    share = 1.0 / np.maximum(np.bincount(kinds, minlength=len(KINDS)), 1)[kinds]
    share *= len(kinds) / share.sum()
    centre, spread = looks.mean(axis=0), looks.std(axis=0) + 1e-6
    scaled = np.column_stack([np.clip((looks - centre) / spread, -LIMIT, LIMIT), np.ones(len(looks))])
    wanted = np.eye(len(KINDS))[kinds]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(len(KINDS), -1)
        scores = scaled @ weights.T
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        missed = -(share * np.log((chances * wanted).sum(axis=1) + 1e-12)).sum()
        slope = (share[:, None] * (chances - wanted)).T @ scaled + penalty * weights
        return float(missed + 0.5 * penalty * np.square(weights).sum()), slope.ravel()

    found = minimize(loss, np.zeros(len(KINDS) * scaled.shape[1]), jac=True, method="L-BFGS-B")
    return KindModel(centre, spread, np.asarray(found.x.reshape(len(KINDS), -1), np.float32), temperature)


def left_out(looks: Floats, kinds: NDArray[np.int64], objects: NDArray[np.str_], penalty: float) -> Floats:
    """(n, kinds): logarithms of the chances that models without an example's object give it."""
    logs = np.zeros((len(looks), len(KINDS)))
    for each in np.unique(objects):
        others = objects != each
        model = fit_kinds(looks[others], kinds[others], penalty)
        logs[~others] = np.log(model.chances(looks[~others]) + 1e-12)
    return logs


def chosen(looks: Floats, kinds: NDArray[np.int64], objects: NDArray[np.str_]) -> tuple[float, float, float, float]:
    """Penalty and temperature that lose least on left-out objects, with that loss and the share that is right."""
    rated = []
    for penalty in (3.0, 10.0, 30.0):
        logs = left_out(looks, kinds, objects, penalty)
        for temperature in (0.8, 1.0, 1.3, 1.7, 2.2):
            scores = logs / temperature
            scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
            loss = -scores[np.arange(len(kinds)), kinds].mean()
            rated.append((float(loss), penalty, temperature, float((scores.argmax(axis=1) == kinds).mean())))
    return min(rated)


def kept(folder: Path, paintings: int, keep: Path | None) -> Mapping[str, NDArray[Any]]:
    """Looks and kinds of one object's examples, from the folder that keeps them or anew."""
    path = keep / f"{folder.name}.npz" if keep else None
    if path is not None and path.exists():
        stored: Mapping[str, NDArray[Any]] = np.load(path)
        return stored
    with tempfile.TemporaryDirectory() as memory:
        found = examples(folder, paintings, Path(memory) / "memory")
    one = {"looks": np.array([looks for looks, _ in found]), "kinds": np.array([kind for _, kind in found])}
    print(f"{folder.name}: {len(found)} examples", flush=True)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, looks=one["looks"], kinds=one["kinds"])
    return one


def main() -> None:
    """Paint, choose, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--paintings", type=int, default=10, help="tries for each kind and object")
    parser.add_argument("--keep", type=Path, help="folder that keeps the examples of each object")
    asked = parser.parse_args()
    folders = [*sorted(path for path in sample_parts().iterdir() if path.is_dir()), *asked.folders]
    found = [kept(folder, asked.paintings, asked.keep) for folder in folders]
    looks, kinds = (np.concatenate([one[name] for one in found]) for name in ("looks", "kinds"))
    objects = np.repeat([folder.name for folder in folders], [len(one["kinds"]) for one in found])
    loss, penalty, temperature, right = chosen(looks, kinds, objects)
    model = fit_kinds(looks, kinds, penalty)
    stored = {
        "kinds": KINDS,
        "features": FEATURES,
        "temperature": temperature,
        "centre": model.centre.round(4).tolist(),
        "spread": model.spread.round(4).tolist(),
        "weights": model.weights.astype(np.float64).round(3).tolist(),
        "fitted": {
            "objects": len(folders),
            "examples": len(kinds),
            "penalty": penalty,
            "left_out_loss": round(loss, 3),
            "left_out_right": round(right, 3),
        },
    }
    path = Path(module.__file__).with_name("defect_kinds.json")
    path.write_text(json.dumps(stored) + "\n", encoding="utf-8")
    print(f"left-out objects: {right:.1%} right of {len(KINDS)} kinds, loss {loss:.3f}; wrote {path}")


if __name__ == "__main__":
    main()
