"""Which experts a question calls, by its type (paper, section 3.4; DESIGN, section 5).

The table is data in the profile. Knows the experts' names and none of the experts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from echo_iad.domain.questions import Expert, Plan, Question, QuestionType
from echo_iad.errors import ProfileError
from echo_iad.planning.question_types import classify_question


def make_plan(question: Question, plans: Mapping[QuestionType, Plan], *, without: Collection[Expert] = ()) -> Plan:
    """Plan for a question.

    Parameters
    ----------
    question : Question
        What is asked.
    plans : mapping of QuestionType to Plan
        The profile's table: ``Profile.plans()``.
    without : collection of Expert, optional
        Experts not to call, for an ablation or because they have nothing to work with.

    Returns
    -------
    Plan
        The table's plan for the question's type, in the table's order, less ``without``.

    Raises
    ------
    ProfileError
        The table has no plan for the type, or ``without`` names the decision maker, whom no plan can miss.

    Examples
    --------
    >>> table = {QuestionType.LOCALIZATION: Plan(QuestionType.LOCALIZATION, (Expert.DECISION_MAKER,))}
    >>> [expert.value for expert in make_plan(Question("Where is the defect?"), table).experts]
    ['decision_maker']
    """
    if Expert.DECISION_MAKER in without:
        msg = f"No plan can go without {Expert.DECISION_MAKER}: it gives the answer. Leave it out of `without`."
        raise ProfileError(msg)
    kind = classify_question(question)
    if kind not in plans:
        msg = f"The plan table has no plan for {kind} questions. It has: {', '.join(sorted(plans)) or 'none'}."
        raise ProfileError(msg)
    plan = plans[kind]
    return Plan(plan.question_type, tuple(expert for expert in plan.experts if expert not in without))
