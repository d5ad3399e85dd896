"""What is shown and what is kept, with the answers typed ahead."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from echo_iad.cli.review_walk import ReviewWalk
from echo_iad.domain.questions import Question, QuestionType
from echo_iad.knowledge.extraction import knowledge_sha256
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.extracts import Extract, Review
from echo_iad.memory.records import StoredPassage
from echo_iad.memory.store import Memory

QUESTIONS = ("What caused the defect?", "Where is the defect?", "How does the defect look?")
KNOWN = [
    StoredPassage("valve", "good", "A good valve is [clean] and grey.", "valve.md"),
    StoredPassage("valve", "rust", "Rust is a brown patch with a flaky border on the body of the valve.", "valve.md"),
    StoredPassage("valve", "rust", "Rust comes from damp storage.", "valve.md"),
    StoredPassage("valve", "dent", "A dent is round.", "valve.md"),
]


@pytest.fixture
def memory(tmp_path):
    """Three pending extracts about one product, each of sentences 3 and 2."""
    with Memory.open(tmp_path / "memory", create=True) as memory:
        memory.add_knowledge(KNOWN)
        for text in QUESTIONS:
            memory.extracts.keep(extract_of(memory, text))
        yield memory


def extract_of(memory, text, *numbers, refused=0):
    known = known_about(memory, "valve")
    picked = tuple(replace(known[number - 1], relevance=1.0) for number in numbers or (3, 2))
    question = Question(text, {"A": "Damp.", "B": "A [blow]."})
    return Extract("valve", QuestionType.ANALYSIS, question, knowledge_sha256(known), picked, refused, "scripted:one")


class Typist:
    """Types answers ahead; an exception among them is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, question):
        self.asked.append(question)
        if not self.answers:
            raise EOFError
        answer = self.answers.pop(0)
        if isinstance(answer, type):
            raise answer
        return answer


@pytest.fixture
def walk(memory):
    def go(*answers, author="ines", width=80):
        typist, screen = Typist(*answers), io.StringIO()
        walk = ReviewWalk(memory, author, typist, Console(file=screen, width=width, highlight=False))
        pending = [extract for extract in memory.extracts.all() if extract.review is Review.PENDING]
        try:
            walk.through(pending)
        finally:
            go.asked, go.screen, go.said = typist.asked, screen.getvalue(), dict(walk.said)
        return walk

    return go


def states(memory):
    return [(str(extract.review), extract.author) for extract in memory.extracts.all()]


def texts(extract):
    return [passage.text for passage in extract.passages]


def test_approve_skip_and_reject(memory, walk):
    walk("a", "Skip", " reject ")
    assert states(memory) == [("approved", "ines"), ("pending", ""), ("rejected", "ines")]
    assert walk.said == {Review.APPROVED: 1, Review.REJECTED: 1}


def test_what_is_no_answer_is_said_to_be_none_before_it_is_asked_again(memory, walk):
    walk("foo", "", "a", "q")
    assert states(memory) == [("approved", "ines"), ("pending", ""), ("pending", "")]
    told = " ".join(walk.screen.split())
    assert told.count("That is none of a (approve), e (edit), r (reject), s (skip), w (whole) and q (quit).") == 2


def test_two_people_one_after_the_other(memory, walk):
    walk("a", "q")
    assert states(memory) == [("approved", "ines"), ("pending", ""), ("pending", "")]
    walk("r", "a", author="omar")
    assert states(memory) == [("approved", "ines"), ("rejected", "omar"), ("approved", "omar")]
    assert "1 of 2" in walk.screen


@pytest.mark.parametrize("end", [KeyboardInterrupt, EOFError])
def test_an_end_in_the_middle_keeps_what_was_said(memory, walk, end):
    try:
        walk("a", end)
    except KeyboardInterrupt:
        assert end is KeyboardInterrupt
    assert states(memory) == [("approved", "ines"), ("pending", ""), ("pending", "")]


def test_what_somebody_else_reviewed_meanwhile_stays(memory, walk):
    def reject_before(question):
        memory.extracts.review(memory.extracts.all()[0], Review.REJECTED, author="omar")
        return "a"

    screen = io.StringIO()
    reviewing = ReviewWalk(memory, "ines", reject_before, Console(file=screen, width=80))
    reviewing.through(memory.extracts.all()[:1])
    assert states(memory)[0] == ("rejected", "omar")
    assert "Not kept: somebody else reviewed it" in screen.getvalue()
    assert reviewing.said == {}


