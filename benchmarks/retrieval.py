"""How fast and how right retrieval is from a thousand to a million normals, beside bare Faiss and exact search.

    python benchmarks/retrieval.py --out benchmarks/retrieval.json [--sizes 1000 10000] [--m 32 ...]

The vectors are drawn: a mixture of 1,000 objects, each a low-dimensional cloud round its own centre, of unit length.
They go through the whole of Echo's memory: enrolled into SQLite, indexed, cached, retrieved. Queries are drawn from
the same mixture and are not enrolled. One thread answers; all cores build.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded: one thread answers

import argparse
import json
import platform
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from echo_iad.domain.parts import EncoderId, FloatArray, ImageEncoding
from echo_iad.memory.exact import ExactIndex
from echo_iad.memory.hnsw import HnswIndex
from echo_iad.memory.records import NewNormal
from echo_iad.memory.retriever import Retriever
from echo_iad.memory.store import Memory
from echo_iad.memory.whole import WholeIndex, graph_cache
from echo_iad.settings import RetrievalSettings, load_profile

DIMENSION = 512
OBJECTS = 1000
QUERIES = 1000
TIMED = 300
"""Queries that are timed; recall is measured on all."""
INTRINSIC = (16, 25)
"""Dimensions of an object's cloud: at least, less than."""
CHUNK = 10_000


class Mixture:
    """A mixture of objects with the structure of real embeddings.

    Different objects have a cosine of about 0.2, two normals of one object about 0.9, as measured on photographs
    with the edge encoder. Objects are of different sizes, and the spectrum of each cloud decays.
    """

    def __init__(self, seed: int) -> None:
        chance = np.random.default_rng(seed)
        shared = _unit(chance.standard_normal((1, DIMENSION)))
        own = _unit(chance.standard_normal((OBJECTS, DIMENSION)))
        self.centres = _unit(np.sqrt(0.2) * shared + np.sqrt(0.8) * own)
        dimensions = chance.integers(*INTRINSIC, size=OBJECTS)
        self.spreads = [_cloud(chance, int(count)) for count in dimensions]
        self.shares = chance.dirichlet(np.full(OBJECTS, 4.0))

    def draw(self, count: int, seed: int) -> tuple[FloatArray, NDArray[np.int64]]:
        """Draw ``(count, d) float32, unit length`` and the object of each, object after object as in an enrolment."""
        chance = np.random.default_rng(seed)
        objects = np.sort(chance.choice(OBJECTS, size=count, p=self.shares))
        vectors = np.empty((count, DIMENSION), np.float32)
        for number in range(OBJECTS):
            rows = np.flatnonzero(objects == number)
            axes = self.spreads[number]
            cloud = chance.standard_normal((len(rows), len(axes)), np.float32) @ axes
            vectors[rows] = _unit(self.centres[number] + cloud)
        return vectors, objects


def _cloud(chance: np.random.Generator, dimensions: int) -> FloatArray:
    """Draw a random subspace with a decaying spectrum, ``(dimensions, d)``; its cloud has a radius of 0.3."""
    axes = np.linalg.qr(chance.standard_normal((DIMENSION, dimensions)))[0].T
    spectrum = 1.0 / np.sqrt(np.arange(1, dimensions + 1))
    scaled: FloatArray = (0.3 * axes * (spectrum / np.linalg.norm(spectrum))[:, None]).astype(np.float32)
    return scaled


def _unit(vectors: NDArray[np.floating]) -> FloatArray:
    unit: FloatArray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


@dataclass(frozen=True)
class Row:
    """What was measured at one size; times are medians of single queries on one thread."""

    vectors: int
    recall_at_1: float
    """Share of queries whose nearest normal by HNSW is as near as the exact one."""
    hnsw_ms: float
    """Echo's HNSW index: graph, ids, order."""
    hnsw_p95_ms: float
    faiss_hnsw_ms: float
    """Bare Faiss on the same graph."""
    hnsw_to_faiss: float
    retriever_ms: float
    """The whole of `Retriever.similar` with its index by HNSW: state of the memory, search, paths."""
    retriever_to_faiss: float
    exact_ms: float
    """Echo's exact index."""
    faiss_flat_ms: float
    """Bare Faiss, exact."""
    one_object_ms: float
    """The whole of `Retriever.similar` when the object is named."""
    enrol_seconds: float
    """Writing all normals to SQLite."""
    build_seconds: float
    """Reading them, building the graph with all cores, writing the cache."""
    load_seconds: float
    """Opening the cached graph."""
    bytes_per_vector: float
    """Of the cached graph, vectors included."""
    peak_gigabytes: float
    """Of this process while it enrolled, built and loaded; what is measured beside it comes after."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Queries and the objects that they show."""

    vectors: FloatArray
    objects: list[str]


def measure(mixture: Mixture, size: int, settings: RetrievalSettings, folder: Path) -> Row:
    """Enrol, index and ask at one size."""
    queries = ask(mixture)
    with Memory.open(folder, create=True) as memory:
        enrol_seconds = seconds(lambda: enrol(memory, *mixture.draw(size, seed=size)))
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        build_seconds = seconds(lambda: WholeIndex(memory, settings).current())
        faiss.omp_set_num_threads(1)
        retriever = Retriever(memory, settings, seed=0)
        load_seconds = seconds(lambda: retriever.similar(queries.vectors[0], k=1))
        size_on_disk = graph_cache(memory, settings)[0].stat().st_size
        own_peak = peak_gigabytes()
        found, near = graph_times(retriever, queries, settings)
        truth, far = exact_times(mixture.draw(size, seed=size)[0], retriever, queries)
    median = {name: float(np.median(times)) for name, times in (near | far).items()}
    return Row(
        vectors=size,
        recall_at_1=float((found >= truth - 1e-6).mean()),
        hnsw_ms=median["hnsw"],
        hnsw_p95_ms=float(np.quantile(near["hnsw"], 0.95)),
        faiss_hnsw_ms=median["faiss"],
        hnsw_to_faiss=median["hnsw"] / median["faiss"],
        retriever_ms=median["retriever"],
        retriever_to_faiss=median["retriever"] / median["faiss"],
        exact_ms=median["exact"],
        faiss_flat_ms=median["flat"],
        one_object_ms=median["object"],
        enrol_seconds=enrol_seconds,
        build_seconds=build_seconds,
        load_seconds=load_seconds,
        bytes_per_vector=size_on_disk / size,
        peak_gigabytes=own_peak,
    )


