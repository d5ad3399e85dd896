"""The experts and the decider as one profile wants them over one memory, each made when it is first needed.

Wiring only: knows which piece is given to which, and nothing of what they do.
"""

from __future__ import annotations

from functools import cached_property

from echo_iad.deciders.base import Decider
from echo_iad.deciders.fusion import comparator_alone
from echo_iad.domain.evidence import Evidence, Fusion
from echo_iad.domain.questions import Plan, QuestionType
from echo_iad.encoders.base import ImageEncoder, TextEncoder
from echo_iad.encoders.catalog import load_image_encoder, load_text_encoder
from echo_iad.encoders.remembering import remembering
from echo_iad.experts.decision_maker import make_decider
from echo_iad.experts.defect_memory import DefectMemory
from echo_iad.experts.fusion import FusionCalibrator, Progress
from echo_iad.experts.knowledge_guide import KnowledgeGuide
from echo_iad.experts.panel import Case, Panel
from echo_iad.experts.part_encoding import PartEncoding
from echo_iad.experts.reference_extractor import ReferenceExtractor
from echo_iad.experts.relevance_by_model import load_knowledge_model
from echo_iad.experts.visual_comparator import VisualComparator
from echo_iad.memory.store import Memory
from echo_iad.settings import Profile

_NOT_LEARNED = comparator_alone(0.5, 0.5, 0)
"""Of an object with too few normals to learn how a model's word counts: it does not."""


class Wiring:
    """Every piece of one way to inspect.

    Parameters
    ----------
    profile : Profile
    memory : Memory
    learning : callable, optional
        Called while a model is asked how much its word counts, with what is done, the total, and the object at hand.
    """

    def __init__(self, profile: Profile, memory: Memory, learning: Progress | None = None) -> None:
        self.profile = profile
        self._memory = memory
        self._learning = learning

    def rewired(self, profile: Profile) -> Wiring:
        """Over the same memory with another profile; what both want alike is shared."""
        other = type(self)(profile, self._memory, self._learning)
        if profile.encoders == self.profile.encoders:
            other.__dict__.update(
                image_encoder=self.image_encoder, text_encoder=self.text_encoder, part_encoding=self.part_encoding
            )
        if (profile.comparison, profile.seed) == (self.profile.comparison, self.profile.seed):
            other.__dict__.update(comparator=self.comparator)
        return other

    @property
    def looking_side(self) -> int:
        """Pixels that the decider wants a picture's shorter side to keep; 0 when it does not look at pictures."""
        return getattr(self.decider, "picture_side", 0)

    def fusion(self, case: Case, evidence: Evidence, *, learns: bool) -> Fusion | None:
        """How a model's verdict is weighed against the comparison; None where the profile or the question wants none.

        The first question about an object lets the model be asked about some of its normals; without ``learns`` it is
        not, and its word does not count.

        Raises
        ------
        ModelGoneError
            The model answers nothing more.
        """
        asks_verdict = case.plan.question_type is QuestionType.DISCRIMINATION
        name = evidence.object.name
        if not (self.profile.decider.fuse and asks_verdict and evidence.comparison is not None and name is not None):
            return None
        return (self._fusion.fusion(name, self._learning) if learns else None) or _NOT_LEARNED

    @cached_property
    def image_encoder(self) -> ImageEncoder:
        """Of parts."""
        chosen = self.profile.encoders
        return load_image_encoder(chosen.image, chosen.image_model)

    @cached_property
    def part_encoding(self) -> PartEncoding:
        """Parts as their objects' normals are compared."""
        return PartEncoding(self._memory, self.image_encoder)

    @cached_property
    def text_encoder(self) -> TextEncoder:
        """Of object names, knowledge and questions; each text is encoded once."""
        chosen = self.profile.encoders
        return remembering(load_text_encoder(chosen.text, chosen.text_model))

    @cached_property
    def extractor(self) -> ReferenceExtractor:
        """Finds references."""
        return ReferenceExtractor(self._memory, self.profile.retrieval, self.profile.seed)

    @cached_property
    def comparator(self) -> VisualComparator:
        """Compares with the normals."""
        return VisualComparator(self._memory, self.profile.comparison, self.profile.seed)

    @cached_property
    def panel(self) -> Panel:
        """The experts before the decider; the memory is bound to the encoders that it was made by."""
        self._memory.bind(self.image_encoder.id, self.text_encoder.id)
        guide = KnowledgeGuide(
            self._memory, self.text_encoder, self.profile.knowledge, lambda: load_knowledge_model(self.profile)
        )
        return Panel(self.extractor, self.comparator, guide, DefectMemory(self._memory, self.comparator))

    @cached_property
    def decider(self) -> Decider:
        """Decides; its model, if it has one, is loaded."""
        return make_decider(self.profile, self.text_encoder)

    @cached_property
    def plans(self) -> dict[QuestionType, Plan]:
        """Which experts each type of question calls."""
        return self.profile.plans()

    @cached_property
    def _fusion(self) -> FusionCalibrator:
        return FusionCalibrator(self._memory, self.part_encoding, self.decider, self.profile)
