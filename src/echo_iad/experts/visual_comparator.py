"""The Visual Comparator (beyond the paper): query against the normals of its object, with a tolerance.

What the normals look like is learned once for each state of an object and kept in the memory's cache.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from echo_iad.comparison.comparator import Compared, Tolerance, compare, with_looks
from echo_iad.comparison.normality import FORMAT, Normality, fit_normality
from echo_iad.domain.evidence import Comparison
from echo_iad.domain.parts import ImageEncoding, Picture
from echo_iad.experts.reference_pictures import ReferencePictures
from echo_iad.experts.stored_features import StoredFeatures
from echo_iad.memory.cache import read_cache, write_cache
from echo_iad.memory.store import Memory
from echo_iad.settings import ComparisonSettings

_KEPT_OBJECTS = 16
_KEPT_COMPARISONS = 8
"""Several questions about one part share its comparison."""

_Key: TypeAlias = tuple[str, int, str, tuple[bytes, ...], Tolerance]
"""Picture, identity of its encoding (which is held, so that no other takes its place), object, references, rate."""


@dataclass
class _Kept:
    """A comparison of one encoding, and the same with the looks of its regions once somebody asked for them."""

    encoding: ImageEncoding
    compared: Compared
    with_looks: Comparison | None = None


class VisualComparator:
    """Compares parts with the normals in a memory.

    Parameters
    ----------
    memory : Memory
    settings : ComparisonSettings
    seed : int
    """

    def __init__(self, memory: Memory, settings: ComparisonSettings, seed: int) -> None:
        self._memory = memory
        self._settings = settings
        self._seed = seed
        self._known: OrderedDict[str, tuple[str, Normality]] = OrderedDict()
        self._compared: OrderedDict[_Key, _Kept] = OrderedDict()
        self._pictures = ReferencePictures()

    def learn(self, object: str) -> Normality | None:
        """What the normals of an object look like, from the cache or anew; None without normals."""
        stamp = self._stamp(object)
        known = self._known.get(object)
        if known is not None and known[0] == stamp:
            self._known.move_to_end(object)
            return known[1]
        normality = self._load(object, stamp)
        if normality is not None:
            self._known[object] = (stamp, normality)
            if len(self._known) > _KEPT_OBJECTS:
                self._known.popitem(last=False)
        return normality

    def compare(
        self,
        picture: Picture,
        encoding: ImageEncoding,
        object: str,
        references: Sequence[bytes],
        tolerance: Tolerance,
        *,
        looks: bool = True,
    ) -> Comparison | None:
        """Compare one part, or find it compared; None when its object has no normals.

        Parameters
        ----------
        picture : Picture
        encoding : ImageEncoding
            As the object's normals were encoded.
        object : str
        references : sequence of bytes
            JPEGs of the references.
        tolerance : Tolerance
        looks : bool
            Whether it must be told what the suspect place of a good part looks like; a defective part's regions are
            always looked at.
        """
        normality = self.learn(object)
        if normality is None:
            return None
        key = (picture.sha256, id(encoding), self._stamp(object), tuple(references), tolerance)
        kept = self._compared.get(key)
        if kept is None:
            kept = self._compared[key] = _Kept(encoding, compare(picture, encoding, normality, tolerance))
            if len(self._compared) > _KEPT_COMPARISONS:
                self._compared.popitem(last=False)
        if kept.with_looks is None and (looks or kept.compared.comparison.is_anomalous):
            framing = None if encoding.frame is None else encoding.frame.framing
            shown = [self._pictures.read(data, framing) for data in references]
            kept.with_looks = with_looks(kept.compared, picture, encoding.frame, shown)
        return kept.with_looks or kept.compared.comparison

    def _stamp(self, object: str) -> str:
        return f"{FORMAT} {self._memory.state(object)} {self._settings.bank_megabytes} {self._seed}"

    def _load(self, object: str, stamp: str) -> Normality | None:
        path = self._memory.cache_file(f"normality {object}")
        arrays = read_cache(path, stamp)
        if arrays is not None:
            return Normality.from_arrays(arrays)
        normals = StoredFeatures(self._memory, self._memory.ids(object))
        if not normals:
            return None
        normality = fit_normality(normals, megabytes=self._settings.bank_megabytes, seed=self._seed)
        write_cache(path, stamp, normality.to_arrays())
        return normality
