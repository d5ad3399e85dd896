from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echo_iad.deciders.mllm import MllmDecider
from echo_iad.domain.decisions import Decision, Scoring, Status
from echo_iad.domain.evidence import Comparison, Evidence, Exhibits, Fusion, ObjectMatch
from echo_iad.domain.parts import Picture
from echo_iad.domain.questions import QuestionType
from echo_iad.evaluation.answers.asking import AnswerForm
from echo_iad.evaluation.answers.forms import STATEMENT, YesAndNo, put, yes_and_no
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask
from echo_iad.mllms.base import Reply
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.planning.question_types import classify_question
from echo_iad.settings import load_profile


def asked(options, subtask=Subtask.DISCRIMINATION):
    """A question about a drawn part."""
    text = "Is there any defect?" if subtask is Subtask.DISCRIMINATION else "Where is it?"
    return BenchmarkQuestion("D/cap/a.png", 0, Path("a.png"), "D", "cap", subtask, text, options, "A", defective=True)


YES_FIRST, NO_FIRST = {"A": "Yes.", "B": "No."}, {"A": "No.", "B": "Yes."}
PLACES = {"A": "Top left.", "B": "Centre.", "C": "Bottom."}


def test_multiple_choice_is_asked_as_it_is():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.MULTIPLE_CHOICE)
    decision = Decision(Status.ANSWERED, option="C")
    assert dict(wording.question.options) == PLACES
    assert wording.read(decision) is decision


@pytest.mark.parametrize(("options", "true", "false"), [(YES_FIRST, "B", "A"), (NO_FIRST, "A", "B")])
def test_a_true_denial_is_a_no(options, true, false):
    wording = put(asked(options), AnswerForm.TRUE_FALSE)
    assert wording.question.text == STATEMENT
    assert classify_question(wording.question) is QuestionType.DISCRIMINATION
    truth = Decision(Status.ANSWERED, option="A", probabilities={"A": 0.8, "B": 0.2})
    read = wording.read(truth)
    assert (read.option, read.probabilities) == (true, {true: 0.8, false: 0.2})
    assert wording.read(Decision(Status.ANSWERED, option="B")).option == false


def test_other_questions_have_no_statement():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.TRUE_FALSE)
    assert dict(wording.question.options) == PLACES


def test_an_open_question_has_no_options_and_its_words_are_read():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.OPEN)
    assert not wording.question.options
    read = wording.read(Decision(Status.ANSWERED, text="Centre.", scoring=Scoring.TEXT))
    assert (read.status, read.option, read.probabilities) == (Status.ANSWERED, "B", {})


def test_open_words_that_name_no_option_are_no_answer():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.OPEN)
    read = wording.read(Decision(Status.ANSWERED, text="Somewhere on the part.", model="m"))
    assert (read.status, read.option, read.raw_text, read.model) == (Status.FAILED, None, "Somewhere on the part.", "m")


def test_an_open_answer_that_names_no_option_still_tells_its_cost_and_what_was_asked():
    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.OPEN)
    spent = {"prompt_tokens": 90, "new_tokens": 4, "prompt_sha256": "ab" * 32, "written": "On it."}
    read = wording.read(Decision(Status.ANSWERED, text="On it.", model="m", **spent))
    assert (read.status, read.text) == (Status.FAILED, "")
    assert {name: getattr(read, name) for name in spent} == spent


def test_the_letters_of_a_statement_are_not_read_as_those_of_the_benchmark():
    """A model that writes "A" says true, which is the benchmark's B."""
    decision = decided(asked(YES_FIRST), AnswerForm.TRUE_FALSE, lambda messages: "A")
    assert (decision.option, decision.raw_text, decision.written) == ("B", "A", "")


@pytest.mark.parametrize(("p_anomalous", "letter"), [(0.9, "A"), (0.1, "B"), (0.5, "A")])
def test_a_measured_verdict_says_yes_or_no(p_anomalous, letter):
    wording = put(asked(YES_FIRST), AnswerForm.OPEN)
    measured = Decision(Status.ANSWERED, text="Nothing beyond the tolerance.", p_anomalous=p_anomalous)
    assert wording.read(measured).option == letter


def test_a_model_s_own_words_count_and_no_number_beside_them():
    wording = put(asked(YES_FIRST), AnswerForm.OPEN)
    mumbled = Decision(
        Status.ANSWERED, text="Hard to say.", raw_text="Hard to say.", p_anomalous=0.9, model="scripted:test"
    )
    assert wording.read(mumbled).status is Status.FAILED