def peak_gigabytes() -> float:
    """Most memory that this process has held so far, 10^9 bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def ask(mixture: Mixture) -> Asked:
    """Draw the queries, in mixed order."""
    vectors, objects = mixture.draw(QUERIES, seed=7)
    order = np.random.default_rng(1).permutation(QUERIES)
    return Asked(vectors[order], [named(number) for number in objects[order].tolist()])


def graph_times(
    retriever: Retriever, queries: Asked, settings: RetrievalSettings
) -> tuple[FloatArray, dict[str, list[float]]]:
    """Similarities found in the cached graph; times of Echo's index, of bare Faiss on that graph, of the retriever."""
    index = retriever.whole.current()
    assert isinstance(index, HnswIndex)
    bare: Any = index.graph
    bare.hnsw.efSearch = settings.ef_search
    found = np.array([index.search(query[None], 1).similarities[0, 0] for query in queries.vectors])
    times = timed(
        {
            "hnsw": lambda row: index.search(queries.vectors[row : row + 1], 1),
            "faiss": lambda row: bare.search(queries.vectors[row : row + 1], 1),
            "retriever": lambda row: retriever.similar(queries.vectors[row], k=1),
        }
    )
    return found, times


def exact_times(vectors: FloatArray, retriever: Retriever, queries: Asked) -> tuple[FloatArray, dict[str, list[float]]]:
    """Exact similarities; times of Echo's exact index, of bare Faiss with none, of the retriever inside one object."""
    exact, flat = ExactIndex(DIMENSION), faiss.IndexFlatIP(DIMENSION)
    exact.add(vectors, np.arange(1, len(vectors) + 1))
    flat.add(vectors)
    times = timed(
        {
            "exact": lambda row: exact.search(queries.vectors[row : row + 1], 1),
            "flat": lambda row: flat.search(queries.vectors[row : row + 1], 1),
            "object": lambda row: retriever.similar(queries.vectors[row], object=queries.objects[row], k=1),
        }
    )
    return exact.search(queries.vectors, 1).similarities[:, 0], times


def named(number: int) -> str:
    """Name of an object of the mixture."""
    return f"object {number:04d}"


def enrol(memory: Memory, vectors: FloatArray, objects: NDArray[np.int64]) -> None:
    """Enrol in chunks, as a station would, with previews of a few bytes and no patch features."""
    encoder = EncoderId("drawn", "0" * 64, DIMENSION, "none", "drawn")
    memory.bind(encoder, encoder)
    for start in range(0, len(vectors), CHUNK):
        rows = range(start, min(start + CHUNK, len(vectors)))
        memory.add([_normal(vectors[row], named(int(objects[row])), row) for row in rows])


def _normal(vector: FloatArray, object: str, row: int) -> NewNormal:
    return NewNormal(
        object, f"/drawn/{row}.jpg", f"{row:064x}", 1, 1, 1, b"\xff\xd8\xff\xd9", ImageEncoding(vector), "bench"
    )


def seconds(task: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def timed(ways: dict[str, Callable[[int], object]]) -> dict[str, list[float]]:
    """Milliseconds of single queries.

    The ways take turns, so that a busy machine is busy for all, and each gets another query than the one before, so
    that none finds what it needs in the processor's caches because another has just asked the same.
    """
    names = list(ways)
    times: dict[str, list[float]] = {name: [] for name in names}
    for row in range(TIMED * len(names)):
        name = names[(row + row // TIMED) % len(names)]
        started = time.perf_counter()
        ways[name](row % TIMED)
        times[name].append(1000.0 * (time.perf_counter() - started))
    return times


def earlier(path: Path, breadths: dict[str, int]) -> dict[int, dict[str, Any]]:
    """Rows of an earlier run with the same breadths, by size: a million takes long and can be run alone."""
    if not path.is_file():
        return {}
    report = json.loads(path.read_text(encoding="utf-8"))
    return {row["vectors"]: row for row in report["rows"]} if report["settings"] == breadths else {}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    for name in ("m", "ef_construction", "ef_search"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, help="instead of the edge profile's")
    chosen = parser.parse_args(arguments)
    changes = {name: value for name in ("m", "ef_construction", "ef_search") if (value := getattr(chosen, name))}
    settings = load_profile("edge").retrieval.model_copy(update={"index": "hnsw", **changes})
    breadths = {"m": settings.m, "ef_construction": settings.ef_construction, "ef_search": settings.ef_search}
    mixture, rows = Mixture(seed=0), earlier(chosen.out, breadths)
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows[size] = asdict(measure(mixture, size, settings, Path(folder)))
        print(json.dumps(rows[size]), flush=True)
    report = {
        "command": "python benchmarks/retrieval.py --out benchmarks/retrieval.json",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "versions": {"numpy": np.__version__, "faiss": faiss.__version__, "python": platform.python_version()},
        "settings": breadths,
        "rows": [rows[size] for size in sorted(rows)],
    }
    chosen.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
