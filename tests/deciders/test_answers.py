import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.deciders.answer_forms import ASKED, FORMS, MARKS, PLACES, WORDS, option_sets

from echo_iad.deciders.answers import looks_refused, read_choice

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "mmad"
TRUTH = {"A": "True", "B": "False"}
COUNTS = {"A": "4", "B": "6", "C": "10", "D": "4.5"}

BARE = [
    ("B", "B"),
    (" (b) ", "B"),
    ("B.", "B"),
    ("**B**", "B"),
    ("`B`", "B"),
    ('"B"', "B"),
    ("[B]", "B"),
    ("- B", "B"),
    ("B</s>", "B"),
    ("$B$", "B"),
    (r"\(\mathbf{B}\)", "B"),
    ("✅ B", "B"),
    ("B ✅", "B"),
    ("Option B", "B"),
    ("（Ｂ）", "B"),
    ("B。", "B"),
    ("E", None),
    ("AB", None),
    ("A/B", None),
    ("A. B.", None),
    ("A, B", None),
    ("A and B", None),
    ("A or B", None),
    ("A\nB", None),
    ("B-C", None),
    ("B?", None),
    ("1. B", None),
    ("", None),
    ("...", None),
]
TEXTS = [
    ("a scratch", "B"),
    ("A   SCRATCH!", "B"),
    ("**A scratch.**", "B"),
    ("B. A scratch", "B"),
    ("B: A scratch", "B"),
    ("B A scratch", "B"),
    ("B.A scratch", "B"),
    ("(B) A scratch.", "B"),
    ("A scratch (B)", "B"),
    ("A scratch (C)", None),
    ("B. A stain", None),
    ("B. A stain is visible", None),
    ("D. No visible defect, the part is fine.", "D"),
    ("A scratch is visible", None),
    ("A scratch? No, it is a stain.", None),
    ("A scratched surface", None),
    ("scratch", None),
    ("A dent or a scratch", None),
    ("No defect", "D"),
    ("No defects", None),
]
STATED = [
    ("Answer: B.", "B"),
    ("ANSWER: b", "B"),
    ("Answer:B", "B"),
    ("The answer is (B)", "B"),
    ("The answer is A scratch.", "B"),
    ("The answer is a scratch because the mark is thin.", "B"),
    ("The answer is B, as the mark is thin. A stain would be darker.", "B"),
    ("The answer to this question is most likely B.", "B"),
    ("The correct answer is: B", "B"),
    ("My final answer is **(B)**.", "B"),
    ("**Final Answer:** (C) A stain.", "C"),
    ("The best choice is B.", "B"),
    ("Choice: D", "D"),
    ("I would choose B.", "B"),
    ("I choose option (B): A scratch", "B"),
    ("Option B is the correct answer because the line is thin. Option A is not correct.", "B"),
    ("B is the correct answer: a thin line.", "B"),
    ("Answer: B (not A)", "B"),
    ("Answer: B) A scratch. The mark is long, unlike (A).", "B"),
    ("Answer: **B**, since a dent would have depth.", "B"),
    ("Answer -> B", "B"),
    ("### Answer\n**B**\n\n### Explanation\nA stain would spread; the mark is thin.", "B"),
    ("Options: A. A dent. B. A scratch.\nAnswer: B", "B"),
    ("Answer: A\nAnswer: B", "B"),
    ("Answer: A. Looking again ... wait, Answer: C", "C"),
    ("Answer: A. Wait, the mark is long, so it should be B.", None),
    ("Answer: B. On second thought I am not sure.", None),
    ("Answer: E", None),
    ("Answer: A or B", None),
    ("Answer: A, B", None),
    ("Answer: A dent or a scratch", None),
    ("Answer: None of the above", None),
    ("Answer: A\nAnswer: neither", None),
    ("Answer: A. A dent. B. A scratch. C. A stain.", None),
    ("Answer: B. A stain", None),
    ("The answer is not A.", None),
    ("The answer isn't A.", None),
    ("Is the answer B?", None),
    ("If the mark were round, the answer would be C.", None),
    ("I don't think the answer is B.", None),
    ("Option A is correct. Option B is correct.", None),
    ("Answer: A. Option B is correct.", None),
    ("Answer: The mark is long and thin.", None),
    ("{'answer': 'B'}", "B"),
    ("The answer is B rather than C", "B"),
    ("The answer is not B but C.", None),
    ("The answer is either A or B.", None),
    ("The answer cannot be determined.", None),
    ("Answer: A) A dent, B) A scratch", None),
    ("Answer: A.I. is of no use here", None),
    ("Answer: B1", None),
    ("Answer: Not B", None),
    ("Answer: A is wrong", None),
    ("Answer: A small scratch is visible.", None),
    ("None of the options is correct.", None),
    ("Both A and B are correct.", None),
    ("A is incorrect. B is incorrect. C is correct.", "C"),
    ("We can conclude that option B is the most accurate.", "B"),
    ("B\n\nQuestion: And the next part?\nAnswer: A", None),
    ("B\n\nQuestion: And the next part?\nAnswer: B", "B"),
]
WRAPPED = [
    ("<answer>B</answer>", "B"),
    ("The mark is long.\n<answer>\n(B) A scratch.\n</answer>", "B"),
    ("<answer>A</answer> No: <answer>B</answer>", "B"),
    ("Answer: A\n<answer>B</answer>", "B"),
    ("<answer>B</answer>\nAnswer: C", "C"),
    ("<answer>The mark is long.\nB</answer>", "B"),
    ("<answer>B", "B"),
    ("<answer></answer>", None),
    ("<answer>A or B</answer>", None),
    (r"\boxed{B}", "B"),
    (r"Thus the answer is $\boxed{\text{B}}$.", "B"),
    (r"A long thin mark, so $$\boxed{\textbf{(B)}}$$", "B"),
    (r"First \boxed{A}, then \boxed{B}", "B"),
    ('{"answer": "B"}', "B"),
    ('{"choice": "B", "confidence": 0.8}', "B"),
    ('{"answer": "A scratch", "why": "It is thin."}', "B"),
    ('```json\n{\n  "reasoning": "Answer: A needs a bump.",\n  "answer": "B. A scratch"\n}\n```', "B"),
    ('{"answer": ["A", "B"]}', None),
    ('{"answer": null}', None),
    ('{"answer": "E"}', None),
    ("{answer: B}", "B"),
    ("<|begin_of_box|>B<|end_of_box|>", "B"),
]
REASONED = [
    ("<think>Answer: A? Option A is correct.</think>\nC", "C"),
    ("Perhaps (A)? It is dark.</think>\n\nAnswer: C", "C"),
    ("<think>The answer is A", None),
    ("<think>The answer is A</think>", None),
    ("◁think▷It is A.◁/think▷B", "B"),
    ("[THINK]It is A.[/THINK]B", "B"),
    ("<|channel|>analysis<|message|>Answer: A?<|end|><|start|>assistant<|channel|>final<|message|>B<|return|>", "B"),
    ("1. The rim is fine.\n2. A thin mark runs along it.\n\nTherefore, the correct option is **B. A scratch**.", "B"),
    ("The part has a long thin mark.\n\nB", "B"),
    ("The part has a long thin mark.\n\n(B) A scratch", "B"),
    ("The part has a long thin mark.\n\nA scratch.", "B"),
    ("A. A dent: no.\nB. A scratch: yes.\n\nB", "B"),
    ("A. A dent.\nB. A scratch.\nC. A stain.\nD. No defect.", None),
    ("B because the mark is long.", "B"),
    ("B - the mark is long and thin", "B"),
    ("B\n\nThe mark is long and thin.", "B"),
    ("B) A scratch. The mark is long.\nC) A stain would be dark.", None),
    ("B\n\nThe mark is thin.\n\nC", None),
    ("The part has a dent near B.", None),
    ("The mark could be a dent or a scratch.", None),
    ("A - no, B - yes", None),
    ("A: no\nB: yes", None),
    ("The image A shows a scratch. Image B is normal.", None),
    ("Figure A: a scratch", None),
    ("A-grade part.", None),
    ("I am an inspector. I see a part.", None),
    ("I'm sorry, but I can't help with that.", None),
    ("I cannot see any image.", None),
]
ABROAD = [
    ("答案：B", "B"),
    ("答案是（Ｂ）。", "B"),
    ("正确答案是B，因为有划痕。", "B"),
    ("答え：「Ｂ」", "B"),
    ("정답: B", "B"),
    ("Antwort: C", "C"),
    ("Réponse : B", "B"),
    ("La respuesta es B.", "B"),
    ("Ответ: B", "B"),
    ("【答案】B", "B"),
    ("因此选B。", "B"),
    ("不选B。", None),
    ("答案不是B。", None),
    ("答案：A或B", None),
    ("B、因为有划痕", "B"),
]


