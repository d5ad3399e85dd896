"""From what a model wrote to plain text: reasoning, wrappers, markdown and LaTeX taken off. Knows no options.

Every step takes time linear in the text: what a model writes is not to be trusted.
"""

from __future__ import annotations

import json
import re
import unicodedata

_THOUGHT = r"(?:think|thinking|thought|thoughts|reasoning)"
_THOUGHT_ENDS = re.compile(rf"(?:[<\[◁]/|<\|end_of_){_THOUGHT}\|?[>\]▷]", re.IGNORECASE)
_THOUGHT_BEGINS = re.compile(rf"(?:[<\[◁]|<\|begin_of_){_THOUGHT}\|?[>\]▷]", re.IGNORECASE)
_FINAL_CHANNEL = "<|channel|>final<|message|>"
_BOX_TOKENS = re.compile(r"<\|(begin|end)_of_box\|>")
_TAG = re.compile(r"<(/?)answer>", re.IGNORECASE)
_TOKEN = re.compile(r"<\|[^|<>\n]{1,40}\|>|</?(?:s|eos|b|i|u|p|em|strong|span|br|code)\s?/?>", re.IGNORECASE)
_TEXT_COMMAND = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathsf|mathit|rm|bf)\s?\{([^{}]*)\}")
_BOX = re.compile(r"\\f?boxed\s?\{([^{}]*)\}")
_MATHS = re.compile(r"\\[()\[\]]|\$")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)\w*[ \t]*$", re.MULTILINE)
_MARKDOWN = re.compile(r"[*`\"“”„«»「」『』【】]|~~|(?<![^\W_])_+|_+(?![^\W_])")
_LINE_START = re.compile(r"^[ \t]*(?:[#>•·‣▪◦]+[ \t]*|[-+–—][ \t]+)+", re.MULTILINE)
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n\s*")
_VARIANTS = "\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"
_ASIAN_POINTS = str.maketrans(
    {"。": ". ", "、": ", ", "‘": "'", "’": "'", "‚": "'", "《": "", "》": "", "〈": "", "〉": ""}
)
_ANSWER_KEYS = ("answer", "final_answer", "correct_answer", "choice", "option", "letter", "selection", "prediction")


def after_thought(text: str) -> str:
    """What stands after the reasoning; reasoning that was cut off hides all that follows it.

    Examples
    --------
    >>> after_thought("<think>A? No.</think>B"), after_thought("<think>It could be A")
    ('B', '')
    """
    text = text.rpartition(_FINAL_CHANNEL)[2]
    ends = list(_THOUGHT_ENDS.finditer(text))
    text = text[ends[-1].end() :] if ends else text
    begins = _THOUGHT_BEGINS.search(text)
    return text[: begins.start()] if begins else text


def unwrapped(text: str) -> tuple[str, str] | None:
    """What the last ``<answer>`` tag or the one JSON object holds as the answer, and what follows it.

    Returns
    -------
    (str, str) or None
        None: neither is there.

    Examples
    --------
    >>> unwrapped('It is dented. <answer>B</answer>'), unwrapped('{"why": "bent", "answer": "C"}'), unwrapped("B")
    (('B', ''), ('C', ''), None)
    """
    opened = [tag for tag in _TAG.finditer(text) if not tag[1]]
    if opened:
        begin = opened[-1].end()
        closed = _TAG.search(text, begin)
        return (text[begin : closed.start()], text[closed.end() :]) if closed else (text[begin:], "")
    begin, end = text.find("{"), text.rfind("}")
    if 0 <= begin < end:
        try:
            read = json.loads(text[begin : end + 1])
        except (ValueError, RecursionError):
            return None
        values = {str(key).strip().casefold().replace(" ", "_"): value for key, value in read.items()}
        for key in _ANSWER_KEYS:
            if key in values:
                value = values[key]
                return ", ".join(map(str, value)) if isinstance(value, list) else str(value), text[end + 1 :]
    return None


def plain(text: str) -> str:
    r"""Text without markup: one blank or one line feed between words, brackets and points in their plain forms.

    Examples
    --------
    >>> plain("**Answer**：（Ｂ）。")
    'Answer:(B).'
    >>> plain(r"thus $\boxed{\text{B}}$")
    'thus\nAnswer: B'
    """
    text = unicodedata.normalize("NFKC", text).translate(_ASIAN_POINTS)
    text = "".join(char for char in text if unicodedata.category(char) != "Cf" and char not in _VARIANTS)
    text = _BOX_TOKENS.sub(lambda token: "\nAnswer: " if token[1] == "begin" else "\n", text)
    text = _BOX.sub(r"\nAnswer: \1\n", _TEXT_COMMAND.sub(r"\1", _TOKEN.sub(" ", text)))
    text = _MARKDOWN.sub("", _FENCE.sub("", _MATHS.sub("", text)))
    text = _LINE_START.sub("", text)
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
