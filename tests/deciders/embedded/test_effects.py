import pytest

from echo_iad.deciders.embedded.effects import denies, harm


@pytest.mark.parametrize(
    "text",
    [
        "It reduces the strength.",
        "It increases the risk of leakage.",
        "The part may fail.",
        "It can injure the user.",
        "It weakens the joint",
        "It looks unattractive",
        "It prevents a proper seal.",
        "The assembly becomes difficult",
        "It will not work properly",
        "It can't be used",
        "It won't close any more",
        "It disrupts the even pattern.",
        "It mars a surface that was speckled",
        "improper fit",
    ],
)
def test_harm(text):
    assert harm(text) > 0


@pytest.mark.parametrize(
    "text",
    [
        "It enhances the look.",
        "It improves durability",
        "It reduces wear.",
        "It lowers the risk of failure",
        "It is a decorative feature.",
        "It makes the grip stronger",
    ],
)
def test_praise(text):
    assert harm(text) < 0


@pytest.mark.parametrize("text", ["It is blue.", "It faces upwards."])
def test_neither(text):
    assert harm(text) == 0


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("It has no effect on the function.", True),
        ("No significant impact", True),
        ("It doesn't affect anything", True),
        ("The part works as usual", True),
        ("It remains intact", True),
        ("None", True),
        ("It does not fit any more", False),
        ("It leaks", False),
        ("It will not function properly", False),
        ("It functions properly", True),
    ],
)
def test_denial(text, denied):
    assert denies(text) is denied
