import pytest

from echo_iad.deciders.embedded.polarity import Side, asked, denies_defect, is_unsure, option_sides, valence

GOOD, NEITHER, DEFECTIVE = Side.GOOD, Side.NEITHER, Side.DEFECTIVE


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("It is defective", DEFECTIVE),
        ("No anomalies", GOOD),
        ("no anomalies or defects", GOOD),
        ("without any flaws", GOOD),
        ("free of defects", GOOD),
        ("damage-free", GOOD),
        ("an absence of flaws", GOOD),
        ("not a good part", DEFECTIVE),
        ("undamaged", GOOD),
        ("unacceptable", DEFECTIVE),
        ("abnormal", DEFECTIVE),
        ("good or defective", NEITHER),
        ("it is blue", NEITHER),
        ("a good part with a scratch", DEFECTIVE),
        ("it looks normal but has a crack", DEFECTIVE),
        ("it has a flaw but is acceptable", GOOD),
        ("the scratch is acceptable", GOOD),
        ("the scratch is not acceptable", DEFECTIVE),
        ("damage to the regular pattern", DEFECTIVE),
        ("unsafe to ship", DEFECTIVE),
        ("the print is OK", GOOD),
        ("no flaws compared to the normal sample", GOOD),
        ("it differs from the good sample", DEFECTIVE),
        ("it looks like the good ones", GOOD),
        ("it is unlike the reference part", DEFECTIVE),
    ],
)
def test_valence(text, side):
    assert valence(text) is side


@pytest.mark.parametrize(
    ("question", "yes", "true"),
    [
        ("Is there any defect in the object?", DEFECTIVE, DEFECTIVE),
        ("Is this part OK to ship?", GOOD, GOOD),
        ("any scratches?", DEFECTIVE, DEFECTIVE),
        ("There is a scratch, isn't there?", DEFECTIVE, DEFECTIVE),
        ("This one is fine, isn't it?", GOOD, GOOD),
        ("Isn't it defective?", DEFECTIVE, DEFECTIVE),
        ("There is no flaw, is there?", DEFECTIVE, GOOD),
        ("Nothing wrong here, right?", GOOD, GOOD),
        ("The image contains no defects. True or false?", GOOD, GOOD),
        ("Look at the picture. Should I reject this one?", DEFECTIVE, DEFECTIVE),
        ("Do you see a reason not to ship it?", DEFECTIVE, DEFECTIVE),
        ("Is it the same as the reference part?", GOOD, GOOD),
        ("Compared to the normal image, is there any anomaly?", DEFECTIVE, DEFECTIVE),
        ("Is this good or bad?", NEITHER, NEITHER),
        ("What colour is it?", NEITHER, NEITHER),
    ],
)
def test_what_yes_and_true_stand_for(question, yes, true):
    assert (asked(question).yes, asked(question).true) == (yes, true)


@pytest.mark.parametrize(
    ("question", "options", "sides"),
    [
        ("Is there any defect?", {"A": "Yes.", "B": "No."}, (DEFECTIVE, GOOD)),
        ("Is it OK?", {"A": "Yes", "B": "No"}, (GOOD, DEFECTIVE)),
        ("Is it OK?", {"1": "No, it has a scratch", "2": "Yes, it is"}, (DEFECTIVE, GOOD)),
        ("The image contains no defects", {"T": "True", "F": "False"}, (GOOD, DEFECTIVE)),
        ("There are no flaws in this part", {"A": "Agree", "B": "Disagree"}, (GOOD, DEFECTIVE)),
        ("There are no flaws", {"A": "The statement is true", "B": "The statement is false"}, (GOOD, DEFECTIVE)),
        ("Verdict?", {"A": "Accept", "B": "Reject", "C": "Not sure"}, (GOOD, DEFECTIVE, NEITHER)),
        ("State?", {"A": "Good", "B": "Scratched", "C": "Broken edge"}, (GOOD, DEFECTIVE, DEFECTIVE)),
        ("What now?", {"A": "Reject it", "B": "Send it on"}, (DEFECTIVE, GOOD)),
        ("Which?", {"A": "No anomalies", "B": "An anomaly"}, (GOOD, DEFECTIVE)),
    ],
)
def test_sides_of_options(question, options, sides):
    assert tuple(option_sides(question, options).values()) == sides


def test_three_open_options_are_not_guessed():
    assert set(option_sides("Which?", {"A": "Reject", "B": "Blue", "C": "Red"}).values()) == {DEFECTIVE, NEITHER}


@pytest.mark.parametrize("text", ["Not sure", "Cannot tell", "It is unclear", "Can't say"])
def test_unsure(text):
    assert is_unsure(text)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("No visible flaw", True),
        ("There are no defects.", True),
        ("Intact", True),
        ("A fine line", False),
        ("Perfect circle", False),
        ("None of the above", False),
        ("A clean cut", False),
    ],
)
def test_denials(text, denied):
    assert denies_defect(text) is denied


@pytest.mark.parametrize(
    ("question", "yes"),
    [
        ("Can't this be shipped?", GOOD),
        ("Can't we use this part?", GOOD),
        ("Can’t it be used?", GOOD),
        ("Cannot this be sold?", GOOD),
        ("Can it not be used?", GOOD),
        ("Won't it fail?", DEFECTIVE),
        ("Won't this pass?", GOOD),
        ("Will it not break?", DEFECTIVE),
        ("Shouldn't this be rejected?", DEFECTIVE),
        ("Should we not reject it?", DEFECTIVE),
        ("Mustn't it be scrapped?", DEFECTIVE),
        ("Can't you see a scratch?", DEFECTIVE),
        ("Do you not see a scratch?", DEFECTIVE),
        ("Ain't it broken?", DEFECTIVE),
        ("Is it not broken?", DEFECTIVE),
        ("Is this not a good part?", GOOD),
        ("Doesn't it look fine?", GOOD),
        ("Don't you think it's not fine?", DEFECTIVE),
        ("Is it not true that it is broken?", DEFECTIVE),
        ("Isn't it the case that it is fine?", GOOD),
        ("It can't be used, can it?", GOOD),
        ("It can't be shipped, right?", DEFECTIVE),
        ("It won't fail, will it?", DEFECTIVE),
        ("You can't find a flaw, can you?", DEFECTIVE),
        ("Can you find no flaw?", GOOD),
        ("Why can't this be shipped?", DEFECTIVE),
        ("Wouldn't it be wrong to reject it?", GOOD),
        ("Is there any reason not to accept it?", DEFECTIVE),
    ],
)
def test_negative_questions_ask_the_positive_one(question, yes):
    assert asked(question).yes is yes


@pytest.mark.parametrize(
    ("statement", "side"),
    [
        ("Couldn't find any flaw", GOOD),
        ("It can't be used", DEFECTIVE),
        ("The part will not pass", DEFECTIVE),
        ("It won't fail", GOOD),
        ("Cannot be shipped", DEFECTIVE),
        ("It would be a mistake to ship it", DEFECTIVE),
        ("It sounds bad", DEFECTIVE),
        ("structurally sound", GOOD),
    ],
)
def test_negative_statements_stay_what_they_are(statement, side):
    assert valence(statement) is side
    assert asked(statement).true is side
