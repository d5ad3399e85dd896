"""How well the object of a part is recognised, and parts of objects that are not enrolled are called unknown.

    python benchmarks/recognition.py FOLDER... --out benchmarks/recognition.json

Each FOLDER is in MVTec layout (``<object>/train/good``, ``<object>/test/<defect or good>``); Echo's own sample parts
are always among the objects. Every object is enrolled beside the others, left out once, and enrolled alone, with few
normals and with all. The file holds shares and counts, and no object's name.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from echo_iad.domain.parts import FloatArray, ImageEncoding
from echo_iad.encoders.catalog import load_image_encoder, load_text_encoder
from echo_iad.images.loading import find_pictures, load_picture
from echo_iad.memory.records import NewNormal
from echo_iad.memory.retriever import Retriever
from echo_iad.memory.store import Memory
from echo_iad.settings import load_profile

SAMPLES = Path(__file__).parents[1] / "src" / "echo_iad" / "assets" / "samples" / "parts"
SHOTS = (1, 2, 4, 16, 10_000)
IMAGE_ENCODER = load_image_encoder("edge")
TEXT_ID = load_text_encoder("edge").id


@dataclass(frozen=True, eq=False)
class Product:
    """Embeddings of one object's pictures, ``(n, d) float32`` each."""

    name: str
    normals: FloatArray
    good: FloatArray
    defective: FloatArray


@dataclass(frozen=True)
class Row:
    """Shares, of all parts and of the worst object, at one number of normals."""

    normals_at_most: int
    good_recognised: float
    defective_recognised: float
    defective_recognised_worst: float
    taken_for_another: int
    foreign_unknown: float
    foreign_unknown_worst: float
    alone_good_recognised: float
    alone_defective_recognised: float
    alone_foreign_unknown: float
    alone_foreign_unknown_worst: float


def read(folder: Path) -> Product:
    """Encode one object's pictures."""
    kinds = sorted(path for path in (folder / "test").iterdir() if path.is_dir())
    bad = [picture for kind in kinds if kind.name != "good" for picture in find_pictures(kind)]
    good = find_pictures(folder / "test" / "good") if (folder / "test" / "good").is_dir() else []
    return Product(folder.name, encode(find_pictures(folder / "train" / "good")), encode(good), encode(bad))


def encode(paths: Sequence[Path]) -> FloatArray:
    """Encode pictures; ``(n, d) float32``."""
    rows = [IMAGE_ENCODER.encode_images([load_picture(path, at_least=320)])[0].vector for path in paths]
    return np.array(rows, np.float32).reshape(len(rows), IMAGE_ENCODER.id.dimension)


def names_of(enrolled: Sequence[Product], shots: int, queries: Sequence[FloatArray]) -> Iterator[list[str | None]]:
    """Recognise each group of queries in a memory of these objects."""
    with tempfile.TemporaryDirectory() as folder, Memory.open(folder, create=True) as memory:
        memory.bind(IMAGE_ENCODER.id, TEXT_ID)
        for product in enrolled:
            memory.add([_normal(product.name, vector) for vector in product.normals[:shots]])
        retriever = Retriever(memory, load_profile("edge").retrieval, seed=0)
        for group in queries:
            yield [retriever.recognise(vector).name for vector in group]


def _normal(name: str, vector: FloatArray) -> NewNormal:
    digest = hashlib.sha256(vector.tobytes()).hexdigest()
    return NewNormal(name, "", digest, 1, 1, 1, b"\xff\xd8\xff\xd9", ImageEncoding(vector), "bench")


def share(groups: Sequence[Sequence[str | None]], wanted: Sequence[str | None]) -> tuple[float, float]:
    """Share of all answers, and of the worst group, that are the group's wanted one."""
    right = [[answer == name for answer in group] for group, name in zip(groups, wanted, strict=True) if group]
    return float(np.mean([hit for group in right for hit in group])), float(min(np.mean(group) for group in right))


def measure(products: Sequence[Product], shots: int) -> Row:
    """Ask all three questions at one number of normals."""
    names = [product.name for product in products]
    nobody = [None] * len(products)
    good = list(names_of(products, shots, [product.good for product in products]))
    bad = list(names_of(products, shots, [product.defective for product in products]))
    left_out = [
        next(names_of([other for other in products if other is not product], shots, [everything(product)]))
        for product in products
    ]
    alone = [list(names_of([product], shots, [product.good, product.defective])) for product in products]
    strangers = [
        [
            answer
            for group in names_of([product], shots, [everything(o) for o in products if o is not product])
            for answer in group
        ]
        for product in products
    ]
    return Row(
        normals_at_most=shots,
        good_recognised=share(good, names)[0],
        defective_recognised=share(bad, names)[0],
        defective_recognised_worst=share(bad, names)[1],
        taken_for_another=sum(
            answer not in (name, None) for group, name in zip(good + bad, names * 2, strict=True) for answer in group
        ),
        foreign_unknown=share(left_out, nobody)[0],
        foreign_unknown_worst=share(left_out, nobody)[1],
        alone_good_recognised=share([groups[0] for groups in alone], names)[0],
        alone_defective_recognised=share([groups[1] for groups in alone], names)[0],
        alone_foreign_unknown=share(strangers, nobody)[0],
        alone_foreign_unknown_worst=share(strangers, nobody)[1],
    )


def everything(product: Product) -> FloatArray:
    """All pictures of one object."""
    return np.concatenate([product.normals, product.good, product.defective])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    chosen = parser.parse_args(arguments)
    places = sorted(place for folder in [SAMPLES, *chosen.folders] for place in folder.iterdir() if place.is_dir())
    products = [read(place) for place in places]
    report = {
        "command": "python benchmarks/recognition.py FOLDER... --out benchmarks/recognition.json",
        "objects": len(products),
        "normals": sum(len(product.normals) for product in products),
        "good": sum(len(product.good) for product in products),
        "defective": sum(len(product.defective) for product in products),
        "rows": [asdict(measure(products, shots)) for shots in SHOTS],
    }
    chosen.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