@pytest.mark.parametrize("status", [Status.ABSTAINED, Status.FAILED])
@pytest.mark.parametrize("form", list(AnswerForm))
def test_no_answer_stays_none(status, form):
    decision = Decision(status, reason="Why.")
    read = put(asked(NO_FIRST), form).read(decision)
    assert (read.status, read.option, read.reason) == (status, None, "Why.")


def test_yes_and_no_are_told_by_their_text_alone():
    assert yes_and_no({"x": "no", "y": "YES!"}) == YesAndNo(yes="y", no="x")
    assert yes_and_no(PLACES) is None
    assert yes_and_no({"A": "Yes.", "B": "No.", "C": "Perhaps."}) is None


MATCH = ObjectMatch("cap", named_by_user=True, similarity=0.9, margin=0.1, reason="Named.")
EVIDENCE = Evidence(MATCH, exhibits=Exhibits(Picture(np.full((40, 60, 3), 99, np.uint8), 60, 40, "a.png", "ab" * 32)))


def decided(question, form, script):
    """What a multimodal model's answer to a benchmark's question in a form is read as."""
    wording = put(question, form)
    model = MllmDecider(ScriptedMllm(script, "scripted:test"), load_profile("edge").decider)
    return wording.read(model.decide(wording.question, classify_question(wording.question), EVIDENCE))


@pytest.mark.parametrize("options", [YES_FIRST, NO_FIRST])
@pytest.mark.parametrize(("false", "said"), [(0.7, "Yes."), (0.2, "No.")])
def test_a_model_that_calls_the_denial_false_has_found_a_defect(options, false, said):
    def script(messages):
        assert f"Question: {STATEMENT}\nA. True\nB. False\n" in messages[-1].text
        return Line(probabilities={"A": 1 - false, "B": false})

    decision = decided(asked(options), AnswerForm.TRUE_FALSE, script)
    assert options[decision.option] == said
    assert decision.probabilities[decision.option] == pytest.approx(max(false, 1 - false))
    assert (decision.p_anomalous, decision.scoring) == (pytest.approx(false), Scoring.LOGPROBS)


def test_a_model_without_probabilities_writes_false():
    decision = decided(asked(NO_FIRST), AnswerForm.TRUE_FALSE, lambda messages: "False")
    assert (decision.option, decision.scoring, decision.raw_text) == ("B", Scoring.TEXT, "False")


@pytest.mark.parametrize(
    ("question", "said", "letter"),
    [
        (asked(PLACES, Subtask.LOCALIZATION), "Centre.", "B"),
        (asked(PLACES, Subtask.LOCALIZATION), "Centre. The scratch lies in the middle of the part.", "B"),
        (asked(NO_FIRST), "Yes. There is a scratch near the rim.", "B"),
        (asked(NO_FIRST), "Yes.", "B"),
        (asked(NO_FIRST), "No.", "A"),
    ],
)
def test_a_model_asked_openly_sees_no_option_and_its_words_name_one(question, said, letter):
    def script(messages):
        wanted = f"{question.text}\nAnswer in a few words first, then explain in one short sentence."
        assert wanted in messages[-1].text
        return said

    decision = decided(question, AnswerForm.OPEN, script)
    assert (decision.status, decision.option, decision.raw_text) == (Status.ANSWERED, letter, said)
    assert (decision.model, decision.scoring, decision.probabilities) == ("scripted:test", Scoring.TEXT, {})


def letter_of(text, messages):
    """The letter under which an option is shown."""
    return next(letter for letter in "AB" if f"\n{letter}. {text}" in messages[-1].text)


class Held(ScriptedMllm):
    """Writes nothing but letters, and may have reasoned before, as a server without probabilities."""

    def __init__(self, said, thought=""):
        super().__init__(lambda messages: letter_of(said, messages), "scripted:held")
        self._thought = thought

    def ask(self, prompts):
        return [replace(reply, scoring=Scoring.STRUCTURED, thought=self._thought) for reply in super().ask(prompts)]


