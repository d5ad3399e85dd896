from echo_iad.deciders.catalog import DECIDERS
from echo_iad.deciders.embedded.decider import EmbeddedDecider
from echo_iad.settings import load_profile


def test_the_embedded_decider_is_made_as_the_profile_says(encoder):
    profile = load_profile("edge")
    assert isinstance(DECIDERS.load("embedded")(profile, encoder), EmbeddedDecider)


def test_both_deciders_are_known_by_name():
    assert DECIDERS.names() == ["embedded", "mllm"]