def test_knowledge_that_changes_in_the_middle_of_a_walk_ends_the_review_of_it(memory, walk):
    def approve_and_change(question):
        memory.add_knowledge([replace(KNOWN[3], text="A dent is deep.")])
        return "a"

    screen = io.StringIO()
    pending = memory.extracts.all()
    ReviewWalk(memory, "ines", approve_and_change, Console(file=screen, width=80)).through(pending)
    assert [state for state, _ in states(memory)] == ["approved", "pending", "pending"]
    assert screen.getvalue().count("The knowledge has just changed") == 2


def test_an_end_in_the_middle_of_an_edit_edits_nothing(memory, walk):
    with pytest.raises(KeyboardInterrupt):
        walk("e", "1", KeyboardInterrupt)
    assert states(memory)[0] == ("pending", "")


def test_what_is_no_answer_is_asked_again(memory, walk):
    walk("", "x", "approve it", "a", "q")
    assert len(walk.asked) == 5
    assert states(memory)[0] == ("approved", "ines")


def test_other_sentences_and_own_words(memory, walk):
    walk("e", "4 9", "4, 1", " Marks below 1 mm are no fault. They fade. ", "q")
    assert "'9' is no sentence's number. Allowed: 1 to 4" in walk.screen
    edited = memory.extracts.all()[0]
    assert (edited.review, edited.author) == (Review.EDITED, "ines")
    assert texts(edited) == [KNOWN[3].text, KNOWN[0].text, "Marks below 1 mm are no fault.", "They fade."]
    assert [passage.source for passage in edited.passages] == ["valve.md", "valve.md", "words of ines", "words of ines"]
    assert [passage.text for passage in edited.picked] == [KNOWN[2].text, KNOWN[1].text]


@pytest.mark.parametrize(
    ("numbers", "words", "review", "wanted"),
    [
        ("", "", Review.APPROVED, [KNOWN[2].text, KNOWN[1].text]),
        ("", "It fades.", Review.EDITED, [KNOWN[2].text, KNOWN[1].text, "It fades."]),
        ("-", "It fades.", Review.EDITED, ["It fades."]),
        ("-", "", Review.EDITED, []),
        ("2 3", "", Review.EDITED, [KNOWN[1].text, KNOWN[2].text]),
    ],
)
def test_what_an_edit_leaves(memory, walk, numbers, words, review, wanted):
    walk("e", numbers, words, "q")
    extract = memory.extracts.all()[0]
    assert (extract.review, texts(extract)) == (review, wanted)
    assert "[3 2]" in walk.asked[1]


@pytest.mark.parametrize("width", [80, 120])
def test_source_and_extract_stand_side_by_side(memory, walk, width):
    walk("w", "q", width=width)
    lines = walk.screen.splitlines()
    assert max(map(len, lines)) <= width
    assert any("What is known" in line for line in lines)
    short, whole = walk.screen.split("What is known")[1:]
    beside = next(line for line in short.splitlines() if "Rust comes from damp" in line)
    assert "● 3" in beside  # the left side ends with the last pick
    right = [line[width * 3 // 5 :].strip() for line in lines]
    assert right.index("Question") < right.index(QUESTIONS[0]) < right.index("B. A [blow].") < right.index("Extract")
    assert "good: 1 to 1" in short
    assert "[clean]" not in short
    assert "A good valve is [clean] and grey." in " ".join(whole.split())
    assert "dent: 4 to 4" in short
    assert "A dent is round." in whole


def test_refused_picks_the_model_and_the_former_word_are_told(memory, walk):
    for extract in memory.extracts.all():
        memory.extracts.review(extract, Review.APPROVED, author="omar")
    memory.add_knowledge([replace(KNOWN[3], text="A dent is deep."), *KNOWN[:3]])
    memory.extracts.keep(extract_of(memory, QUESTIONS[0], 4, refused=2))
    walk("q")
    told = " ".join(walk.screen.split())
    assert "picked by scripted:one on" in told
    assert "2 more picks are not in what is known." in told
    assert "Before the knowledge changed, omar approved on" in told
    assert told.endswith(f"{KNOWN[2].text} {KNOWN[1].text}")


def test_an_extract_of_nothing_shows_everything(memory, walk):
    for extract in memory.extracts.all():
        memory.extracts.review(extract, Review.APPROVED, author="omar")
    memory.extracts.keep(replace(extract_of(memory, "Why?"), picked=()))
    walk("a")
    assert "Nothing of what is known helps." in walk.screen
    assert all(passage.text.split()[-1] in walk.screen for passage in KNOWN)
    assert memory.extracts.all()[-1].passages == ()
