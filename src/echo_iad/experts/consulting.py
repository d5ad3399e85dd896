"""From a request to everything that the experts found about it, short of the decision. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from echo_iad.comparison.comparator import Tolerance
from echo_iad.deciders.base import Asked
from echo_iad.domain.parts import ImageEncoding, Picture
from echo_iad.domain.questions import Expert, Question
from echo_iad.experts.blas_threads import one_blas_thread
from echo_iad.experts.panel import Case, Timings
from echo_iad.experts.wiring import Wiring
from echo_iad.images.loading import ENOUGH_SIDE, PictureSource, load_picture
from echo_iad.planning.planner import make_plan
from echo_iad.settings import Profile


@dataclass(frozen=True)
class Request:
    """One question about one picture, ready to be asked: `echo_iad.Echo.answer`."""

    image: PictureSource | Picture
    """A picture that is decoded already is not read again, so several questions about it share the work."""
    question: Question
    object: str | None = None
    """The product; told from the nearest normals when None. One that is not enrolled is asked about without normals."""
    tolerance: Tolerance | None = None
    """The profile's when None."""
    references: tuple[str, ...] | None = None
    """Files of enrolled normals to take as references; retrieved as the profile says when None."""


@dataclass(frozen=True, eq=False)
class Consulted:
    """One request, all but decided."""

    case: Case
    asked: Asked
    timings: Timings


class Consulting:
    """Consults the experts.

    Parameters
    ----------
    wiring : Wiring
    """

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring

    def rewired(self, profile: Profile) -> Consulting:
        """With another profile over the same memory; what both want alike is made once."""
        return type(self)(self.wiring.rewired(profile))

    def load(self, image: PictureSource | Picture, looking_side: int) -> Picture:
        """Read a picture for a decider that looks at pictures of such a side; one that is decoded stays as it is.

        Raises
        ------
        ImageError
            The image cannot be read.
        """
        return image if isinstance(image, Picture) else load_picture(image, at_least=max(ENOUGH_SIDE, looking_side))

    def encode(self, picture: Picture, object: str | None) -> ImageEncoding:
        """The encoding of a picture, as the object's normals are compared; None = of the whole picture."""
        return self.wiring.part_encoding.encode(picture, object)

    @one_blas_thread
    def consult(self, request: Request, looking_side: int, *, learns: bool) -> Consulted:
        """Everything up to the decision.

        Parameters
        ----------
        request : Request
        looking_side : int
            Pixels of the pictures that the decider looks at; 0 = it looks at none.
        learns : bool
            Whether a model may be asked now how its word is to be weighed.

        Raises
        ------
        ImageError
            The image cannot be read.
        ModelGoneError
            The model answers nothing more.
        """
        timings, wiring, panel = Timings(), self.wiring, self.wiring.panel
        with timings.step("decode"):
            picture = self.load(request.image, looking_side)
        with timings.step("encode"):
            encoding = self.encode(picture, request.object)
        with timings.step("recognise"):
            match = wiring.extractor.recognise(encoding.vector, request.object)
        if request.object is None and match.name is not None:
            with timings.step("encode"):
                encoding = self.encode(picture, match.name)
        tolerance = request.tolerance or Tolerance(wiring.profile.tolerance.false_alarm_rate)
        plan = make_plan(request.question, wiring.plans)
        case = Case(picture, encoding, request.question, plan, tolerance, request.references, may_ask=learns)
        evidence = panel.consult(case, match, timings)
        with timings.step(Expert.DECISION_MAKER.value):
            evidence = replace(evidence, fusion=wiring.fusion(case, evidence, learns=learns))
            asked = panel.laid_out(case, evidence, looking_side)
        return Consulted(case, asked, timings)
