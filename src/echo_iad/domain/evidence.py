"""What the experts found about one part. Values only; no expert is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from echo_iad.domain.parts import FloatArray, Picture


@dataclass(frozen=True)
class Reference:
    """A normal retrieved for one query (paper, section 3.3)."""

    id: int
    """The normal's number in the memory."""
    path: str
    """Where its file was when it was enrolled."""
    similarity: float
    """Cosine with the query, -1 to 1; higher = more alike."""


@dataclass(frozen=True)
class CloseUp:
    """What the pixels of a region that differ look like, against what is around them and against the references."""

    area_fraction: float
    """Share of the picture that differs; at most the region's own."""
    length_over_width: float
    """Of the largest connected patch, 1 = round or square; a bent line is as long as it is."""
    patches: int
    """How many separate patches differ."""
    raggedness: float
    """Squared length of the patch's border over that of a disk of the same area, about 1 = smooth and round."""
    lightness: float
    """CIELAB lightness against the part around the region; positive = brighter."""
    colour_shift: float
    """Distance in the CIELAB a*b* plane from the part around the region, 0 or more."""
    foreignness: float
    """CIELAB distance of the most unusual colours from every colour of the surroundings and the references."""
    sharpness: float
    """CIELAB lightness from pixel to pixel of the close-up at the border of what differs; higher = sharper."""
    roughness: float
    """Logarithm of the region's fine structure over the references' at the same place; positive = rougher."""
    at_outline: float
    """Share of the region near the part's outline, 0 to 1; 0 where the outline is not known."""
    lightest: float
    """CIELAB lightness of the brightest places that differ, 0 to 100."""
    darkest: float
    """CIELAB lightness of the darkest places that differ, 0 to 100."""
    coarse_colour_shift: float
    """Greatest distance in the CIELAB a*b* plane from the surroundings once fine structure is smoothed away."""
    coarse_contrast: float
    """The same over how much the surroundings vary then; higher = clearer."""
    coarse_elongation: float
    """Length over width of what changes most once fine structure is smoothed away, at least 1."""
    coarse_fullness: float
    """Its area over that of its ellipse; less than 1 = bent, hollow or in pieces."""


@dataclass(frozen=True)
class Change:
    """How a region differs from the reference at the same place; every number is query minus reference."""

    brightness: float
    """CIELAB lightness, -100 to 100; positive = brighter than the reference."""
    saturation: float
    """CIELAB chroma; positive = more colourful."""
    hue: float
    """Size of the change of colour in the CIELAB a*b* plane, 0 or more."""
    texture: float
    """Relative change of local contrast, -1 to 1; positive = rougher than the reference."""
    colour: str
    """Name of the region's own colour, e.g. ``dark brown``."""
    reference_colour: str
    """Name of the reference's colour at the same place."""
    words: tuple[str, ...]
    """The same in plain words, strongest first, e.g. ``("darker", "rougher")``; empty = no clear change."""
    close_up: CloseUp | None = None
    """The same seen close up; None where it was not looked at."""


@dataclass(frozen=True)
class Region:
    """One connected region of the anomaly map above the threshold."""

    box: tuple[int, int, int, int]
    """x0, y0, x1, y1 in pixels of the upright image; x1 and y1 lie outside."""
    area_fraction: float
    """Share of the image, 0 to 1."""
    position: str
    """Where it is, in words, e.g. ``upper left``."""
    score: float
    """Highest value of the map inside; higher = more unlike the normals."""
    elongation: float
    """Length over width of the region's ellipse, 1 = round."""
    part_position: str
    """Where it is on the object, e.g. ``near the left end``; empty when the object's outline is not known."""
    change: Change | None = None
    """Against the nearest reference at the same place; None without a reference picture."""


@dataclass(frozen=True, eq=False)
class AnomalyMap:
    """How unlike the normals each place of the image is."""

    values: FloatArray
    """(h, w) float32 over the whole upright image; higher = more unlike the normals. Never rescaled by its
    own minimum and maximum: ``threshold`` ties the scale."""
    threshold: float
    """The value above which a place counts as anomalous."""
    extent: float
    """The value down to which a region reaches around a place above the threshold; at most the threshold."""
    foreground: FloatArray | None = None
    """(h, w) float32, 0 to 1: how surely a place belongs to the part; None when the part fills the picture
    or its outline is not known."""
    aspect: float | None = None
    """Width over height of the upright image; None when each place of ``values`` is as wide as high."""


