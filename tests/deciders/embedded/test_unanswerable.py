import pytest

from echo_iad.deciders.embedded.unanswerable import why_unanswerable


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("How heavy is it?", "weighs"),
        ("What is the weight of the lid?", "weighs"),
        ("How much does it cost?", "costs"),
        ("What's the price of this part?", "costs"),
        ("Is it expensive?", "costs"),
        ("Who made it?", "who made"),
        ("Which company is the manufacturer?", "who made"),
        ("What brand is it?", "who made"),
        ("Which machine made this?", "who made"),
        ("Where was it made?", "or where"),
        ("When will it fail?", "when something happened"),
        ("When was the scratch made?", "when something happened"),
        ("How long will it last?", "when something happened"),
        ("How old is it?", "when something happened"),
        ("What temperature did it have?", "temperatures"),
        ("What does it smell like?", "smells"),
        ("How wide is the scratch in mm?", "scale"),
        ("How deep is the dent?", "depth"),
        ("What is its serial number?", "printed"),
    ],
)
def test_what_no_picture_answers(question, why):
    assert why in why_unanswerable(question)


@pytest.mark.parametrize(
    "question",
    [
        "Is there any defect?",
        "Where is the scratch located?",
        "What is the effect of the dent on the weight distribution?",
        "What is it used for?",
        "How large is the stain?",
        "How long is the scratch compared to the part?",
        "Where does the scratch begin and end?",
        "What colour is the lid?",
        "What could cause the dent?",
        "How does the surface look?",
    ],
)
def test_what_a_picture_may_answer(question):
    assert why_unanswerable(question) == ""


def test_what_is_written_answers():
    assert why_unanswerable("Who made it?", ["It is made by the tool shop."]) == ""
    assert why_unanswerable("How much does it weigh?", ["It is grey.", "Its mass is 20 g."]) == ""
    assert why_unanswerable("When was it made?", ["It weighs 20 g."])
