"""Finds references, and which object a part is (paper, section 3.3). Knows vectors, no picture and no encoder."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np

from echo_iad.domain.evidence import ObjectMatch, Reference
from echo_iad.domain.parts import FloatArray
from echo_iad.memory.exact import search_all
from echo_iad.memory.neighbours import NOTHING, Neighbours
from echo_iad.memory.recognition import Candidate, Spread, match, measure_spread
from echo_iad.memory.records import VectorTable
from echo_iad.memory.store import Memory
from echo_iad.memory.whole import WholeIndex
from echo_iad.settings import RetrievalSettings

_TABLES_BYTES = 64_000_000
"""How much of single objects' vectors stays loaded."""
_OTHER_OBJECTS = 32
_OTHER_NORMALS = 32
"""So many other objects, and normals of each, tell what is unrelated to an object."""
_WIDER = (16, 256, 4096)
"""How many nearest normals are looked at, until two objects are among them."""
_RERANKED = 10
"""Candidates for each reference when class names have a say in a search over all objects."""


class Retriever:
    """Normals like a query, from one object or all.

    Parameters
    ----------
    memory : Memory
        Open; changes to it are seen at the next call.
    settings : RetrievalSettings
    seed : int
        The profile's.

    Attributes
    ----------
    whole : WholeIndex
        Of all objects; made when it is first asked for.
    """

    def __init__(self, memory: Memory, settings: RetrievalSettings, seed: int) -> None:
        self._memory = memory
        self._settings = settings
        self._seed = seed
        self.whole = WholeIndex(memory, settings)
        self._tables: OrderedDict[tuple[str, bool], tuple[str, VectorTable]] = OrderedDict()
        self._spreads: dict[str, tuple[str, Spread]] = {}

    def similar(
        self, vector: FloatArray, *, object: str | None = None, k: int, text_vector: FloatArray | None = None
    ) -> list[Reference]:
        """Find the normals most like a query, most alike first, equal ones by id.

        Image-image similarity counts with the profile's ``image_weight``; the rest is image-text similarity, where
        both encoders share one space: of ``text_vector`` with the normals' pictures when it is given, else of the
        query's picture with the normals' class names.

        Parameters
        ----------
        vector : (d,) float32, unit length
            Of the query's picture; of the part cut out of it when the object is framed.
        object : str, optional
            Only its normals; an object that is not enrolled has none.
        k : int
            At most so many; fewer when there are fewer.
        text_vector : (d,) float32, unit length, optional
            Of words about the query.
        """
        weight = self._image_weight()
        if weight < 1.0 and text_vector is not None:
            blend = (weight * vector + (1.0 - weight) * text_vector).astype(np.float32)
            return self._references(self._search(blend, object, k))
        if weight < 1.0:
            return self._weighed_with_names(vector, object, k, weight)
        return self._references(self._search(vector, object, k))

    def random(
        self, *, object: str | None = None, k: int, key: str, vector: FloatArray | None = None
    ) -> list[Reference]:
        """Pick normals by chance: the same memory, seed and key give the same ones.

        Parameters
        ----------
        object : str, optional
            Only its normals.
        k : int
            At most so many, none twice.
        key : str
            What the choice is for, e.g. the query's digest.
        vector : (d,) float32, unit length, optional
            Of the query, to state similarities; without it they are 0.
        """
        ids = self._memory.ids(object)
        digest = hashlib.sha256(f"{self._seed}:{key}".encode()).digest()
        chance = np.random.default_rng(int.from_bytes(digest[:16], "big"))
        picked = chance.choice(ids, size=min(k, len(ids)), replace=False)
        paths = self._memory.paths_by_id(picked.tolist())
        likeness = dict.fromkeys(paths, 0.0)
        if vector is not None:
            framed = object is not None and self._memory.framing(object) is not None
            own = self._memory.vectors_by_id(paths, framed=framed)
            likeness = {number: float(one @ vector) for number, one in own.items()}
        return [Reference(number, paths[number], likeness[number]) for number in picked.tolist() if number in likeness]

    def recognise(self, vector: FloatArray) -> ObjectMatch:
        """Say which enrolled object a part is, or that it is unlike all of them.

        Parameters
        ----------
        vector : (d,) float32, unit length
        """
        best, other = self._two_nearest_objects(vector)
        if best is None:
            return ObjectMatch(None, named_by_user=False, similarity=0.0, margin=0.0, reason="Nothing is enrolled.")
        return match(best, other, self._spread(best.object), self._settings.unknown_margin)

    def _image_weight(self) -> float:
        if self._settings.image_weight >= 1.0:
            return 1.0
        image, text = self._memory.image_encoder, self._memory.text_encoder
        shared = image is not None and text is not None and image.space == text.space
        return self._settings.image_weight if shared else 1.0

    def _search(self, vector: FloatArray, object: str | None, k: int) -> Neighbours:
        if k < 1:
            return Neighbours(np.empty((1, 0), np.int64), np.empty((1, 0), np.float32))
        query = np.ascontiguousarray(vector, np.float32)[None]
        if object is None:
            return self.whole.current().search(query, k)
        table = self._table(object, compared=True)
        return search_all(query, table.vectors, table.ids, k)

    def _references(self, found: Neighbours) -> list[Reference]:
        pairs = [
            (number, value)
            for number, value in zip(found.ids[0].tolist(), found.similarities[0].tolist(), strict=True)
            if number != NOTHING
        ]
        paths = self._memory.paths_by_id(number for number, _ in pairs)
        return [Reference(number, paths[number], value) for number, value in pairs if number in paths]

    def _weighed_with_names(self, vector: FloatArray, object: str | None, k: int, weight: float) -> list[Reference]:
        likeness = {name: float(text @ vector) for name, text in self._memory.class_texts().items()}
        found = self._search(vector, object, _RERANKED * k)
        objects = self._memory.objects_by_id(found.ids[0].tolist())
        weighed = [
            (-weight * value - (1.0 - weight) * likeness.get(objects[number], 0.0), number)
            for number, value in zip(found.ids[0].tolist(), found.similarities[0].tolist(), strict=True)
            if number in objects
        ]
        best = sorted(weighed)[:k]
        paths = self._memory.paths_by_id(number for _, number in best)
        return [Reference(number, paths[number], -value) for value, number in best]

    def _two_nearest_objects(self, vector: FloatArray) -> tuple[Candidate | None, Candidate | None]:
        """Find the nearest normal and the nearest one of another object.

        Where one object fills the widest search, the last found stands for the nearest other: it is no nearer.
        """
        for k in _WIDER:
            found = self._search(vector, None, k)
            candidates = self._candidates(found)
            if len(candidates) > 1 or found.ids[0, -1] == NOTHING or len(self._memory.object_names()) == 1:
                best, other = (*candidates, None, None)[:2]
                return best, other
        return candidates[0], Candidate("another", float(found.similarities[0, -1]))

    def _candidates(self, found: Neighbours) -> list[Candidate]:
        objects = self._memory.objects_by_id(found.ids[0].tolist())
        nearest: dict[str, Candidate] = {}
        for number, value in zip(found.ids[0].tolist(), found.similarities[0].tolist(), strict=True):
            if number in objects:
                nearest.setdefault(objects[number], Candidate(objects[number], value))
        return list(nearest.values())

    def _spread(self, object: str) -> Spread:
        state = self._memory.state()
        held = self._spreads.get(object)
        if held is None or held[0] != state:
            held = (state, measure_spread(self._table(object).vectors, self._means_of_others(object)))
            self._spreads[object] = held
        return held[1]

    def _means_of_others(self, object: str) -> FloatArray:
        """Mean vectors of other objects, from a seeded sample of their normals; ``(m, d) float32``."""
        others = [name for name in self._memory.object_names() if name != object]
        chance = np.random.default_rng(self._seed)
        some = sorted(chance.choice(others, size=min(_OTHER_OBJECTS, len(others)), replace=False).tolist())
        means = [self._sampled_mean(name, chance) for name in some]
        return np.stack(means) if means else np.empty((0, len(self._table(object).vectors[0])), np.float32)

    def _sampled_mean(self, object: str, chance: np.random.Generator) -> FloatArray:
        ids = self._memory.ids(object)
        picked = chance.choice(ids, size=min(_OTHER_NORMALS, len(ids)), replace=False)
        mean: FloatArray = np.mean(list(self._memory.vectors_by_id(picked.tolist()).values()), axis=0)
        return mean

    def _table(self, object: str, *, compared: bool = False) -> VectorTable:
        """Load one object's vectors, or find them loaded; those used least lately are let go.

        Of whole pictures, by which an object is recognised, or as its normals are compared.
        """
        state, key = self._memory.state(object), (object, compared)
        held = self._tables.get(key)
        if held is None or held[0] != state:
            table = self._memory.compared_vectors(object) if compared else self._memory.vectors(object)
            self._tables[key] = held = (state, table)
            self._tables.move_to_end(key)
            while (
                len(self._tables) > 1
                and sum(table.vectors.nbytes for _, table in self._tables.values()) > _TABLES_BYTES
            ):
                self._tables.popitem(last=False)
        self._tables.move_to_end(key)
        return held[1]
