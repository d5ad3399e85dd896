"""A model decides only by what it surely said; every fault is a failure that names its cause."""

import re
from dataclasses import replace
from io import BytesIO
from itertools import permutations

import numpy as np
import pytest
from PIL import Image

from echo_iad.deciders.base import Asked
from echo_iad.deciders.fusion import comparator_alone
from echo_iad.deciders.mllm import MllmDecider, load_model_of, make_decider
from echo_iad.domain.decisions import Scoring, Status
from echo_iad.domain.evidence import Exhibits, Fusion, Reference
from echo_iad.domain.messages import Role
from echo_iad.domain.parts import Picture
from echo_iad.domain.questions import Expert, Question, QuestionType
from echo_iad.errors import MissingModelError, MllmError, ModelGoneError, ProfileError
from echo_iad.mllms.base import Reply
from echo_iad.mllms.known.cards import model_cards
from echo_iad.mllms.scripted import Line, ScriptedMllm
from echo_iad.settings import load_profile
from echo_iad.testing import check_decider

WHICH = Question("Which defect is it?", {"A": "A dent.", "B": "A stain.", "C": "A hole."})
ANY = Question("Is there any defect?", {"A": "Yes.", "B": "No."})
EXHIBITS = Exhibits(Picture(np.full((40, 60, 3), 99, np.uint8), 60, 40, "new/1.jpg", "ab" * 32))


@pytest.fixture
def evidence(make):
    return make.evidence(exhibits=EXHIBITS)


def decider(said, **settings):
    script = said if callable(said) else lambda messages: said
    chosen = load_profile("edge").decider.model_copy(update=settings)
    return MllmDecider(ScriptedMllm(script, "scripted:test"), chosen)


def chances(**probabilities):
    return Line(probabilities=probabilities)


def test_the_likeliest_option_is_the_answer(evidence):
    decision = decider(chances(A=0.2, B=0.7, C=0.1)).decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert (decision.status, decision.option, decision.text) == (Status.ANSWERED, "B", "A stain.")
    assert decision.probabilities == pytest.approx({"A": 0.2, "B": 0.7, "C": 0.1})
    assert (decision.model, decision.scoring, decision.raw_text) == ("scripted:test", Scoring.LOGPROBS, "")
    assert decision.p_anomalous is None


@pytest.mark.parametrize("options", [{"A": "Yes.", "B": "No."}, {"A": "No.", "B": "Yes."}])
def test_the_probability_of_a_defect_is_that_of_the_option_that_says_so(evidence, options):
    decision = decider(chances(A=0.9, B=0.1)).decide(Question(ANY.text, options), QuestionType.DISCRIMINATION, evidence)
    assert decision.p_anomalous == pytest.approx(0.9 if options["A"] == "Yes." else 0.1)


def test_the_letter_that_a_text_states_is_the_answer_without_probabilities(evidence):
    decision = decider("**Answer:** C").decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert (decision.option, decision.text, decision.scoring) == ("C", "A hole.", Scoring.TEXT)
    assert (decision.raw_text, dict(decision.probabilities)) == ("**Answer:** C", {})


@pytest.mark.parametrize(
    ("said", "beginning", "raw"),
    [
        ("It might be anything.", "Unparsed:", "It might be anything."),
        ("I'm sorry, but I can't help with that.", "Refused:", "I'm sorry, but I can't help with that."),
        ("D", "Unparsed:", "D"),
        ("", "No answer: the model wrote nothing", ""),
        (Line(fail="out of memory"), "No answer: out of memory", ""),
    ],
)
def test_what_is_no_answer_is_a_failure_with_its_cause(evidence, said, beginning, raw):
    for question, kind in ((WHICH, QuestionType.CLASSIFICATION), (ANY, QuestionType.DISCRIMINATION)):
        decision = decider(said).decide(question, kind, evidence)
        assert (decision.status, decision.option) == (Status.FAILED, None)
        assert decision.reason.startswith(beginning)
        assert decision.raw_text == raw
        assert decision.model == "scripted:test"


def test_a_text_that_names_no_option_is_quoted_on_one_line_and_not_at_length(evidence):
    reasons = [
        decider(said).decide(WHICH, QuestionType.CLASSIFICATION, evidence).reason
        for said in ("It might be\n anything.", "word " * 40)
    ]
    assert reasons[0].endswith(' names no option: "It might be anything."')
    assert reasons[1].endswith(' names no option: "' + ("word " * 40)[:79] + '…"')


