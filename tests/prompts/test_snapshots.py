"""Every prompt, whole, as a reviewer reads it: each profile's questions of each type in each form of answer.

The evidence is that of an inspection of a drawn part. Its measured numbers are written ``#.#``: they may differ in
their last digit from machine to machine.
"""

import re
from itertools import takewhile
from pathlib import Path

import pytest

from echo_iad.domain.questions import Question, QuestionType
from echo_iad.evaluation.answers.asking import AnswerForm
from echo_iad.evaluation.answers.forms import put
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.prompts.builder import PromptStyle, ask_label, build_messages
from echo_iad.settings import profile_names

QUESTIONS = {
    QuestionType.DISCRIMINATION: ("Is there any defect on this cap?", ("Yes.", "No.")),
    QuestionType.CLASSIFICATION: ("Which type of defect does this cap show?", ("Stain.", "Scratch.", "Chipped rim.")),
    QuestionType.LOCALIZATION: ("Where is the defect?", ("Upper left.", "Lower left.", "Upper right.")),
    QuestionType.DESCRIPTION: ("What does the defect look like?", ("A thin line.", "A bite out of the edge.")),
    QuestionType.ANALYSIS: ("What is the effect of the defect?", ("The closure may leak.", "None.")),
    QuestionType.OTHER: ("What is this object for?", ("It closes a bottle.", "It carries current.")),
}


def benchmark_question(kind):
    text, options = QUESTIONS[kind]
    subtask = Subtask.OBJECT_ANALYSIS if kind is QuestionType.OTHER else Subtask(kind)
    labelled = dict(zip("ABC", options, strict=False))
    return BenchmarkQuestion(
        "000.jpg", 0, Path("000.jpg"), "drawn", "cap", subtask, text, labelled, "A", defective=True
    )


def wordings(kind):
    """Form of answer to the question in that form; a form that a type does not have is left out."""
    asked = {form: put(benchmark_question(kind), form).question for form in AnswerForm}
    as_choice = asked[AnswerForm.MULTIPLE_CHOICE]
    return {form: one for form, one in asked.items() if form is AnswerForm.MULTIPLE_CHOICE or one != as_choice}


def without_digits(text):
    return re.sub(r"\d+\.\d+", "#.#", text)


def shared_lines(texts):
    """How many lines all texts begin with, up to the end of a paragraph or a picture."""
    same = list(takewhile(lambda lines: len(set(lines)) == 1, zip(*texts, strict=False)))
    ends = [number for number, (line, *_) in enumerate(same, start=1) if not line.strip() or line.startswith("<")]
    return ends[-1]


def section(kind, prompts):
    """Prompts in several forms: what they share, then the rest of each; joined they are the whole prompts."""
    texts = [text.splitlines(keepends=True) for text in prompts.values()]
    shared = shared_lines(texts)
    rest = [
        f"--- {form.replace('_', ' ')} ---\n{''.join(text[shared:])}\n"
        for form, text in zip(prompts, texts, strict=True)
    ]
    return f"=== {kind} ===\n{''.join(texts[0][:shared])}{''.join(rest)}"


@pytest.mark.parametrize("profile", profile_names())
def test_a_profile_s_prompts_are_as_in_its_snapshot(profile, sent, written, unchanged):
    sections = []
    for kind in QuestionType:
        prompts = {}
        for form, question in wordings(kind).items():
            read_as, messages = sent(profile, question)
            assert read_as is (QuestionType.DISCRIMINATION if form is AnswerForm.TRUE_FALSE else kind)
            prompts[form] = without_digits(written(messages))
        sections.append(section(kind, prompts))
    unchanged(profile, "\n".join(sections))


STYLES = {
    "as it is": ({}, {}),
    "no reference": ({"shots": 0}, {}),
    "three references": ({"shots": 3}, {}),
    "a comparison within the tolerance": ({"anomalous": False, "reasoning": True}, {}),
    "a comparison within the tolerance that is told": ({"anomalous": False}, {"tell_within_tolerance": True}),
    "crops": ({"anomalous": True, "knowledge": True}, {"crops": 2}),
    "crops beside the first of two references": ({"anomalous": True, "shots": 2}, {"crops": 1}),
    "crops without a reference": ({"anomalous": True, "shots": 0}, {"crops": 1}),
    "crops of a part within the tolerance": ({"anomalous": False}, {"crops": 2}),
}


def test_what_a_profile_can_set_is_as_in_the_snapshot(scene, written, unchanged):
    question = Question("Is there any defect?", {"A": "Yes.", "B": "No."})
    sections = []
    for title, (found, style) in STYLES.items():
        evidence = scene(**found)
        sections.append((title, written(build_messages(question, evidence, evidence.exhibits, PromptStyle(**style)))))
    evidence = scene()
    thought = build_messages(question, evidence, evidence.exhibits, PromptStyle(think=True))
    conversation = ask_label(thought, "The rim is dented.", question)
    sections.append(("reasoning first, then the label", written(conversation)))
    unchanged("styles", "\n".join(f"=== {title} ===\n{text}\n" for title, text in sections))
