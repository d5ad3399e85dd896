"""Votes on looks that are drawn: the near type wins, what is far from all is called unlike."""

import numpy as np
import pytest

from echo_iad.comparison.defect_looks import DefectLook
from echo_iad.comparison.defect_vote import DefectVoter, LabelledLook

CHANNELS = 12


def look(direction, *, noise=0, area=0.02, seed=0):
    """A look along axis ``direction`` of every vector."""
    rng = np.random.default_rng([seed, direction])

    def vector():
        one = np.zeros(CHANNELS, np.float32)
        one[direction] = 1.0
        one += noise * rng.standard_normal(CHANNELS).astype(np.float32)
        return one / np.linalg.norm(one)

    return DefectLook(vector(), vector(), vector(), vector(), area, (0, 0, 1, 1))


def labelled(*looks):
    """``(type, look)`` pairs, numbered from 1."""
    return [LabelledLook(number, name, f"/{number}.png", one) for number, (name, one) in enumerate(looks, start=1)]


def test_the_nearest_type_wins_and_everything_sums_to_one():
    voter = DefectVoter(labelled(("dent", look(0)), ("rust", look(1)), ("dent", look(0, noise=0.1))))
    vote = voter.vote(look(0, noise=0.05, seed=3))
    assert vote.type == "dent"
    assert list(vote.probabilities) == ["dent", "rust"]
    assert sum(vote.probabilities.values()) + vote.unlike == pytest.approx(1.0)
    assert vote.labelled == 3
    assert [near.type for near in vote.nearest] == ["dent", "dent", "rust"]
    assert [near.distance for near in vote.nearest] == sorted(near.distance for near in vote.nearest)


def test_what_is_far_from_every_label_is_unlike_any():
    voter = DefectVoter(labelled(*((name, look(axis, seed=n)) for n in range(3) for axis, name in enumerate("ab"))))
    vote = voter.vote(look(7))
    assert vote.type is None
    assert vote.words.startswith("unlike any labelled defect (probability ")
    assert voter.vote(look(1, noise=0.05)).type == "b"


def test_one_label_alone_may_be_contradicted():
    voter = DefectVoter(labelled(("dent", look(0))))
    assert voter.vote(look(0, noise=0.05)).type == "dent"
    assert voter.vote(look(5, area=0.9)).type is None


def test_the_same_picture_again_is_no_certainty():
    vote = DefectVoter(labelled(("dent", look(0)), ("rust", look(1)))).vote(look(0))
    assert vote.nearest[0].distance == pytest.approx(0.0, abs=1e-6)
    assert 0.9 < vote.probabilities["dent"] < 1.0


def test_size_tells_types_apart_that_look_alike():
    voter = DefectVoter(labelled(("large", look(0, area=0.3)), ("small", look(0, area=0.003))))
    assert voter.vote(look(0, area=0.2)).type == "large"
    assert voter.vote(look(0, area=0.005)).type == "small"


def test_a_type_of_two_looks_is_met_at_either():
    voter = DefectVoter(labelled(("both", look(0)), ("both", look(1)), ("other", look(2)), ("other", look(2, seed=1))))
    assert voter.vote(look(0, noise=0.05)).type == "both"
    assert voter.vote(look(1, noise=0.05)).type == "both"


def test_the_order_of_the_labels_does_not_count():
    pairs = [("dent", look(0)), ("rust", look(1)), ("dent", look(0, noise=0.2)), ("hole", look(2))]
    query = look(1, noise=0.3, seed=4)
    first, second = DefectVoter(labelled(*pairs)).vote(query), DefectVoter(labelled(*pairs[::-1])).vote(query)
    assert first.probabilities == pytest.approx(second.probabilities)
    assert first.unlike == pytest.approx(second.unlike)


def test_at_most_four_are_named():
    vote = DefectVoter(labelled(*(("dent", look(0, noise=0.1, seed=n)) for n in range(9)))).vote(look(0))
    assert len(vote.nearest) == 4
    assert (
        vote.words
        == f"most like the labelled 'dent' (probability {vote.probabilities['dent']:.0%}, 4 of the 4 nearest)"
    )


def test_nobody_votes_on_nothing():
    with pytest.raises(ValueError, match="At least one labelled region"):
        DefectVoter([])


def test_looks_survive_storage():
    one = look(3, noise=0.2)
    again = DefectLook.from_arrays(one.to_arrays(), one.box)
    np.testing.assert_array_equal(one.point(), again.point())
