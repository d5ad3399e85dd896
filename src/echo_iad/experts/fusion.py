"""Learns for each object how its comparison and a model's word are weighed, from its normals alone, and keeps it.

Half of the normals teach a comparator of their own; of the other half, up to 16 are compared and shown to the model,
each as it is and once more with a synthetic defect (`echo_iad.comparison.synthetic`). How well each of the two tells
them apart gives the weights (`echo_iad.deciders.fusion`). No labelled defect is needed and none is looked at.

The model is asked as it will be asked: with the references that the profile shows, taken from the first half, and with
what that half's comparator found; without knowledge, and never with a fusion.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from echo_iad.comparison.comparator import Tolerance, compare, with_looks
from echo_iad.comparison.normality import FORMAT as NORMALITY_FORMAT
from echo_iad.comparison.normality import Normality, fit_normality
from echo_iad.comparison.synthetic import LEAST_SIDE, with_defect
from echo_iad.deciders.base import Asked, Decider, decide_all
from echo_iad.deciders.fusion import LEAST_PARTS, comparator_alone, learn_fusion, log_odds, log_ratio, separation
from echo_iad.domain.decisions import Decision
from echo_iad.domain.evidence import Evidence, Exhibits, Fusion, ObjectMatch, Reference
from echo_iad.domain.parts import FloatArray, Picture
from echo_iad.domain.questions import DEFAULT_QUESTION, Expert, Question, QuestionType
from echo_iad.experts.originals import Originals
from echo_iad.experts.part_encoding import PartEncoding
from echo_iad.experts.reference_pictures import ReferencePictures
from echo_iad.experts.stored_features import StoredFeatures
from echo_iad.images.loading import ENOUGH_SIDE
from echo_iad.images.preparing import decode_jpeg
from echo_iad.memory.cache import read_cache, write_cache
from echo_iad.memory.store import Memory
from echo_iad.settings import Profile

FORMAT = "fusion 1"
"""Stamps the cache; a change of anything that is learned here changes it."""
LEAST_NORMALS = 8
"""With fewer, half of them is too few to learn from."""
Progress = Callable[[int, int, str], None]
"""Called with the parts that were asked about, how many there are, and the object."""

_MOST_HELD_OUT = 16
_TOGETHER = 4  # parts that the model is asked about in one go
_DEFECTIVE, _GOOD = "Yes.", "No."
_QUESTIONS = (
    Question(DEFAULT_QUESTION, {"A": _DEFECTIVE, "B": _GOOD}),
    Question(DEFAULT_QUESTION, {"A": _GOOD, "B": _DEFECTIVE}),
)
"""Taken by turns: a liking for one letter must not pass for a leaning to one side."""


@dataclass(frozen=True, eq=False)
class _Half:
    """The normals that held-out ones are compared with.

    Attributes
    ----------
    ids : tuple of int
    vectors : (n, d) float32, unit length
        In the order of `ids`.
    normality : Normality
        Learned from these normals alone.
    """

    object: str
    ids: tuple[int, ...]
    vectors: FloatArray
    normality: Normality


@dataclass(frozen=True, eq=False)
class _Shown:
    """A picture as the model is asked about it, and what the comparison says of it."""

    asked: Asked
    compared: float
    """``log(score / threshold)``."""


@dataclass(frozen=True)
class _Verdicts:
    """What both say of one picture."""

    compared: float
    said: float
    """The model's log-odds of "defective"; NaN where it did not answer."""


@dataclass(frozen=True)
class _Heard:
    """What both say of one part, as it is and with a synthetic defect."""

    good: _Verdicts
    spoilt: _Verdicts

    @property
    def is_answered(self) -> bool:
        """Whether the model answered about both."""
        return not math.isnan(self.good.said + self.spoilt.said)


