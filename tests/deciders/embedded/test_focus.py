import pytest

from echo_iad.deciders.embedded.focus import Focus, question_focus, sentence_focus


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("What is the effect of the flaw?", Focus.EFFECT),
        ("What can this flaw cause?", Focus.EFFECT),
        ("Why does it matter?", Focus.EFFECT),
        ("What is the likely cause of the flaw?", Focus.CAUSE),
        ("How did it come about?", Focus.CAUSE),
        ("Why did this happen?", Focus.CAUSE),
        ("Can it be repaired?", Focus.REMEDY),
    ],
)
def test_questions(question, focus):
    assert question_focus(question) is focus


@pytest.mark.parametrize(
    ("sentence", "focus"),
    [
        ("A dent is a shallow round hollow.", Focus.NEITHER),
        ("A dent is caused by a blow.", Focus.CAUSE),
        ("A dent weakens the wall.", Focus.EFFECT),
        ("A dent leads to a rejected batch.", Focus.EFFECT),
        ("A dent can be polished away.", Focus.REMEDY),
    ],
)
def test_sentences(sentence, focus):
    assert sentence_focus(sentence) is focus
