import pytest

from echo_iad.domain.questions import Expert, QuestionType
from echo_iad.errors import UnknownNameError
from echo_iad.evaluation.paper.recipes import (
    BARE,
    DOMAIN,
    ECHO,
    NO_KNOWLEDGE,
    RECIPES,
    THREE_REFERENCES,
    choose_recipes,
)
from echo_iad.settings import load_profile

EDGE = load_profile("edge")


def test_every_experiment_of_the_paper_is_there():
    assert list(RECIPES) == ["table1", "table2", "table3", "table4", "figure5", "figure6"]
    assert choose_recipes("all") == tuple(RECIPES.values())
    assert choose_recipes("table4") == (RECIPES["table4"],)
    with pytest.raises(UnknownNameError, match="Did you mean 'table3'"):
        choose_recipes("tabel3")


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_each_has_the_bare_model_and_asks_its_rows_about_its_columns(recipe):
    assert BARE in [row.variation for row in recipe.rows]
    assert len({row.label for row in recipe.rows}) == len(recipe.rows)
    assert all(set(recipe.subtasks) <= set(row.variation.subtasks) for row in recipe.rows)


def test_the_bare_model_has_no_expert_but_the_decision_maker():
    assert set(BARE.applied(EDGE).plan.values()) == {(Expert.DECISION_MAKER,)}


def test_the_whole_of_echo_is_the_base_profile():
    assert ECHO.applied(EDGE) == EDGE


def test_a_variation_changes_one_thing():
    assert THREE_REFERENCES.applied(EDGE).retrieval == EDGE.retrieval.model_copy(update={"shots": 3})
    assert DOMAIN.applied(EDGE).knowledge == EDGE.knowledge.model_copy(update={"mode": "domain"})
    plan = NO_KNOWLEDGE.applied(EDGE).plan
    for kind in QuestionType:
        assert plan[kind] == tuple(expert for expert in EDGE.plan[kind] if expert is not Expert.KNOWLEDGE_GUIDE)


def test_what_uses_no_knowledge_is_not_assisted():
    assert [v.name for v in (BARE, NO_KNOWLEDGE, ECHO, DOMAIN) if v.uses_knowledge] == ["echo", "domain-knowledge"]