class FusionCalibrator:
    """Learns and keeps the `Fusion` of each object.

    Parameters
    ----------
    memory : Memory
    part_encoding : PartEncoding
        Over the same memory.
    decider : Decider
        Asks the model; what it gives as ``p_anomalous`` is taken for the model's word, or else its option for 0 or 1.
    profile : Profile
        Its retrieval, comparison, tolerance, decider and plan for discrimination say how the model is asked.
    """

    def __init__(self, memory: Memory, part_encoding: PartEncoding, decider: Decider, profile: Profile) -> None:
        self._memory = memory
        self._encoding = part_encoding
        self._decider = decider
        self._profile = profile
        self._tolerance = Tolerance(profile.tolerance.false_alarm_rate)
        self._originals = Originals(memory)
        self._pictures = ReferencePictures()
        self._way = _way_of_asking(profile)
        self._known: dict[str, tuple[str, Fusion | None]] = {}

    def fusion(self, object: str, progress: Progress | None = None) -> Fusion | None:
        """How an object's comparison and the model's word are weighed; from the cache, or learned now.

        Learning asks the model two questions about each of up to 16 parts. Where it answers too few of them its word
        does not count, and it is asked again by the next process.

        Parameters
        ----------
        object : str
        progress : callable, optional

        Returns
        -------
        Fusion or None
            None when the object has fewer than 8 normals: the comparison alone decides.

        Raises
        ------
        ModelGoneError
            The model answers nothing more.
        """
        stamp = self._stamp(object)
        known = self._known.get(object)
        if known is None or known[0] != stamp:
            known = self._known[object] = (stamp, self._load(object, stamp, progress))
        return known[1]

    def _stamp(self, object: str) -> str:
        return f"{FORMAT} {NORMALITY_FORMAT} {self._memory.state(object)} {self._way}"

    def _load(self, object: str, stamp: str, progress: Progress | None) -> Fusion | None:
        path = self._memory.cache_file(f"fusion {object} {self._way}")  # one for each model
        arrays = read_cache(path, stamp)
        if arrays is not None:
            return _from_numbers(arrays["fusion"].tolist())
        ids = self._memory.ids(object)
        if len(ids) < LEAST_NORMALS:
            return None
        fitting, held_out = self._split(ids)
        heard = self._hear(self._half(object, fitting), held_out, progress)
        answered = [one for one in heard if one.is_answered]
        if len(answered) < max(LEAST_PARTS, len(heard) / 2):
            return _unanswered(heard, len(answered))
        fusion = _weighed(answered)
        write_cache(path, stamp, {"fusion": np.array(astuple(fusion), dtype=np.float64)})
        return fusion

    def _split(self, ids: Sequence[int]) -> tuple[list[int], list[int]]:
        """Normals to learn from, the larger half, and those that are held out."""
        order = [ids[place] for place in np.random.default_rng(self._profile.seed).permutation(len(ids))]
        half = (len(order) + 1) // 2
        return sorted(order[:half]), order[half : half + _MOST_HELD_OUT]

    def _half(self, object: str, ids: Sequence[int]) -> _Half:
        megabytes, seed = self._profile.comparison.bank_megabytes, self._profile.seed
        normality = fit_normality(StoredFeatures(self._memory, ids), megabytes=megabytes, seed=seed)
        vectors = self._memory.vectors_by_id(ids, framed=self._memory.framing(object) is not None)
        return _Half(object, tuple(ids), np.stack([vectors[id] for id in ids]), normality)

    def _hear(self, half: _Half, held_out: Sequence[int], progress: Progress | None) -> list[_Heard]:
        """Compare each held-out part with the half and ask the model about it, as it is and with a defect."""
        heard: list[_Heard] = []
        tell = progress or (lambda done, total, object: None)
        tell(0, len(held_out), half.object)
        for start in range(0, len(held_out), _TOGETHER):
            group = held_out[start : start + _TOGETHER]
            shown = [each for place, id in enumerate(group, start) for each in self._both(half, id, place)]
            decisions = decide_all(self._decider, [each.asked for each in shown])
            verdicts = [_verdicts(each, decision) for each, decision in zip(shown, decisions, strict=True)]
            heard += [_Heard(good, spoilt) for good, spoilt in zip(verdicts[::2], verdicts[1::2], strict=True)]
            tell(start + len(group), len(held_out), half.object)
        return heard

    def _both(self, half: _Half, id: int, place: int) -> list[_Shown]:
        """A part as it is, and with a synthetic defect; nothing when its picture has no room for one."""
        picture = self._picture(id)
        if min(picture.pixels.shape[:2]) < LEAST_SIDE:
            return []
        question = _QUESTIONS[place % len(_QUESTIONS)]
        return [self._shown(half, each, question) for each in (picture, self._spoilt(picture))]

    def _picture(self, id: int) -> Picture:
        """A normal from its own file; its preview where that is gone or has changed."""
        kept = self._originals.read(id, self._side)
        if kept is not None:
            return kept
        normal = self._memory.normal(id)
        return Picture(decode_jpeg(self._memory.preview(id)), normal.width, normal.height, normal.path, normal.sha256)

    @property
    def _side(self) -> int:
        return max(ENOUGH_SIDE, getattr(self._decider, "picture_side", 0))

    def _spoilt(self, picture: Picture) -> Picture:
        """The same part with a synthetic defect; the same defect whatever memory the part is in."""
        made = with_defect(picture.pixels, [self._profile.seed, *_numbers(picture)])
        digest = hashlib.sha256(made.pixels.tobytes()).hexdigest()
        return Picture(made.pixels, picture.width, picture.height, f"{picture.path} with a {made.kind}", digest)

    def _shown(self, half: _Half, picture: Picture, question: Question) -> _Shown:
        encoding = self._encoding.encode(picture, half.object)
        references = self._references(half, picture, encoding.vector)
        previews = tuple(self._memory.preview(reference.id) for reference in references)
        compared = compare(picture, encoding, half.normality, self._tolerance)
        framing = None if encoding.frame is None else encoding.frame.framing
        shown = [self._pictures.read(preview, framing) for preview in previews]
        comparison = with_looks(compared, picture, encoding.frame, shown)
        originals = tuple(self._originals.read(reference.id, self._side) for reference in references)
        match = ObjectMatch(half.object, named_by_user=True, similarity=0.0, margin=0.0, reason="One of its normals.")
        evidence = Evidence(match, references, comparison, exhibits=Exhibits(picture, previews, originals))
        return _Shown(Asked(question, QuestionType.DISCRIMINATION, evidence), log_ratio(comparison))

    def _references(self, half: _Half, picture: Picture, vector: FloatArray) -> tuple[Reference, ...]:
        """References from the half, as the profile wants them."""
        chosen, plan = self._profile.retrieval, self._profile.plans()[QuestionType.DISCRIMINATION]
        if chosen.references == "none" or not plan.calls(Expert.REFERENCE_EXTRACTOR):
            return ()
        likeness = half.vectors @ vector
        order = np.argsort(-likeness, kind="stable")
        if chosen.references == "random":
            order = np.random.default_rng([self._profile.seed, *_numbers(picture)]).permutation(len(likeness))
        ids = [half.ids[place] for place in order[: chosen.shots]]
        paths = self._memory.paths_by_id(ids)
        return tuple(Reference(id, paths[id], float(likeness[half.ids.index(id)])) for id in ids)


