"""All questions about one object: each where its right answer has evidence, each among wrong answers that are fair.

Wrong options are what is right of other pictures of the same object, in fair blocks (`fair_blocks`). Opens masks and
looks up the sizes of pictures; knows the wording of no benchmark.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from echo_iad.domain.parts import BoolArray
from echo_iad.errors import ImageError
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.evaluation.making.fair_blocks import Block, Item, deal_blocks
from echo_iad.evaluation.making.labelled_parts import LabelledObject, LabelledPicture
from echo_iad.evaluation.making.made_questions import MadePicture, MadeQuestion, NotAsked
from echo_iad.evaluation.making.mask_places import GRIDS, RegionPlace, place_of
from echo_iad.evaluation.making.option_sentences import OptionSentences
from echo_iad.images.loading import load_picture
from echo_iad.knowledge.roles import Role

WORDINGS: Mapping[Subtask | Role, str] = {
    Subtask.DISCRIMINATION: "Does this part have a defect?",
    Subtask.CLASSIFICATION: "This part is defective. Which kind of defect is it?",
    Subtask.LOCALIZATION: "This part is defective. Where in the picture does most of the defect lie?",
    Role.LOOKS: "This part is defective. What does the defect look like?",
    Role.EFFECT: "This part is defective. What can the defect lead to?",
    Role.CAUSE: "This part is defective. What causes a defect of this kind?",
}
"""How each question is asked; analysis asks for an effect, or for a cause where the knowledge tells no effect."""

_Options: TypeAlias = Callable[[Block[LabelledPicture]], Mapping[str, str] | None]
"""The answers of a block -> the options' texts; None where they must not be offered together."""

_LETTERS = "ABCD"
_NO_TYPE = frozenset(
    "all anomalies anomalous anomaly bad combined defect defective defects fail failed faulty misc mixed multiple "
    "ng nok not ok other others reject rejected several unknown unlabeled unlabelled unsorted various".split()
)
"""Words of folders that gather defects of no one type."""
_OTHER_SHAPE = 0.02
"""Of the ratio of the sides: a mask that differs more from its picture is another picture's."""


def type_words(folder: str) -> str:
    """Name of a folder as an option.

    Examples
    --------
    >>> type_words("cracked_edge")
    'Cracked edge'
    """
    words = " ".join(folder.replace("_", " ").split())
    return words[:1].upper() + words[1:]


