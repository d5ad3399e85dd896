"""Running text and Markdown -> headed sentences with their lines. Knows no object and no file.

A sentence ends at ``.``, ``!`` or ``?`` before a space and a capital, a digit or an opening mark; not after an
abbreviation, not inside brackets, and never inside a number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, zip_longest

_ABBREVIATIONS = frozenset(
    "e.g i.e cf vs ca approx fig figs nr resp incl excl dia diam dr mr mrs ms ref eq spec".split()
)
_BEFORE_A_NUMBER = frozenset("no nos pos min max sec vol temp".split())
"""Words, too: abbreviations only when a number follows."""
_MAYBE_LAST = frozenset("etc inc ltd co".split())
"""A capital after them begins a sentence."""
_END = re.compile(r"[.!?]+[\"'”’)\]]*(\s+)(?=[\"'“‘(\[]*[A-Z0-9])")
_ITEM = re.compile(r"^(?:[-*+•–]|\(?\d{1,2}[.)])\s+")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,1000}\)")
_EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)(.{1,300}?)(?<=\S)\1|(?<!\w)\*(?=\S)([^*]{1,300}?)(?<=\S)\*(?!\w)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Sentence:
    """One sentence and where it stands."""

    text: str
    heading: str
    """The second-level heading above it; empty when there is none."""
    line: int
    """Line on which it begins, from 1."""


@dataclass(frozen=True)
class _Paragraph:
    heading: str
    lines: tuple[tuple[int, str], ...]
    """Line number and text without list marks."""
    is_item: bool


def split_text(text: str) -> tuple[Sentence, ...]:
    r"""List the sentences of a text; list items count too, and a lead-in such as ``They include:`` is left out.

    Markdown's first-level headings are titles and left out; deeper ones below the second stay with the second.

    Examples
    --------
    >>> [sentence.text for sentence in split_text("It is 0.5 mm wide, i.e. small. It grows (see Fig. 2). Why?")]
    ['It is 0.5 mm wide, i.e. small.', 'It grows (see Fig. 2).', 'Why?']
    >>> split_text("# cap\n\n## Scratch\n\n- a thin line")
    (Sentence(text='a thin line', heading='Scratch', line=5),)
    """
    paragraphs = list(_paragraphs(text))
    found: list[Sentence] = []
    for paragraph, after in zip_longest(paragraphs, paragraphs[1:]):
        sentences = _sentences_of(paragraph)
        is_lead_in = bool(sentences) and sentences[-1].text.endswith(":")
        found += sentences[:-1] if is_lead_in and after is not None and after.is_item else sentences
    return tuple(found)


def plain_line(text: str) -> str:
    """Text on one line, without Markdown's emphasis, links and control characters."""
    text = _EMPHASIS.sub(lambda match: match[2] or match[3], _LINK.sub(r"\1", _CONTROL.sub(" ", text)))
    return " ".join(text.split())


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    heading, is_item = "", False
    lines: list[tuple[int, str]] = []
    text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text.replace("\r\n", "\n"))
    for number, raw in enumerate([*text.split("\n"), ""], start=1):
        line = raw.strip()
        title = _HEADING.match(line)
        starts_item = bool(_ITEM.match(line))
        if lines and (not line or title or starts_item):
            yield _Paragraph(heading, tuple(lines), is_item)
            lines = []
        if title:
            level = len(title[1])
            heading = plain_line(title[2]) if level == 2 else "" if level == 1 else heading
        elif line:
            is_item = is_item if lines else starts_item
            lines.append((number, plain_line(_ITEM.sub("", line))))


def _sentences_of(paragraph: _Paragraph) -> list[Sentence]:
    text = " ".join(line for _, line in paragraph.lines)
    starts = _starts(text)
    line_starts = list(accumulate((len(line) + 1 for _, line in paragraph.lines), initial=0))
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        sentence = text[start:end].strip()
        if any(character.isalpha() for character in sentence):
            line = paragraph.lines[bisect_right(line_starts, start) - 1][0]
            found.append(Sentence(sentence, paragraph.heading, line))
    return found


def _starts(text: str) -> list[int]:
    """Where the sentences of a paragraph begin; one pass."""
    starts, depth, counted = [0], 0, 0
    balanced = text.count("(") == text.count(")")
    for match in _END.finditer(text):
        depth += text.count("(", counted, match.end()) - text.count(")", counted, match.end())
        counted = match.end()
        if balanced and depth > 0:
            continue
        before = text[max(starts[-1], match.start() - 20) : match.start()]
        if match[0].startswith(".") and _is_abbreviated(before, text[match.end()]):
            continue
        starts.append(match.end())
    return starts


def _is_abbreviated(before: str, following: str) -> bool:
    word = before.rsplit(maxsplit=1)[-1].lstrip("([\"'“‘").lower() if before.strip() else ""
    if word in _MAYBE_LAST:
        return not following.isupper()
    return word in _ABBREVIATIONS or (word in _BEFORE_A_NUMBER and following.isdigit())
