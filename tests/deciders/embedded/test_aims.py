import pytest

from echo_iad.deciders.embedded.aims import Aim, aim_of, asks_for_another


@pytest.mark.parametrize(
    ("question", "aim"),
    [
        ("What can the dent lead to?", Aim.EFFECT),
        ("How does the crack affect the look of the lid?", Aim.EFFECT),
        ("What effect does the stain suggest?", Aim.EFFECT),
        ("There is a chip. What happens next?", Aim.EFFECT),
        ("What could be the potential cause?", Aim.CAUSE),
        ("How might the dent have occurred?", Aim.CAUSE),
        ("What does the crack indicate?", Aim.CAUSE),
        ("Can the scratch be repaired?", Aim.REMEDY),
        ("How can the crack be detected?", Aim.REMEDY),
        ("Which inspection would find the void?", Aim.REMEDY),
        ("There is a dent. Is there another flaw?", Aim.ANOTHER),
        ("Is there more than one defect?", Aim.ANOTHER),
        ("Does the rest of the lid show any damage?", Aim.ANOTHER),
        ("How severe is the scratch?", Aim.EXTENT),
        ("Is the crack critical?", Aim.EXTENT),
        ("How large is the stain?", Aim.EXTENT),
        ("How does the stain stand out from the lid?", Aim.LOOK),
        ("What colour is the stain?", Aim.LOOK),
        ("What does the crack expose?", Aim.LOOK),
        ("What is visible due to the hole?", Aim.LOOK),
        ("Which additional detail is known about the stain?", Aim.LOOK),
        ("On which side is the stain?", Aim.PLACE),
        ("Where is the scratch located?", Aim.PLACE),
        ("There is a scratch. What is the purpose of the object?", Aim.OBJECT),
    ],
)
def test_what_a_question_is_after(question, aim):
    assert aim_of(question) is aim


@pytest.mark.parametrize(
    ("question", "another"),
    [
        ("Are there other scratches?", True),
        ("Is this the only defect?", True),
        ("Is there a scratch?", False),
        ("How does the dent compare to the rest of the lid?", False),
        ("What other effects does the dent have?", False),
    ],
)
def test_what_asks_for_a_second_defect(question, another):
    assert asks_for_another(question) is another