class ObjectQuestions:
    """Makes the questions about one object; each method asks one subtask, in the order of MMAD.

    Parameters
    ----------
    object : LabelledObject
    seed : int
        Decides which pictures meet in a block, and the order of the options.
    """

    def __init__(self, object: LabelledObject, seed: int) -> None:
        self._object = object
        self._seed = seed
        self._made: dict[LabelledPicture, list[MadeQuestion]] = {}
        self._why_not: Counter[tuple[Subtask, str]] = Counter()

    def pictures(self) -> Iterator[MadePicture]:
        """Pictures with questions, in the order of the folder."""
        for picture in self._object.pictures:
            if picture in self._made:
                yield MadePicture(picture, tuple(self._made[picture]))

    def not_asked(self) -> Iterator[NotAsked]:
        """What could not be asked."""
        for (subtask, why), count in self._why_not.items():
            yield NotAsked(self._object.name, subtask, why, count)

    def discriminate(self, *, balanced: bool) -> None:
        """Ask whether there is a defect; of each kind of picture half have ``Yes`` first."""
        rng = self._rng(Subtask.DISCRIMINATION)
        sides = [[one for one in self._object.pictures if one.is_defective is side] for side in (False, True)]
        most = min(map(len, sides)) if balanced else len(self._object.pictures)
        for answer, side in zip(("No", "Yes"), sides, strict=True):
            shuffled = [side[place] for place in rng.permutation(len(side))]
            self._leave_out(shuffled[most:], Subtask.DISCRIMINATION, "left out for the balance")
            for number, picture in enumerate(shuffled[:most]):
                options = ("Yes", "No") if number % 2 else ("No", "Yes")
                self._ask(picture, Subtask.DISCRIMINATION, WORDINGS[Subtask.DISCRIMINATION], options, answer)

    def classify(self) -> None:
        """Ask for the type, among types of the object."""

        def options(block: Block[LabelledPicture]) -> dict[str, str]:
            return {item.answer: type_words(item.answer) for item in block}

        items = [Item(picture.type, picture) for picture in self._typed(Subtask.CLASSIFICATION)]
        left = self._ask_blocks(items, Subtask.CLASSIFICATION, Subtask.CLASSIFICATION, options)
        self._leave_out(left, Subtask.CLASSIFICATION, "too few pictures of other types of defect")

    def localize(self) -> None:
        """Ask for the place, among places where other defects of the object lie; finest grid first."""
        found: dict[LabelledPicture, tuple[RegionPlace, ...]] = {}
        for picture in filter(lambda one: one.is_defective, self._object.pictures):
            try:
                region = _region(picture)
            except _NoRegionError as fault:
                self._leave_out([picture], Subtask.LOCALIZATION, str(fault))
            else:
                found[picture] = tuple(place_of(region, grid) for grid in GRIDS)
        scattered = [picture for picture, on in found.items() if not any(one.place for one in on)]
        self._leave_out(scattered, Subtask.LOCALIZATION, "it lies in several places")
        left = {picture: on for picture, on in found.items() if any(one.place for one in on)}
        for number in range(len(GRIDS)):
            on_grid = {picture: on[number] for picture, on in left.items()}

            def options(
                block: Block[LabelledPicture], on_grid: Mapping[LabelledPicture, RegionPlace] = on_grid
            ) -> dict[str, str] | None:
                places = {item.answer for item in block}
                is_clear = all(places - {item.answer} <= on_grid[item.subject].clearly_not for item in block)
                return {place: place for place in places} if is_clear else None

            items = [Item(one.place, picture) for picture, one in on_grid.items() if one.place]
            over = self._ask_blocks(items, Subtask.LOCALIZATION, Subtask.LOCALIZATION, options)
            done = {item.subject for item in items} - set(over)
            left = {picture: on for picture, on in left.items() if picture not in done}
        self._leave_out(list(left), Subtask.LOCALIZATION, "too few pictures with a defect clearly elsewhere")

    def tell(self, sentences: OptionSentences | None, subtask: Subtask, roles: Sequence[Role]) -> None:
        """Ask for what the knowledge tells, if it is there; each role has the pictures that those before it left."""
        left = self._typed(subtask)
        if sentences is None:
            self._leave_out(left, subtask, "there is no knowledge about the object")
            return
        kinds = {picture.type for picture in left}
        telling = {kind for kind in kinds if any(sentences.tells(kind, role) for role in roles)}
        told = [picture for picture in left if picture.type in telling]
        self._leave_out(
            [picture for picture in left if picture.type not in telling],
            subtask,
            f"the knowledge tells no {' or '.join(roles)} of the type",
        )
        for role in roles:

            def options(block: Block[LabelledPicture], role: Role = role) -> Mapping[str, str] | None:
                return sentences.choose([item.answer for item in block], role)

            items = [Item(picture.type, picture) for picture in told if sentences.tells(picture.type, role)]
            untellable = [picture for picture in told if not sentences.tells(picture.type, role)]
            told = untellable + self._ask_blocks(items, subtask, role, options)
        self._leave_out(told, subtask, "too few other types with a sentence of another meaning and alike in length")

    def _typed(self, subtask: Subtask) -> list[LabelledPicture]:
        """Defective pictures whose folder names one type."""
        defective = [picture for picture in self._object.pictures if picture.is_defective]
        kinds = {picture.type for picture in defective}
        named = {kind for kind in kinds if not _NO_TYPE.issuperset(type_words(kind).lower().split())}
        nameless = [picture for picture in defective if picture.type not in named]
        self._leave_out(nameless, subtask, "the folder names no one type of defect")
        return [picture for picture in defective if picture.type in named]

    def _ask_blocks(
        self, items: Sequence[Item[LabelledPicture]], subtask: Subtask, asked: Subtask | Role, options: _Options
    ) -> list[LabelledPicture]:
        """Ask about the pictures that fit into fair blocks; return the others."""

        def is_fair(block: Block[LabelledPicture]) -> bool:
            texts = options(block)
            return texts is not None and len({text.casefold() for text in texts.values()}) == len(block)

        left = {item.subject: None for item in items}
        for block in deal_blocks(items, self._rng(asked), is_fair=is_fair):
            texts = options(block) or {}
            for item in block:
                offered = [texts[other.answer] for other in block]
                self._ask(item.subject, subtask, WORDINGS[asked], offered, texts[item.answer])
                del left[item.subject]
        return list(left)

    def _ask(self, picture: LabelledPicture, subtask: Subtask, text: str, options: Sequence[str], correct: str) -> None:
        question = MadeQuestion(
            subtask=subtask,
            text=text,
            options=dict(zip(_LETTERS, options, strict=False)),
            correct=_LETTERS[options.index(correct)],
        )
        self._made.setdefault(picture, []).append(question)

    def _leave_out(self, pictures: Sequence[LabelledPicture], subtask: Subtask, why: str) -> None:
        if pictures:
            self._why_not[subtask, why] += len(pictures)

    def _rng(self, asked: Subtask | Role) -> np.random.Generator:
        """Own chance for each object and question, so that another object in the folder changes nothing here."""
        return np.random.default_rng([self._seed, zlib.crc32(f"{self._object.name}/{asked}".encode())])


class _NoRegionError(Exception):
    """Why it is not known where a defect lies."""


def _region(picture: LabelledPicture) -> BoolArray:
    """(h, w): where the defect lies by its mask; some pixel is True."""
    if picture.mask is None:
        msg = "there is no mask"
        raise _NoRegionError(msg)
    try:
        values = load_picture(picture.mask).pixels.max(axis=2)
        shown = load_picture(picture.path, at_least=1)
    except ImageError as fault:
        msg = "the mask or the picture cannot be read"
        raise _NoRegionError(msg) from fault
    rows, columns = values.shape
    if abs(columns * shown.height / (rows * shown.width) - 1) > _OTHER_SHAPE:
        msg = "the mask has another shape than the picture"
        raise _NoRegionError(msg)
    if not values.any():
        msg = "the mask is empty"
        raise _NoRegionError(msg)
    region: BoolArray = values > values.max() / 2
    return region