@pytest.mark.parametrize("fault", [MllmError("gone"), ValueError("odd"), OSError("line cut")])
def test_a_fault_of_the_model_is_a_failure(evidence, fault):
    def broken(messages):
        raise fault

    decision = decider(broken).decide(ANY, QuestionType.DISCRIMINATION, evidence)
    assert (decision.status, decision.reason) == (Status.FAILED, f"No answer: {fault}")


def test_without_a_picture_nothing_is_asked(make):
    decision = decider("A").decide(ANY, QuestionType.DISCRIMINATION, make.evidence())
    assert decision.status is Status.FAILED
    check_decider(decider("A"))


def test_an_open_question_is_answered_in_words(evidence):
    decision = decider(" A dent near the rim. ").decide(Question("What is wrong?"), QuestionType.DESCRIPTION, evidence)
    assert (decision.status, decision.option, decision.text) == (Status.ANSWERED, None, "A dent near the rim.")


def test_reasoning_that_a_model_marks_is_no_part_of_an_open_answer(evidence):
    said = "<think>A stain? No.</think> A dent."
    decision = decider(said).decide(Question("What is wrong?"), QuestionType.DESCRIPTION, evidence)
    assert (decision.text, decision.raw_text) == ("A dent.", said)
    cut_off = decider("<think>A stain? It").decide(Question("What is wrong?"), QuestionType.DESCRIPTION, evidence)
    assert (cut_off.status, cut_off.text) == (Status.FAILED, "")
    assert "raise max_new_tokens" in cut_off.reason


@pytest.mark.parametrize("question", [WHICH, Question("How deep is it?")])
def test_what_cannot_be_told_is_an_abstention(evidence, question):
    decision = decider("It cannot be told from the picture.").decide(question, QuestionType.DESCRIPTION, evidence)
    assert (decision.status, decision.option, decision.text) == (Status.ABSTAINED, None, "Not sure.")
    assert decision.raw_text == "It cannot be told from the picture."


def test_rotating_the_options_cancels_a_love_of_the_first_letter(evidence):
    """A model that gives the first place 0.5 whatever stands there, and the rest to the stain."""

    def script(messages):
        text = messages[-1].text
        stain = next(letter for letter in "ABC" if f"{letter}. A stain." in text)
        return chances(**{letter: 0.5 * (letter == "A") + 0.4 * (letter == stain) + 1e-9 for letter in "ABC"})

    assert decider(script).decide(WHICH, QuestionType.CLASSIFICATION, evidence).option == "A"
    rotated = decider(script, rotations=3).decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert rotated.option == "B"
    assert rotated.probabilities["A"] == pytest.approx(rotated.probabilities["C"])
    assert sum(rotated.probabilities.values()) == pytest.approx(1)


KNOWN = {"A dent.": 0.1, "A stain.": 0.6, "A hole.": 0.3}


def knowing(liking):
    """A model that knows how likely each text is, and likes the letter A so much more."""

    def script(messages):
        shown = dict(re.findall(r"^([ABC])\. (.+)$", messages[-1].text, re.MULTILINE))
        return chances(**{letter: KNOWN[text] + liking * (letter == "A") for letter, text in shown.items()})

    return script


@pytest.mark.parametrize("liking", [0.0, 0.6])
@pytest.mark.parametrize("texts", list(permutations(KNOWN)))
def test_each_text_has_its_chance_over_all_rotations_in_whatever_order_they_stand(evidence, texts, liking):
    question = Question(WHICH.text, dict(zip("ABC", texts, strict=True)))
    decision = decider(knowing(liking), rotations=3).decide(question, QuestionType.CLASSIFICATION, evidence)
    found = {question.options[label]: chance for label, chance in decision.probabilities.items()}
    assert found == pytest.approx({text: (chance + liking / 3) / (1 + liking) for text, chance in KNOWN.items()})


@pytest.mark.parametrize("settings", [{}, {"rotations": 3}])
def test_rotations_of_a_written_answer_are_counted(evidence, settings):
    """A model that writes the first letter at first sight, and the stain's ever after."""

    def script(messages):
        text = messages[-1].text
        return "A" if "A. A dent." in text else next(letter for letter in "ABC" if f"{letter}. A stain." in text)

    decision = decider(script, **settings).decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert decision.option == ("B" if settings else "A")
    assert (decision.scoring, dict(decision.probabilities)) == (Scoring.TEXT, {})


@pytest.mark.parametrize(("rotations", "options"), [(2, 2), (3, 3)])
def test_a_model_that_writes_the_same_letter_whatever_stands_there_has_not_answered(evidence, rotations, options):
    question = ANY if options == 2 else WHICH
    decision = decider("A", rotations=rotations).decide(question, QuestionType.CLASSIFICATION, evidence)
    assert (decision.status, decision.option) == (Status.FAILED, None)
    assert decision.reason.startswith("Unparsed: the turns of the options disagree")
    assert decision.raw_text == "\n".join("A" * rotations)


