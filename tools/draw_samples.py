"""Draw the sample parts that the package ships: ``python tools/draw_samples.py [OUT]``.

Writes ``OUT/parts`` in MVTec layout and ``OUT/questions.json``; the same bytes for the same seed and library
versions. The knowledge files and the README beside them are written by hand and left alone. Knows no part of Echo.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from drawing import board, cap, fabric
from drawing.parts import Defect, Product, draw
from drawing.questions import QUESTIONS, record

PRODUCTS: tuple[Product, ...] = (cap.PRODUCT, fabric.PRODUCT, board.PRODUCT)
QUALITY = 85
OUT = Path(__file__).parents[1] / "src" / "echo_iad" / "assets" / "samples"


@dataclass(frozen=True)
class Picture:
    """One picture to draw: ``folder`` is below the product, e.g. ``train/good``."""

    product: int
    folder: str
    number: int
    defect: Defect | None = None


def pictures() -> Iterator[Picture]:
    """Every picture of the sample set."""
    for place, product in enumerate(PRODUCTS):
        yield from (Picture(place, "train/good", number) for number in range(product.train))
        yield from (Picture(place, "test/good", number) for number in range(product.good))
        for kind in product.kinds:
            flaws = [defect for defect in product.defects if defect.kind == kind]
            yield from (Picture(place, f"test/{kind}", number, flaw) for number, flaw in enumerate(flaws))


def write_picture(picture: Picture, parts: Path) -> None:
    """Draw one picture below ``parts``, and its mask when it has a defect."""
    product = PRODUCTS[picture.product]
    drawn = draw(product, picture.folder, picture.number, picture.defect)
    path = parts / product.name / picture.folder / f"{picture.number:03d}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(drawn.pixels).save(path, quality=QUALITY, optimize=True)
    if picture.defect is not None:
        mask = parts / product.name / "ground_truth" / picture.defect.kind / f"{picture.number:03d}_mask.png"
        mask.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(drawn.mask).save(mask, optimize=True)


def write_questions(out: Path) -> None:
    """Write ``questions.json``; the places come from the masks drawn before."""
    records = []
    for turn, asked in enumerate(QUESTIONS):
        path = out / "parts" / asked.mask
        mask = np.asarray(Image.open(path)) > 0 if asked.asks_place else None
        records.append(record(asked, mask, turn))
    text = json.dumps(records, indent=2, ensure_ascii=False) + "\n"
    (out / "questions.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Draw everything, replacing the pictures drawn before."""
    parser = argparse.ArgumentParser(description="Draw the sample parts that the package ships.")
    parser.add_argument(
        "out", nargs="?", type=Path, default=OUT, help="folder to write to (default: the package's assets)"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes that draw side by side (default: 2)")
    arguments = parser.parse_args()
    parts: Path = arguments.out / "parts"
    for product in PRODUCTS:
        shutil.rmtree(parts / product.name, ignore_errors=True)
    todo = list(pictures())
    with ProcessPoolExecutor(arguments.workers) as pool:
        list(pool.map(write_picture, todo, [parts] * len(todo)))
    write_questions(arguments.out)
    size = sum(path.stat().st_size for path in arguments.out.rglob("*") if path.is_file())
    print(f"{len(todo)} pictures, {size / 1e6:.2f} MB in {arguments.out}")


if __name__ == "__main__":
    main()