@pytest.mark.parametrize(("text", "wanted"), [*BARE, *TEXTS, *STATED, *WRAPPED, *REASONED, *ABROAD])
def test_an_output_is_read_as_a_careful_reader_would(text, wanted):
    assert read_choice(text, MARKS) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Yes", "A"),
        ("Yes, there is a defect.", "A"),
        ("No, the surface is fine.", "B"),
        ("Yes. The rim is broken.", "A"),
        ("Yes there is.", "A"),
        ("**No** – it is intact", "B"),
        ("Answer: Yes, a crack is visible", "A"),
        ("B. No.", "B"),
        ("No (B)", "B"),
        ("A. No.", None),
        ("A. No, nothing is wrong", None),
        ("Yes (B)", None),
        ("Yes and no.", None),
        ("Yes, no.", None),
        ("No defect is visible.", None),
        ("Is it broken?\nYes.\nIs it dirty?\nNo.", None),
        ("Noticeable wear is seen.", None),
    ],
)
def test_yes_and_no_may_open_an_answer(text, wanted):
    assert read_choice(text, ASKED) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("True, it is broken.", "A"), ("False.", "B"), ('{"answer": false}', "B"), ("Truely", None)]
)
def test_true_and_false_may_open_an_answer(text, wanted):
    assert read_choice(text, TRUTH) == wanted