def test_a_verdict_whose_turns_disagree_is_not_weighed(weighed):
    decision = decider("A", rotations=2).decide(ANY, QuestionType.DISCRIMINATION, weighed(1.5))
    assert (decision.status, decision.p_anomalous, decision.p_model) == (Status.FAILED, None, None)


def test_what_an_answer_was_read_from_is_kept_apart_from_the_reasoning(evidence, weighed):
    def script(messages):
        return "B" if messages[-2].role is Role.ASSISTANT else "Perhaps it is a hole. C?"

    decision = decider(script, think=True).decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert (decision.option, decision.written, decision.raw_text) == ("B", "B", "Perhaps it is a hole. C?\nB")
    scored = decider(chances(A=0.9, B=0.1)).decide(ANY, QuestionType.DISCRIMINATION, evidence)
    numbers = decider("B").decide(ANY, QuestionType.DISCRIMINATION, weighed(1.5))
    assert (scored.written, numbers.written) == ("", "")


def asked_by(evidence, question=WHICH, said="A", **settings):
    """Digest of the prompts that a model was given."""
    return decider(said, **settings).decide(question, QuestionType.CLASSIFICATION, evidence).prompt_sha256


def test_the_digest_of_the_prompts_is_of_what_the_model_was_given(evidence):
    """However the decision ended, and whoever chose what it was told."""
    given = asked_by(evidence)
    assert len(given) == 64
    same = [
        asked_by(replace(evidence, knowledge_by="model x, approved by ines")),
        asked_by(replace(evidence, exhibits=replace(EXHIBITS, query=replace(EXHIBITS.query, path="else/9.jpg")))),
        asked_by(evidence, said=Line(fail="out of memory")),
        asked_by(evidence, said="Who knows?"),
        asked_by(evidence, abstain_below=0.5),
    ]
    assert set(same) == {given}
    dark = replace(EXHIBITS.query, pixels=EXHIBITS.query.pixels // 2)
    others = [
        asked_by(replace(evidence, knowledge=())),
        asked_by(replace(evidence, exhibits=replace(EXHIBITS, query=dark))),
        asked_by(evidence, ANY),
        asked_by(evidence, rotations=2),
        asked_by(evidence, rotations=3),
        asked_by(evidence, max_new_tokens=9),
        asked_by(evidence, think=True),
    ]
    assert len({given, *others}) == 1 + len(others)


def test_a_reference_shown_in_another_size_is_another_prompt(evidence):
    """Its file may be gone, and the small picture that the memory keeps stands in for it."""
    original = Picture(np.full((80, 120, 3), 99, np.uint8), 120, 80, "good/1.jpg", "cd" * 32)
    preview = BytesIO()
    Image.fromarray(original.pixels[::2, ::2]).save(preview, "JPEG")
    shows = replace(evidence, references=(Reference(1, "good/1.jpg", 0.9),))
    shown = Exhibits(EXHIBITS.query, (preview.getvalue(),), (original,))
    assert asked_by(replace(shows, exhibits=shown)) != asked_by(
        replace(shows, exhibits=replace(shown, originals=(None,)))
    )


def test_a_model_that_was_asked_nothing_has_no_prompt(make):
    assert asked_by(make.evidence()) == ""


def test_questions_decided_together_are_decided_as_alone(evidence, make):
    """One that cannot be asked, and one that the model cannot answer, take no other with them."""
    asked = [
        Asked(WHICH, QuestionType.CLASSIFICATION, evidence),
        Asked(ANY, QuestionType.DISCRIMINATION, make.evidence()),
        Asked(Question("What fails?"), QuestionType.DESCRIPTION, evidence),
        Asked(ANY, QuestionType.DISCRIMINATION, evidence),
    ]

    def script(messages):
        return Line(fail="odd") if "What fails?" in messages[-1].text else chances(A=0.9, B=0.06, C=0.04)

    together = decider(script).decide_all(asked)
    assert [decision.status.value for decision in together] == ["answered", "failed", "failed", "answered"]
    assert together == [decider(script).decide(one.question, one.question_type, one.evidence) for one in asked]


def test_all_prompts_reach_the_model_in_one_call(evidence):
    calls = []

    class Counting(ScriptedMllm):
        def ask(self, prompts):
            calls.append(len(prompts))
            return super().ask(prompts)

    settings = load_profile("edge").decider.model_copy(update={"rotations": 3})
    mllm = Counting(lambda messages: chances(A=0.9, B=0.06, C=0.04), "scripted:test")
    MllmDecider(mllm, settings).decide_all(
        [Asked(WHICH, QuestionType.CLASSIFICATION, evidence), Asked(ANY, QuestionType.DISCRIMINATION, evidence)]
    )
    assert calls == [5]


def test_a_model_that_is_gone_ends_the_asking(evidence):
    def gone(messages):
        raise ModelGoneError("the server is gone")

    with pytest.raises(ModelGoneError):
        decider(gone).decide(ANY, QuestionType.DISCRIMINATION, evidence)


def test_tokens_are_counted_where_the_model_tells_them(evidence):
    class Counting(ScriptedMllm):
        def ask(self, prompts):
            return [replace(reply, prompt_tokens=100, new_tokens=1) for reply in super().ask(prompts)]

    settings = load_profile("edge").decider.model_copy(update={"rotations": 2})
    mllm = Counting(lambda messages: chances(A=0.9, B=0.1), "scripted:test")
    decision = MllmDecider(mllm, settings).decide(ANY, QuestionType.DISCRIMINATION, evidence)
    assert (decision.prompt_tokens, decision.new_tokens) == (200, 2)
    untold = decider(chances(A=0.9, B=0.1)).decide(ANY, QuestionType.DISCRIMINATION, evidence)
    assert (untold.prompt_tokens, untold.new_tokens) == (None, None)


def thinking(messages):
    """Reasons first; then gives the letter that the question asks for."""
    if messages[-2].role is Role.ASSISTANT:
        return chances(A=0.1, B=0.8, C=0.1)
    return Line(answer="The surface is brown at one place.")


def test_reasoning_is_written_first_and_the_answer_scored_after_it(evidence):
    decision = decider(thinking, think=True).decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert (decision.option, decision.scoring) == ("B", Scoring.LOGPROBS)
    assert decision.raw_text == "The surface is brown at one place."


def test_reasoning_ends_where_an_answer_is_stated_and_the_label_after_it_does_not(evidence):
    told = []

    def hasty(messages):
        told.append(messages)
        return "It is brown. The answer is A, I think. " if messages[-2].role is not Role.ASSISTANT else "Answer: B"

    decision = decider(hasty, think=True).decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert told[1][-2].text == "It is brown. The answer is"
    assert decision.option == "B"


def test_an_open_answer_ends_at_the_blank_line_behind_a_sentence(evidence):
    said = "\n\nA dent. It is deep.\n\nQuestion: What next?"
    decision = decider(said).decide(Question("What is wrong?"), QuestionType.DESCRIPTION, evidence)
    assert decision.text == "A dent. It is deep."


def test_an_open_question_is_written_once_even_by_one_that_thinks(evidence):
    decision = decider("A dent.", think=True).decide(Question("What is wrong?"), QuestionType.DESCRIPTION, evidence)
    assert (decision.text, decision.raw_text) == ("A dent.", "A dent.")


def test_reasoning_that_fails_is_a_failure(evidence):
    decision = decider(Line(fail="out of memory"), think=True).decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert (decision.status, decision.reason) == (Status.FAILED, "No answer: out of memory")


def test_a_letter_in_the_reasoning_is_no_answer(evidence):
    def unsure(messages):
        return "I cannot tell." if messages[-2].role is Role.ASSISTANT else "It may be A. Answer: A"

    decision = decider(unsure, think=True).decide(WHICH, QuestionType.CLASSIFICATION, evidence)
    assert (decision.status, decision.option) == (Status.FAILED, None)


def test_what_a_server_held_to_the_labels_is_recorded_as_such(evidence):
    class Held(ScriptedMllm):
        def ask(self, prompts):
            return [Reply(Scoring.STRUCTURED, text="C") for _ in prompts]

    decision = MllmDecider(Held(str, "scripted:held"), load_profile("edge").decider).decide(
        WHICH, QuestionType.CLASSIFICATION, evidence
    )
    assert (decision.option, decision.scoring, decision.raw_text) == ("C", Scoring.STRUCTURED, "C")
    assert dict(decision.probabilities) == {}


FUSION = Fusion(comparator=2.0, model=1.0, neutral=0.0, separation_comparator=0.9, separation_model=0.9, parts=16)


@pytest.fixture
def weighed(make):
    """A part whose score is so many times the limit -> its evidence, to be weighed against the model's word."""

    def put(times, fusion=FUSION):
        comparison = replace(make.comparison(), margin=times - 1, is_anomalous=times > 1)
        return make.evidence(exhibits=EXHIBITS, comparison=comparison, fusion=fusion)

    return put


@pytest.mark.parametrize("options", [{"A": "Yes.", "B": "No."}, {"A": "No.", "B": "Yes."}])
def test_a_verdict_is_weighed_against_the_comparison_and_its_wording_follows(weighed, options):
    """exp(2 log 1.5) = 2.25 to 1 for a defect, and 4 to 1 against it by the model: 0.36 together."""
    yes = next(label for label, text in options.items() if text == "Yes.")
    said = chances(**{label: 0.2 if label == yes else 0.8 for label in options})
    decision = decider(said).decide(Question(ANY.text, options), QuestionType.DISCRIMINATION, weighed(1.5))
    assert decision.p_anomalous == pytest.approx(2.25 / 6.25)
    assert decision.p_model == pytest.approx(0.2)
    assert decision.probabilities[yes] == pytest.approx(decision.p_anomalous)
    assert decision.text == "No."
    surer = decider(said).decide(Question(ANY.text, options), QuestionType.DISCRIMINATION, weighed(2.5))
    assert (surer.option, surer.text) == (yes, "Yes.")


def test_a_model_whose_word_does_not_count_leaves_the_verdict_to_the_comparison(weighed):
    deaf = comparator_alone(0.9, 0.5, 16)
    for times, text in ((0.99, "No."), (1.01, "Yes.")):
        for p in (0.01, 0.99):
            decision = decider(chances(A=p, B=1 - p)).decide(ANY, QuestionType.DISCRIMINATION, weighed(times, deaf))
            assert decision.text == text


def test_a_verdict_that_was_only_written_is_weighed_as_sure(weighed):
    decision = decider("B").decide(ANY, QuestionType.DISCRIMINATION, weighed(1.5))
    assert (decision.p_model, decision.text, decision.scoring) == (0.0, "No.", Scoring.TEXT)
    assert decider("Perhaps.").decide(ANY, QuestionType.DISCRIMINATION, weighed(1.5)).status is Status.FAILED


def test_an_open_verdict_is_weighed_too(weighed):
    question = Question("Is there any defect in the object?")
    decision = decider(chances(A=0.2, B=0.8)).decide(question, QuestionType.DISCRIMINATION, weighed(2.5))
    assert (decision.option, decision.text, dict(decision.probabilities)) == (None, "Yes.", {})
    assert decision.p_anomalous > 0.5


def test_other_types_of_question_are_not_weighed(weighed):
    decision = decider(chances(A=0.2, B=0.7, C=0.1)).decide(WHICH, QuestionType.CLASSIFICATION, weighed(2.5))
    assert (decision.option, decision.p_model) == ("B", None)


@pytest.mark.parametrize(
    ("said", "question", "verdict"),
    [
        (chances(A=0.9, B=0.1), ANY, True),
        ("B", ANY, False),
        ("Yes, I see a dent.", Question("Is there any defect?"), True),
        ("No, it is fine.", Question("Is there any defect?"), False),
        ("Perhaps.", Question("Is there any defect?"), None),
    ],
)
def test_what_an_answer_says_of_the_part_is_recorded(evidence, said, question, verdict):
    assert decider(said).decide(question, QuestionType.DISCRIMINATION, evidence).is_anomalous is verdict
    other = decider(said).decide(question, QuestionType.CLASSIFICATION, evidence)
    assert other.is_anomalous is None


def test_a_small_lead_may_be_an_abstention(evidence):
    decision = decider(chances(A=0.45, B=0.55), abstain_below=0.2).decide(ANY, QuestionType.DISCRIMINATION, evidence)
    assert (decision.status, decision.option) == (Status.ABSTAINED, None)
    assert "lead of 10%" in decision.reason


def test_a_damaged_reference_is_a_failure(evidence):
    broken = replace(evidence, references=(None,), exhibits=replace(EXHIBITS, references=(b"no picture",)))
    assert decider("A").decide(ANY, QuestionType.DISCRIMINATION, broken).status is Status.FAILED


def test_a_profile_without_a_model_says_how_to_name_one(encoder):
    with pytest.raises(ProfileError, match="--model"):
        make_decider(load_profile("edge"), encoder)


def test_a_model_that_takes_one_picture_is_refused_before_it_is_loaded():
    """Unless the profile shows it nothing but the part."""
    alone = next(card for card in model_cards() if card.single_image)
    profile = load_profile("edge").with_model(f"transformers:{alone.hub}")
    with pytest.raises(ProfileError, match="--without reference_extractor"):
        load_model_of(profile)
    with pytest.raises(MissingModelError):
        load_model_of(profile.without([Expert.REFERENCE_EXTRACTOR]))


def test_it_says_how_large_a_picture_it_wants():
    assert decider("A", max_side=640).picture_side == 640
