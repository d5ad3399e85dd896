"""A walk through extracts at a terminal: source beside extract, one question each, kept after every answer.

Asks by a callable, so that it knows no keyboard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from echo_iad.errors import KnowledgeError
from echo_iad.knowledge.editing import chosen_passages, own_passages
from echo_iad.knowledge.extraction import knowledge_sha256
from echo_iad.knowledge.stored import known_about
from echo_iad.memory.extracts import Extract, Review
from echo_iad.reports.words import listed

if TYPE_CHECKING:
    from rich.console import Console

    from echo_iad.domain.evidence import KnowledgePassage
    from echo_iad.memory.store import Memory

_CHOICES = {"a": "approve", "e": "edit", "r": "reject", "s": "skip", "w": "whole", "q": "quit"}
_QUESTION = "[a]pprove  [e]dit  [r]eject  [s]kip  [w]hole source  [q]uit > "
_NONE = "-"
"""Typed for no sentence at all."""


@dataclass
class ReviewWalk:
    """One person's walk."""

    memory: Memory
    author: str
    ask: Callable[[str], str]
    """Prints a question and returns what is typed; raises EOFError where nothing more comes."""
    console: Console
    said: Counter[Review] = field(default_factory=Counter)
    """How many extracts got which review so far."""

    def through(self, extracts: Sequence[Extract]) -> None:
        """Show each extract and keep what is said to it, until all are seen or the person quits."""
        for number, extract in enumerate(extracts, start=1):
            passages = known_about(self.memory, extract.object)
            self.console.print(heading(extract, number, len(extracts)))
            if knowledge_sha256(passages) != extract.knowledge_sha256:
                self.console.print(Text("The knowledge has just changed; ask the model again."))
                continue
            self.console.print(side_by_side(extract, passages))
            former = self.memory.extracts.former(extract)
            if former is not None:
                self.console.print(former_word(former))
            try:
                settled = self._settle(extract, passages)
            except EOFError:
                self.console.print()
                return
            if not settled:
                return

    def _settle(self, extract: Extract, passages: Sequence[KnowledgePassage]) -> bool:
        """Ask until the extract is settled or skipped; False = the person quits."""
        while True:
            answer = self.ask(_QUESTION).strip().lower()
            match next((word for key, word in _CHOICES.items() if answer in {key, word}), ""):
                case "approve":
                    self._keep(extract, Review.APPROVED)
                case "reject":
                    self._keep(extract, Review.REJECTED)
                case "edit":
                    self._edit(extract, passages)
                case "quit":
                    return False
                case "whole":
                    self.console.print(side_by_side(extract, passages, whole=True))
                    continue
                case "":
                    keys = listed([f"{key} ({word})" for key, word in _CHOICES.items()])
                    self.console.print(Text(f"That is none of {keys}."))
                    continue
            return True

    def _edit(self, extract: Extract, passages: Sequence[KnowledgePassage]) -> None:
        self.console.print(side_by_side(extract, passages, whole=True))
        numbers = " ".join(map(str, _numbers(extract.picked, passages)))
        while True:
            typed = self.ask(f"Sentences that count ({_NONE} = none) [{numbers}] > ").strip() or numbers
            try:
                chosen = chosen_passages("" if typed == _NONE else typed, passages)
                break
            except KnowledgeError as fault:
                self.console.print(Text(str(fault)))
        own = own_passages(self.ask("In your own words, if anything > "), self.author)
        edited = (*chosen, *own)
        if edited == extract.picked:
            self._keep(extract, Review.APPROVED)
        else:
            self._keep(extract, Review.EDITED, edited)

    def _keep(self, extract: Extract, review: Review, edited: Sequence[KnowledgePassage] | None = None) -> None:
        if self.memory.extracts.review(extract, review, author=self.author, edited=edited):
            self.said[review] += 1
        else:
            self.console.print(Text("Not kept: somebody else reviewed it, or a model picked anew, while it was shown."))


def heading(extract: Extract, number: int, count: int) -> Text:
    """Which extract it is, about which object, and who picked."""
    return Text.assemble(
        (f"\n{number} of {count}  ", "dim"),
        (extract.object, "bold"),
        f" · {extract.question_type}",
        (f" · picked by {extract.model} on {extract.made_at[:10]}", "dim"),
    )


def side_by_side(extract: Extract, passages: Sequence[KnowledgePassage], *, whole: bool = False) -> Table:
    """What is known, numbered and with the picks marked, beside the question and the extract.

    The right side ends where the left one does, so that the extract is near what is typed, however much is known.

    Parameters
    ----------
    extract : Extract
    passages : sequence of KnowledgePassage
        Everything that is known.
    whole : bool
        Show all of it; otherwise the topics that were picked from, and of the others their numbers alone.
    """
    picked = _numbers(extract.picked, passages)
    table = Table.grid(expand=True, padding=(0, 2, 0, 0))
    table.add_column(ratio=3)
    table.add_column(ratio=2, vertical="bottom")
    table.add_row(
        _source(passages, picked, whole=whole or not picked), Group(*_asked(extract), _chosen(extract, picked))
    )
    return table


def former_word(former: Extract) -> Text:
    """What was said to the same question before the knowledge changed."""
    said = f"Before the knowledge changed, {former.author} {former.review} on {former.reviewed_at[:10]}:"
    return Text(" ".join((said, *(passage.text for passage in former.passages))), "dim")


def _source(passages: Sequence[KnowledgePassage], picked: Sequence[int], *, whole: bool) -> Table:
    table = _numbered()
    table.add_row("", Text("What is known", "bold"))
    numbered = list(enumerate(passages, start=1))
    for topic, group in groupby(numbered, lambda entry: entry[1].topic):
        entries = list(group)
        first, last = entries[0][0], entries[-1][0]
        if not (whole or any(first <= number <= last for number in picked)):
            table.add_row("", Text(f"{topic or 'general'}: {first} to {last}", "dim"))
            continue
        table.add_row("", Text(topic or "general", "dim"))
        for number, passage in entries:
            is_picked = number in picked
            table.add_row(
                Text(f"● {number}" if is_picked else str(number)), Text(passage.text, "bold" if is_picked else "")
            )
    return table


def _asked(extract: Extract) -> tuple[Text, Text]:
    options = "".join(f"\n{label}. {text}" for label, text in extract.question.options.items())
    return Text("Question", "bold"), Text(f"{extract.question.text}{options}\n")


def _chosen(extract: Extract, picked: Sequence[int]) -> Group:
    table = _numbered()
    for number, passage in zip(picked, extract.picked, strict=True):
        table.add_row(Text(str(number)), Text(passage.text))
    nothing = () if picked else (Text("Nothing of what is known helps.", "italic"),)
    refused = (Text(f"{extract.refused} more picks are not in what is known.", "dim"),) if extract.refused else ()
    return Group(Text("Extract", "bold"), table, *nothing, *refused)


def _numbered() -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True, justify="right")
    table.add_column()
    return table


def _numbers(chosen: Sequence[KnowledgePassage], passages: Sequence[KnowledgePassage]) -> list[int]:
    """Numbers of the passages that are chosen, counted from 1, in the order of choice."""
    places = {(passage.text, passage.source): number for number, passage in enumerate(passages, start=1)}
    return [places[passage.text, passage.source] for passage in chosen]
