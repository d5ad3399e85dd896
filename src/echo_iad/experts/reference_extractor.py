"""The Reference Extractor (paper, section 3.4): normals of the part's object to compare it with. Thin glue."""

from __future__ import annotations

from collections.abc import Sequence

from echo_iad.domain.evidence import ObjectMatch, Reference
from echo_iad.domain.parts import FloatArray, Picture
from echo_iad.experts.originals import Originals
from echo_iad.memory.retriever import Retriever
from echo_iad.memory.store import Memory
from echo_iad.settings import RetrievalSettings


class ReferenceExtractor:
    """Finds which object a part is, and its references.

    Parameters
    ----------
    memory : Memory
    settings : RetrievalSettings
    seed : int
        For ``random`` references.
    """

    def __init__(self, memory: Memory, settings: RetrievalSettings, seed: int) -> None:
        self._memory = memory
        self._settings = settings
        self._originals = Originals(memory)
        self._retriever = Retriever(memory, settings, seed)
        self._paths: tuple[tuple[str, str], dict[str, int]] | None = None

    def recognise(self, vector: FloatArray, named: str | None) -> ObjectMatch:
        """Which object a part is.

        Parameters
        ----------
        vector : (d,) float32, unit length
            Of the whole picture; as the object's normals are compared when it is named.
        named : str, optional
            The user's word, which is taken; without it the nearest normals tell, or nobody does.
        """
        if named is None:
            return self._retriever.recognise(vector)
        nearest = self._retriever.similar(vector, object=named, k=1)
        similarity = nearest[0].similarity if nearest else 0.0
        return ObjectMatch(named, named_by_user=True, similarity=similarity, margin=0.0, reason="Named by the user.")

    def extract(self, vector: FloatArray, object: str, *, key: str) -> tuple[Reference, ...]:
        """References for one query, as the profile wants them.

        Parameters
        ----------
        vector : (d,) float32, unit length
            As the object's normals are compared.
        object : str
        key : str
            The query's digest: the same query gets the same random references.
        """
        if self._settings.references == "none" or not self._settings.shots:
            return ()
        if self._settings.references == "random":
            return tuple(self._retriever.random(object=object, k=self._settings.shots, key=key, vector=vector))
        return tuple(self._retriever.similar(vector, object=object, k=self._settings.shots))

    def named(self, vector: FloatArray, object: str, paths: Sequence[str]) -> tuple[Reference, ...]:
        """The first of an object's normals that are listed by file, as many as the profile wants.

        Parameters
        ----------
        vector : (d,) float32, unit length
        object : str
        paths : sequence of str
            Where the files were when they were enrolled; others are passed over.
        """
        if self._settings.references == "none":
            return ()
        ids = self._ids_by_path(object)
        chosen = {ids[path]: path for path in paths if path in ids}
        vectors = self._memory.vectors_by_id(chosen, framed=self._memory.framing(object) is not None)
        listed = [Reference(id, path, float(vectors[id] @ vector)) for id, path in chosen.items()]
        return tuple(listed[: self._settings.shots])

    def _ids_by_path(self, object: str) -> dict[str, int]:
        """Where an object's normals were when they were enrolled; read once for each state of the object."""
        stamp = (object, self._memory.state(object))
        if self._paths is None or self._paths[0] != stamp:
            self._paths = (stamp, {normal.path: normal.id for normal in self._memory.normals(object)})
        return self._paths[1]

    def pictures(self, references: tuple[Reference, ...]) -> list[bytes]:
        """The references' previews, small JPEGs of the upright pictures."""
        return [self._memory.preview(reference.id) for reference in references]

    def originals(self, references: tuple[Reference, ...], side: int) -> tuple[Picture | None, ...]:
        """The references from their own files, at ``side`` pixels or more; None where one has changed or is gone."""
        return tuple(self._originals.read(reference.id, side) for reference in references)
