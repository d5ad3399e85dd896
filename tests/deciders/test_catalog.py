from echo_iad.deciders.catalog import DECIDERS
from echo_iad.deciders.embedded.decider import EmbeddedDecider


def test_the_embedded_decider_is_known_by_name():
    assert DECIDERS.load("embedded") is EmbeddedDecider
