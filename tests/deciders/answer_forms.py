"""Options, and the forms in which models name one of them."""

from __future__ import annotations

import string

from hypothesis import strategies as st

MARKS = {"A": "A dent.", "B": "A scratch.", "C": "A stain.", "D": "No defect."}
ASKED = {"A": "Yes.", "B": "No."}
PLACES = {"1": "Top left", "2": "Top left, near the rim", "3": "Center"}

FORMS = [
    "{label}", "({label})", "{label}.", "**{label}**", "Answer: {label}.", "The answer is ({label})", "`{label}`",
    "{label}. {text}", "({label}) {text}", "Answer: {label}. {text}", "<answer>{label}</answer>", r"\boxed{{{label}}}",
    '{{"answer": "{label}"}}', "<think>Hm.</think>{label}", "Seen: long marks on it\n\n{label}", "答案：{label}",
    "Option {label} is correct.", "{text}", "Answer: {text}",
]  # fmt: skip
WORDS = st.sampled_from("scratch dent stain rim left top broken surface near bent colour coating missing".split())
TEXT = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
LABELS = st.sampled_from([string.ascii_uppercase[:6], string.ascii_lowercase[:6], "123456"])


@st.composite
def option_sets(draw):
    texts = draw(st.lists(TEXT, min_size=2, max_size=6, unique=True))
    return dict(zip(draw(LABELS), texts, strict=False))