def test_yes_opens_no_answer_for_an_option_that_says_more():
    assert read_choice("Yes, it is.", {"A": "Yes, there is a dent.", "B": "No."}) is None


@pytest.mark.parametrize(
    ("text", "options", "wanted"),
    [
        ("2", PLACES, "2"),
        ("(2)", PLACES, "2"),
        ("Answer: 2. Top left, near the rim", PLACES, "2"),
        ("1. Top left, near the rim", PLACES, None),
        ("Top left", PLACES, "1"),
        ("Top left, near the rim.", PLACES, "2"),
        ("Answer: 1.5 mm", PLACES, None),
        ("6", COUNTS, "B"),
        ("Answer: 6", COUNTS, "B"),
        ("Answer: 4.5", COUNTS, "D"),
        ("Answer: 4", COUNTS, "A"),
        ("B. 4", COUNTS, None),
        ("Answer: 7", COUNTS, None),
        ("b", {"a": "x", "b": "y"}, "b"),
        ("a", {"a": "x", "A": "y"}, "a"),
        ("A", {"a": "x", "A": "y"}, "A"),
        ("Answer: opt2", {"opt1": "x", "opt2": "y"}, "opt2"),
        ("(ii)", {"(i)": "x", "(ii)": "y"}, "(ii)"),
        ("same", {"A": "Same", "B": "same."}, None),
        ("B. same", {"A": "Same", "B": "same."}, "B"),
        ("B", {}, None),
        ("B", {"A": "", "B": ""}, "B"),
    ],
)
def test_labels_and_texts_of_any_kind(text, options, wanted):
    assert read_choice(text, options) == wanted


# --- properties ------------------------------------------------------------------------------------------------------


@given(option_sets(), st.data(), st.sampled_from(FORMS))
def test_every_form_is_read_back(options, data, form):
    label = data.draw(st.sampled_from(sorted(options)))
    text = form.format(label=label, text=options[label])
    assert read_choice(text, options) == label