def _way_of_asking(profile: Profile) -> str:
    """Digest of all that the weights depend on beside the normals: the model, and how it is asked."""
    parts = [
        f"{profile.seed} {profile.plan[QuestionType.DISCRIMINATION]}",
        profile.retrieval.model_dump_json(include={"references", "shots"}),
        profile.comparison.model_dump_json(),
        profile.tolerance.model_dump_json(),
        profile.decider.model_dump_json(),
        profile.mllm.model_dump_json(include={"device", "dtype", "bits", "base_url"}),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _from_numbers(numbers: Sequence[float]) -> Fusion:
    """Inverse of ``astuple``."""
    comparator, model, neutral, separation_comparator, separation_model, parts = numbers
    return Fusion(comparator, model, neutral, separation_comparator, separation_model, int(parts))


def _numbers(picture: Picture) -> list[int]:
    """A seed that is the picture's own."""
    return [int(picture.sha256[:16], 16)]


def _verdicts(shown: _Shown, decision: Decision) -> _Verdicts:
    p_model = decision.p_anomalous
    if p_model is None and decision.option is not None:  # it only wrote so
        p_model = float(shown.asked.question.options[decision.option] == _DEFECTIVE)
    return _Verdicts(shown.compared, math.nan if p_model is None else log_odds(p_model))


def _weighed(heard: Sequence[_Heard]) -> Fusion:
    """Weights, from the parts about which the model gave its word twice."""
    good, spoilt = [one.good for one in heard], [one.spoilt for one in heard]
    return learn_fusion(
        [one.compared for one in good],
        [one.compared for one in spoilt],
        [one.said for one in good],
        [one.said for one in spoilt],
    )


def _unanswered(heard: Sequence[_Heard], answered: int) -> Fusion:
    """The comparison alone, as the model answered too little to be judged."""
    good, spoilt = [one.good.compared for one in heard], [one.spoilt.compared for one in heard]
    return comparator_alone(separation(good, spoilt) if heard else 0.5, 0.5, answered)