def weighed(options, model, rotations, times):
    """What becomes of an open verdict about a part whose score is so many times its limit, by a model and that."""
    comparison = Comparison(times, 0.5, 1.0, times - 1, True, "", 0.05, times > 1, 49, ())
    fusion = Fusion(20.0, 1.0, 0.0, separation_comparator=0.9, separation_model=0.6, parts=16)
    evidence = replace(EVIDENCE, comparison=comparison, fusion=fusion)
    settings = load_profile("edge").decider.model_copy(update={"rotations": rotations, "fuse": True})
    wording = put(asked(options), AnswerForm.OPEN)
    decision = MllmDecider(model, settings).decide(wording.question, classify_question(wording.question), evidence)
    return decision, wording.read(decision)


@pytest.mark.parametrize("options", [YES_FIRST, NO_FIRST])
@pytest.mark.parametrize("rotations", [1, 2])
@pytest.mark.parametrize("thought", ["", "The answer is: Yes."])
def test_an_open_verdict_is_the_numbers_whatever_letters_the_model_was_held_to(options, rotations, thought):
    """Echo closes the question with options of its own, whose letters are not the benchmark's."""
    for said in ("Yes.", "No."):
        decision, read = weighed(options, Held(said, thought), rotations, times=1.0)
        assert (decision.text, options[read.option], read.scoring) == (said, said, Scoring.STRUCTURED)
        assert (read.p_anomalous > 0.5) is (said == "Yes.")


@pytest.mark.parametrize("options", [YES_FIRST, NO_FIRST])
@pytest.mark.parametrize("rotations", [1, 2])
@pytest.mark.parametrize(("said", "times", "decided"), [("Yes.", 0.5, "No."), ("No.", 2.0, "Yes.")])
def test_where_the_comparison_outweighs_the_model_the_open_answer_follows(options, rotations, said, times, decided):
    writing = ScriptedMllm(lambda messages: f"Answer: {letter_of(said, messages)}. {said}", "scripted:test")
    for model in (Held(said), writing):
        decision, read = weighed(options, model, rotations, times)
        assert decision.p_model == float(said == "Yes.")
        assert (read.status, options[read.option], read.text) == (Status.ANSWERED, decided, decided)
        assert (read.p_anomalous > 0.5) is (decided == "Yes.")


@pytest.mark.parametrize(
    ("text", "letter"), [("Some damage on the part.", None), ("Bottom. It lies near the lower edge.", "C")]
)
def test_a_guess_in_the_reasoning_is_no_open_answer(text, letter):
    class Reasoning(ScriptedMllm):
        def ask(self, prompts):
            return [Reply(Scoring.TEXT, text, thought="First guess, the answer is: Centre.") for _ in prompts]

    wording = put(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.OPEN)
    model = MllmDecider(Reasoning(str, "scripted:reasoning"), load_profile("edge").decider)
    read = wording.read(model.decide(wording.question, classify_question(wording.question), EVIDENCE))
    assert read.option == letter
    assert read.status is (Status.FAILED if letter is None else Status.ANSWERED)
    assert (read.written, read.raw_text) == (text, f"First guess, the answer is: Centre.\n{text}")


@pytest.mark.parametrize("form", list(AnswerForm))
@pytest.mark.parametrize("said", ["It might be anything.", "I'm sorry, but I can't help with that."])
def test_what_a_model_writes_that_is_no_answer_is_a_failure_in_every_form(form, said):
    for question in (asked(YES_FIRST), asked(PLACES, Subtask.LOCALIZATION)):
        decision = decided(question, form, lambda messages: said)
        assert (decision.status, decision.option, decision.raw_text) == (Status.FAILED, None, said)


def test_a_model_s_open_words_that_name_no_option_are_kept_as_its_text():
    decision = decided(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.OPEN, lambda messages: "Somewhere.")
    assert (decision.scoring, decision.raw_text, decision.model) == (Scoring.TEXT, "Somewhere.", "scripted:test")


def test_a_model_that_fails_fails_in_every_form():
    for form in AnswerForm:
        decision = decided(asked(YES_FIRST), form, lambda messages: Line(fail="out of memory"))
        assert (decision.status, decision.reason) == (Status.FAILED, "No answer: out of memory")


def test_every_option_as_it_is_worded_reaches_the_model():
    def script(messages):
        assert "A. Top left.\nB. Centre.\nC. Bottom.\n" in messages[-1].text
        return Line(probabilities={"A": 0.1, "B": 0.2, "C": 0.7})

    assert decided(asked(PLACES, Subtask.LOCALIZATION), AnswerForm.MULTIPLE_CHOICE, script).option == "C"