@given(option_sets(), st.data(), st.sampled_from(["{one}. {text}", "Answer: {one}. {text}", "({one}) {text}"]))
def test_a_letter_with_the_text_of_another_is_no_answer(options, data, form):
    one, other = data.draw(st.permutations(sorted(options)))[:2]
    assume(not (options[other] + " ").startswith(options[one] + " "))
    assert read_choice(form.format(one=one, text=options[other]), options) is None


@given(st.lists(WORDS | st.sampled_from(["A", "a", "the", "is", "of", "it", "seen"]), min_size=2, max_size=30))
def test_prose_without_a_form_is_no_answer(words):
    assume(words[-1] not in {"A", "a"} or words[0] in {"A", "a"})
    assert read_choice(" ".join([*words, "visible"]) + ".", {"A": "Bent pin", "B": "Loose pin"}) is None


WRITTEN = st.sampled_from([text for text, _ in (*BARE, *TEXTS, *STATED, *REASONED, *ABROAD)]) | st.text(max_size=40)


@given(WRITTEN, st.sampled_from(["  {}\n\n", "**{}**", "\n\n> {}", "# {}", "\t{}  ", "`{}`", '"{}"', "***{}***\n"]))
def test_what_surrounds_a_text_changes_nothing(text, around):
    assert read_choice(around.format(text), MARKS) == read_choice(text, MARKS)


@given(st.text() | WRITTEN, option_sets())
def test_any_text_is_read_to_a_label_or_none(text, options):
    assert read_choice(text, options) in {*options, None}
    assert looks_refused(text) in {True, False}


HOSTILE = [
    "A ", "(", "A", "A\n", "Answer: ", "Answer is ", "**", "_", "_a", "{", "<think>", "<answer>", r"\boxed{", r"\text{",
    "A is ", "B.", "A, ", "```\n", "#", "> ", "A scratch ", "if the answer is A, ", "i'm sorry ", "</think>", '{"a":',
    "(A) ", "A)", "- ", "wait ", "A. A dent. ", "\u3000", "Answer", "answer is not ", "\ufdfa", "'", "|", ".", ": ",
]  # fmt: skip


def test_hostile_texts_end():
    # a quadratic reader needs hours for these; the limit is generous, and it is another process's, which can be ended
    code = (
        "import sys; from echo_iad.deciders.answers import looks_refused, read_choice\n"
        f"for bit in {HOSTILE!r}:\n"
        f"    text = bit * (100_000 // len(bit)); read_choice(text, {MARKS!r}); looks_refused(text)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m sorry, I cannot assist with this request.",
        "I am unable to view the image you mention.",
        "As an AI language model, I cannot inspect parts.",
        "I must decline.",
        "**I can't answer that.**",
        "<think>Hm.</think>I won't answer this question.",
        "I cannot see any image.",
    ],
)
def test_a_refusal_is_seen(text):
    assert looks_refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "B",
        "I cannot see any defect.",
        "I can't find a scratch, so the answer is D.",
        "No image artefacts are visible.",
        "The cap is unable to close.",
        "<think>I cannot answer.</think>B",
    ],
)
def test_an_answer_is_no_refusal(text):
    assert not looks_refused(text)


# --- a published system's outputs ------------------------------------------------------------------------------------


def test_agrees_with_a_published_systems_own_reading():
    if not SHARED.is_dir():
        pytest.skip("MMAD's questions are not here: ../shared/data/mmad")
    questions = {}
    for name in ("mmad.json", "mmad_questions_without_images.json"):
        for image, entry in json.loads((SHARED / name).read_text(encoding="utf-8")).items():
            questions |= {(image, str(place)): asked["Options"] for place, asked in enumerate(entry["conversation"])}
    with (SHARED / "mllm_raw_answers.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["model_answer"] in set("ABCDE")]
    agreed = [
        read_choice(row["raw_output"], questions[row["image"], row["question_index"]]) == row["model_answer"]
        for row in rows
    ]
    assert len(rows) > 16_000
    assert all(agreed)
