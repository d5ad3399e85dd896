"""The paper's experiments as data: which cells each table or figure has, and how a cell differs from the whole of Echo.

Knows profiles; asks nothing. A cell that several experiments share has one name, so that it is measured once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from echo_iad.domain.questions import Expert
from echo_iad.errors import UnknownNameError
from echo_iad.evaluation.answers.asking import AnswerForm, Templates
from echo_iad.evaluation.benchmark.subtasks import PAPER_SUBTASKS, Subtask
from echo_iad.settings import Profile

_ADVISERS = tuple(expert for expert in Expert if expert is not Expert.DECISION_MAKER)


@dataclass(frozen=True)
class Variation:
    """How a cell differs from the base profile."""

    name: str
    """Of the cell's folder."""
    without: tuple[Expert, ...] = ()
    knowledge: str | None = None
    """``none``, ``domain`` or ``context``; the base profile's when None."""
    shots: int | None = None
    """References for one query; the base profile's when None."""
    templates: Templates = Templates.RETRIEVED
    form: AnswerForm = AnswerForm.MULTIPLE_CHOICE
    subtasks: tuple[Subtask, ...] = PAPER_SUBTASKS
    """What is asked; the rest of the benchmark is not."""

    def applied(self, base: Profile) -> Profile:
        """The base profile with this difference."""
        knowledge = {} if self.knowledge is None else {"mode": self.knowledge}
        retrieval = {} if self.shots is None else {"shots": self.shots}
        return base.without(self.without).model_copy(
            update={
                "knowledge": base.knowledge.model_copy(update=knowledge),
                "retrieval": base.retrieval.model_copy(update=retrieval),
            }
        )

    @property
    def uses_knowledge(self) -> bool:
        """Whether the benchmark's knowledge reaches the decision."""
        return Expert.KNOWLEDGE_GUIDE not in self.without and self.knowledge != "none"


_WORDED = (Subtask.CLASSIFICATION, Subtask.DESCRIPTION)
_FIGURE_6 = (Subtask.DISCRIMINATION, Subtask.CLASSIFICATION, Subtask.DESCRIPTION, Subtask.ANALYSIS)

BARE_MODEL = "bare model"
"""Label of the row without any expert, which every recipe has but for the one that calls it otherwise."""

BARE = Variation("bare", without=_ADVISERS)
ECHO = Variation("echo")
DOMAIN = Variation("domain-knowledge", knowledge="domain", subtasks=_WORDED)
NO_REFERENCES = Variation("without-reference-extractor", without=(Expert.REFERENCE_EXTRACTOR,))
NO_KNOWLEDGE = Variation("without-knowledge-guide", without=(Expert.KNOWLEDGE_GUIDE,))
NO_REASONING = Variation("without-reasoning-expert", without=(Expert.REASONING_EXPERT,))
NO_COMPARATOR = Variation("without-visual-comparator", without=(Expert.VISUAL_COMPARATOR,))
RANDOM_REFERENCE = Variation("random-reference", shots=1, templates=Templates.RANDOM)
ONE_REFERENCE = Variation("one-reference", shots=1)
TWO_REFERENCES = Variation("two-references", shots=2, subtasks=_FIGURE_6)
THREE_REFERENCES = Variation("three-references", shots=3, subtasks=_FIGURE_6)
OPEN = Variation("open-questions", form=AnswerForm.OPEN, subtasks=(Subtask.DISCRIMINATION,))
TRUE_FALSE = Variation("true-false", form=AnswerForm.TRUE_FALSE, subtasks=(Subtask.DISCRIMINATION,))


@dataclass(frozen=True)
class Row:
    """One line of a table, or one bar or point of a figure."""

    label: str
    """As the paper writes it."""
    variation: Variation


@dataclass(frozen=True)
class Recipe:
    """One of the paper's experiments."""

    name: str
    title: str
    source: str
    """Where in the paper it stands."""
    rows: tuple[Row, ...]
    subtasks: tuple[Subtask, ...]
    """Its columns."""
    by_dataset: bool = False
    """Whether each data set has columns of its own; else they are averaged, as the paper does."""
    along_rows: bool = False
    """Whether the rows are steps along one line."""


RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "table1",
            "Each model alone, and with Echo",
            "Table 1, section 4.2",
            (Row(BARE_MODEL, BARE), Row("with Echo", ECHO)),
            PAPER_SUBTASKS,
            by_dataset=True,
        ),
        Recipe(
            "table2",
            "External knowledge: none, about the domain, about the question",
            "Table 2, section 4.4",
            (
                Row(BARE_MODEL, BARE),
                Row("no external knowledge", NO_KNOWLEDGE),
                Row("domain knowledge", DOMAIN),
                Row("context-specific knowledge", ECHO),
            ),
            _WORDED,
        ),
        Recipe(
            "table3",
            "What each expert adds",
            "Table 3, section 4.6",
            (
                Row("baseline", ECHO),
                Row("without reference extractor", NO_REFERENCES),
                Row("without knowledge guide", NO_KNOWLEDGE),
                Row("without reasoning expert", NO_REASONING),
                Row("without visual comparator", NO_COMPARATOR),
                Row("without all", BARE),
            ),
            PAPER_SUBTASKS,
        ),
        Recipe(
            "table4",
            "References: none, a random one, the most similar one",
            "Table 4, appendix A.2",
            (
                Row(BARE_MODEL, BARE),
                Row("0-shot", NO_REFERENCES),
                Row("1-shot", RANDOM_REFERENCE),
                Row("1-shot*", ONE_REFERENCE),
            ),
            PAPER_SUBTASKS,
        ),
        Recipe(
            "figure5",
            "Open questions, multiple choice, true or false",
            "Figure 5, section 4.3",
            (
                Row(BARE_MODEL, BARE),
                Row("QA", OPEN),
                Row("multiple-choice", ECHO),
                Row("True/False", TRUE_FALSE),
            ),
            (Subtask.DISCRIMINATION,),
        ),
        Recipe(
            "figure6",
            "No, one, two and three references",
            "Figure 6, section 4.5",
            (
                Row(BARE_MODEL, BARE),
                Row("0-shot", NO_REFERENCES),
                Row("1-shot", ONE_REFERENCE),
                Row("2-shot", TWO_REFERENCES),
                Row("3-shot", THREE_REFERENCES),
            ),
            _FIGURE_6,
            along_rows=True,
        ),
    )
}
"""Name -> experiment; each has the bare model among its rows, measured by the same harness."""

ALL = "all"


def choose_recipes(name: str) -> tuple[Recipe, ...]:
    """The recipe of a name, or all of them.

    Raises
    ------
    UnknownNameError
        No recipe has this name.
    """
    if name == ALL:
        return tuple(RECIPES.values())
    if name not in RECIPES:
        raise UnknownNameError("experiment", name, (*RECIPES, ALL))
    return (RECIPES[name],)
