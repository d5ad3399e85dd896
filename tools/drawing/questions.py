"""Questions about the drawn test parts, as a quality engineer asks them, with answers that the drawing makes true."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

PLACES = (
    ("Upper left area", "Upper middle area", "Upper right area"),
    ("Middle left area", "Central area", "Middle right area"),
    ("Lower left area", "Lower middle area", "Lower right area"),
)
"""Names of the nine fields of the picture, row by row."""


@dataclass(frozen=True)
class Asked:
    """One question about one drawn part.

    Attributes
    ----------
    object : str
        The product.
    folder : str
        ``good`` or the defect.
    number : int
        Which picture of the folder.
    text : str
        The question.
    right : str
        The true option; empty for an open question, or for a place, which the mask tells.
    wrong : tuple of str
        The other options, in order.
    """

    object: str
    folder: str
    number: int
    text: str
    right: str = ""
    wrong: tuple[str, ...] = field(default=())
    asks_place: bool = False

    @property
    def image(self) -> str:
        """Path below ``parts/``."""
        return f"{self.object}/test/{self.folder}/{self.number:03d}.jpg"

    @property
    def mask(self) -> str:
        """Path of its mask below ``parts/``."""
        return f"{self.object}/ground_truth/{self.folder}/{self.number:03d}_mask.png"


def place_of(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """Row and column, 0 to 2, of the ninth of the picture that holds the middle of ``mask``.

    >>> mask = np.zeros((30, 30), bool)
    >>> mask[2:6, 24:28] = True
    >>> place_of(mask)
    (0, 2)
    """
    rows, columns = np.nonzero(mask)
    row, column = (int(3 * at.mean() / length) for at, length in zip((rows, columns), mask.shape, strict=True))
    return row, column


def place_options(mask: NDArray[np.bool_]) -> tuple[str, tuple[str, ...]]:
    """Return the true place of ``mask`` and three others: its mirror images and the centre (or a corner)."""
    row, column = place_of(mask)
    others = [(row, 2 - column), (2 - row, column), (2 - row, 2 - column), (1, 1), (0, 0), (2, 0), (0, 1)]
    named = dict.fromkeys(PLACES[r][c] for r, c in others if (r, c) != (row, column))
    return PLACES[row][column], tuple(named)[:3]


def record(asked: Asked, mask: NDArray[np.bool_] | None, turn: int) -> dict[str, object]:
    """Entry of ``questions.json``; ``turn`` says where among the options the true one stands."""
    right, wrong = asked.right, asked.wrong
    if asked.asks_place and mask is not None:
        right, wrong = place_options(mask)
    texts = list(wrong)
    if right in ("Yes", "No", "True", "False"):
        texts = ["Yes", "No"] if right in ("Yes", "No") else ["True", "False"]
    elif right:
        texts.insert(turn % (len(texts) + 1), right)
    options = {chr(ord("A") + place): text for place, text in enumerate(texts)}
    answer = next((letter for letter, text in options.items() if text == right), "")
    return {
        "image": asked.image, "object": asked.object, "question": asked.text, "options": options, "answer": answer,
    }  # fmt: skip


QUESTIONS = (
    Asked("printed_cap", "good", 0, "Is there any defect on this cap?", "No"),
    Asked(
        "printed_cap", "scratch", 0, "Which type of defect does this cap show?",
        "Scratch", ("Stain", "Chipped rim", "Print defect"),
    ),
    Asked("printed_cap", "chipped_rim", 0, "Where on the picture of the cap is the defect?", asks_place=True),
    Asked(
        "printed_cap", "print_defect", 0, "What does the defect on this cap look like?",
        "White print drawn into a blur",
        ("Brown drop with a dried border", "Thin bright groove in the top", "Rough bite out of the outer edge"),
    ),
    Asked(
        "printed_cap", "stain", 0, "What is the most serious consequence of the defect on this cap?",
        "Doubt about food hygiene",
        ("Leakage past the broken rim", "Injury on a sharp broken edge", "Loss of the declared content"),
    ),
    Asked("printed_cap", "chipped_rim", 1, "True or false: this cap has a defect.", "True"),
    Asked("woven_fabric", "good", 1, "Does this fabric show any fault?", "No"),
    Asked("woven_fabric", "hole", 0, "Is there a defect in the fabric?", "Yes"),
    Asked(
        "woven_fabric", "foreign_fibre", 0, "What kind of fault is present in this fabric?",
        "Foreign fibre", ("Missing yarn", "Pulled thread", "Stain"),
    ),
    Asked("woven_fabric", "stain", 0, "Where is the fault in this picture of the fabric?", asks_place=True),
    Asked(
        "woven_fabric", "pulled_thread", 0, "How does the fault in this fabric appear?",
        "A pale loop of yarn stands out",
        ("A dark opening with frayed ends", "A brownish patch in the weave", "A thin red hair on the cloth"),
    ),
    Asked(
        "woven_fabric", "hole", 1, "What effect does this fault have on the finished cover?",
        "It tears further in use",
        ("It only changes the colour", "It makes the cloth stiffer", "It disappears after washing"),
    ),
    Asked(
        "circuit_board", "missing_component", 0, "Which type of defect does this board have?",
        "Missing component", ("Shifted component", "Solder bridge", "Burn mark"),
    ),
    Asked("circuit_board", "shifted_component", 1, "Where on the picture of the board is the defect?", asks_place=True),
    Asked(
        "circuit_board", "burn_mark", 0, "Please describe the appearance of the defect on this board.",
        "Charred patch with brown border",
        ("Bright metal blob between leads", "Bare pair of pads without a part", "Thin copper line in the lacquer"),
    ),
    Asked(
        "circuit_board", "solder_bridge", 0, "What can this defect cause when the board is powered?",
        "A short circuit of two signals",
        ("A loose plug at the connector", "A loss of the printed labels", "A lack of solder at the leads"),
    ),
    Asked("circuit_board", "scratch", 0, "What is wrong with this board, and where?"),
)  # fmt: skip
