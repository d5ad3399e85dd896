import pytest

from echo_iad.deciders.embedded.claims import sweep, tells_of_looks


@pytest.mark.parametrize("text", ["It makes the lid unusable", "The lid always breaks at once", "A total failure"])
def test_sweeping_claims(text):
    assert sweep(text) > 0


@pytest.mark.parametrize("text", ["It may let water in", "slightly less grip", "It could break"])
def test_modest_claims(text):
    assert sweep(text) < 0


def test_a_hedged_extreme_is_neither():
    assert sweep("It may become unusable") == 0
    assert sweep("It lets water in") == 0


def test_looks():
    assert tells_of_looks("The finish is spoiled")
    assert not tells_of_looks("It lets water in")