@dataclass(frozen=True)
class Comparison:
    """Query against normals, with a stated false-alarm rate (DESIGN, section 4)."""

    score: float
    """How unlike the normals the part is; higher = more unlike."""
    p_value: float
    """Conformal p-value: share of good parts that would score at least this high."""
    threshold: float
    """The score above which the part counts as anomalous."""
    margin: float
    """``score / threshold - 1``: positive = anomalous. Scores and thresholds are above 0."""
    certified: bool
    """Whether the number of normals supports the false-alarm rate that was asked for."""
    certified_reason: str
    """Why it is certified or is not."""
    false_alarm_rate: float
    """The rate that was asked for, 0 to 1."""
    is_anomalous: bool
    """The verdict of the comparison."""
    normals: int
    """How many normals it was compared with."""
    regions: tuple[Region, ...]
    """Regions above the threshold of the map, highest score first."""
    suspect: Region | None = None
    """Of a part that is not anomalous: where it is most unlike the normals, should it be defective all the same."""
    outline_found: bool | None = None
    """Of an object whose parts are cut out along their outline: whether that was found, else the whole picture was
    compared; None for an object whose pictures are always compared whole."""
    anomaly_map: AnomalyMap | None = field(default=None, repr=False, compare=False)
    """Not part of the JSON record."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"arbitrary_types_allowed": True}


@dataclass(frozen=True)
class NearDefect:
    """A labelled region that an anomaly was compared with."""

    id: int
    """Its number among the labelled defects of the memory."""
    type: str
    """What the operator called it."""
    path: str
    """Where its file was when it was enrolled."""
    distance: float
    """How unlike it the anomaly looks, 0 = alike."""


@dataclass(frozen=True)
class DefectVote:
    """What the regions that operators have labelled say about the type of an anomaly."""

    probabilities: Mapping[str, float]
    """Labelled type -> probability, the likeliest first; with ``unlike`` they sum to one."""
    unlike: float
    """Probability that it is of a type that nobody has labelled."""
    nearest: tuple[NearDefect, ...]
    """The nearest labelled regions, nearest first."""
    labelled: int
    """How many labelled regions voted."""

    @property
    def type(self) -> str | None:
        """The likeliest labelled type; None where a type that nobody has labelled is likelier."""
        likeliest, share = next(iter(self.probabilities.items()))
        return likeliest if share >= self.unlike else None

    @property
    def words(self) -> str:
        """Say it as a clause: ``most like the labelled 'dent' (probability 70 %, 3 of the 4 nearest)``."""
        likeliest, share = next(iter(self.probabilities.items()))
        if self.type is None:
            return f"unlike any labelled defect (probability {self.unlike:.0%}; the nearest type is {likeliest!r})"
        near = sum(one.type == likeliest for one in self.nearest)
        return (
            f"most like the labelled {likeliest!r} (probability {share:.0%}, {near} of the {len(self.nearest)} nearest)"
        )


@dataclass(frozen=True)
class KnowledgePassage:
    """A sentence or paragraph about an object, with its source."""

    text: str
    source: str
    """File and place it came from."""
    topic: str = ""
    """What it is about: a defect's name, or ``good`` for what a good part looks like; empty when general."""
    relevance: float = 0.0
    """To the question, 0 to 1; 0 when not ranked."""


@dataclass(frozen=True)
class ReasoningStep:
    """One step of a rationale: what was asked of the evidence and what it says."""

    title: str
    text: str


@dataclass(frozen=True)
class ObjectMatch:
    """Which enrolled object the part is."""

    name: str | None
    """None: unlike every enrolled object."""
    named_by_user: bool
    similarity: float
    """Cosine with the nearest normal of that object."""
    margin: float
    """Similarity minus that of the nearest other object; infinity is never stored, 2.0 = no other object."""
    reason: str
    """In one sentence."""


@dataclass(frozen=True)
class Fusion:
    """How a comparison and a model's word are weighed for one object, learned from its normals alone.

    The fused log-odds of "defective" are ``comparator * log(score / threshold) + model * (logit(p_model) - neutral)``;
    with ``model`` 0 they are those of the comparison alone.
    """

    comparator: float
    """Weight of the comparison, 0 or more; never 0 together with ``model``."""
    model: float
    """Weight of the model, 0 or more; 0 = its word does not count."""
    neutral: float
    """The model's log-odds that speak for neither side."""
    separation_comparator: float
    """AUROC of the comparison between held-out normals and the same with synthetic defects, 0 to 1."""
    separation_model: float
    """AUROC of the model between the same parts."""
    parts: int
    """How many normals it was learned from, each once as it is and once with a synthetic defect."""


@dataclass(frozen=True, eq=False)
class Exhibits:
    """The pictures behind the evidence, for a decider that looks for itself."""

    query: Picture
    references: tuple[bytes, ...] = ()
    """Small JPEGs of the upright references, in the order of ``Evidence.references``."""
    originals: tuple[Picture | None, ...] = ()
    """The same references as their own files hold them, None where such a file is gone or has changed; empty when the
    decider does not look."""


@dataclass(frozen=True)
class Evidence:
    """Everything that the experts found, as the decision maker receives it."""

    object: ObjectMatch
    references: tuple[Reference, ...] = ()
    comparison: Comparison | None = None
    knowledge: tuple[KnowledgePassage, ...] = ()
    """Passages chosen for this question, most relevant first."""
    knowledge_by: str = ""
    """Who chose `knowledge`: ``embedding``, or a model and who reviewed it; empty when nothing was to be chosen."""
    object_knowledge: tuple[KnowledgePassage, ...] = ()
    """All passages about the object; what `knowledge` was chosen from."""
    reasoning: tuple[ReasoningStep, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    """Expert -> why its evidence is missing (no normals, no knowledge, ...)."""
    fusion: Fusion | None = None
    """How to weigh a model's word against the comparison; None when the profile does not fuse them."""
    defect_vote: DefectVote | None = None
    """What the labelled defects say of its type; None when none is labelled or nothing was compared."""
    exhibits: Exhibits | None = field(default=None, repr=False, compare=False)
    """Not part of the JSON record."""
