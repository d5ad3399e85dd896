"""Does an answer survive a question's form? Variants of a benchmark's question, and what became of the answers.

Four variants: the options shuffled, a wrong answer suggested, the question reworded, and nothing right to choose. They
are made of generic words, the same for the same seed, and know no product, no picture and no model.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from random import Random

from echo_iad.errors import UnknownNameError
from echo_iad.evaluation.answers.records import AnswerRecord, AnswerStatus
from echo_iad.evaluation.benchmark.questions import BenchmarkQuestion
from echo_iad.evaluation.benchmark.subtasks import Subtask


class VariantName(StrEnum):
    """What is done to a question."""

    SHUFFLED = "shuffled"
    """The options in another order; the right text stays right."""
    LEADING = "leading"
    """A remark before the question suggests a wrong answer."""
    PARAPHRASED = "paraphrased"
    """Other words for the same question; the options stay."""
    UNANSWERABLE = "unanswerable"
    """The right option is gone, or no picture can show what is asked: the right behaviour is not to answer."""


@dataclass(frozen=True)
class Variant:
    """One question in another form."""

    name: VariantName
    text: str
    options: Mapping[str, str]
    """Letter -> text, in the order shown."""
    correct: str | None
    """The right option's letter; None when none is right."""

    def ask(self, question: BenchmarkQuestion) -> BenchmarkQuestion:
        """The benchmark's question in this form, under its own key; without a right option, ``correct`` is empty."""
        return replace(question, text=self.text, options=self.options, correct=self.correct or "")


@dataclass(frozen=True)
class RobustnessRow:
    """What one variant did to the answers of one subtask; shares in percent, 0 to 100, two decimals.

    A share is None where it has no meaning or nothing to count.
    """

    variant: VariantName
    subtask: Subtask
    questions: int
    """Asked in both forms, with neither answer failed."""
    accuracy_before: float
    """Right as the benchmark asks."""
    accuracy: float | None
    """Right as the variant asks; None when nothing is right."""
    stays_right: float | None
    """Of those right before, the share that is right again; None when nothing is right."""
    flips: float | None
    """Answers whose text changed, or that were given in one form alone; None when nothing is right."""
    abstains: float
    """Answers that were declined: the higher the better for ``unanswerable``, and for no other."""


_ALL = "all"
_LEADING_TO_DEFECT = (
    "I am quite sure that this part is faulty.",
    "A colleague has already rejected this part as damaged.",
    "Surely you can see the damage here, too.",
)
_LEADING_TO_GOOD = (
    "I am quite sure that this part is faultless.",
    "A colleague has already released this part as good.",
    "Surely you can see that nothing is wrong here.",
)
_LEADING_TO_OPTION = (
    "I am quite sure that the answer is: {option}",
    "A colleague has already answered this with: {option}",
    "Surely you will agree with: {option}",
)
_FRAMES = {
    Subtask.DISCRIMINATION: ("Please inspect this part, then decide.", "Judge by what you see."),
    Subtask.CLASSIFICATION: ("Please inspect this part, then name what you see.", "Choose what fits best."),
    Subtask.LOCALIZATION: ("Please search all of the surface before you reply.", "Choose the place that fits best."),
    Subtask.DESCRIPTION: ("Please look closely before you reply.", "Choose the words that fit best."),
    Subtask.ANALYSIS: ("Please think about the use of this part before you reply.", "Choose what is most plausible."),
    Subtask.OBJECT_CLASSIFICATION: ("Please look at all of it before you reply.", "Choose the name that fits best."),
    Subtask.OBJECT_ANALYSIS: ("Please look at all of it before you reply.", "Choose what agrees with what you see."),
}
"""Subtask -> sentences to put before a question; they ask nothing themselves."""
_SYNONYMS = {
    "defect": ("flaw", "fault"),
    "defects": ("flaws", "faults"),
    "fault": ("defect", "flaw"),
    "faults": ("defects", "flaws"),
    "anomaly": ("defect", "flaw"),
    "anomalies": ("defects", "flaws"),
    "object": ("item", "part"),
    "objects": ("items", "parts"),
    "image": ("photo", "picture"),
    "picture": ("photo", "image"),
    "type": ("kind", "sort"),
    "types": ("kinds", "sorts"),
    "effect": ("consequence", "result"),
    "effects": ("consequences", "results"),
    "located": ("found",),
}
"""Word -> words of the same meaning in a question about a part."""
_WORD = re.compile(rf"\b(?:(an?)\s+)?({'|'.join(_SYNONYMS)})\b", re.IGNORECASE)
_BEYOND_PICTURES = (
    "Which of these did the previous inspector of this part write down?",
    "Which of these will be said of the next part from the same line?",
    "Which of these did the supplier state about the batch that this part came from?",
)


def variants(
    question: BenchmarkQuestion, names: Iterable[str] = tuple(VariantName), *, seed: int
) -> tuple[Variant, ...]:
    """Put a question into other forms.

    Parameters
    ----------
    question : BenchmarkQuestion
    names : iterable of str
        Names of `VariantName`, in the order wanted.
    seed : int
        The same seed gives the same variants, whichever others are asked for.

    Raises
    ------
    UnknownNameError
        No such variant.
    """
    made = []
    for name in names:
        if name not in set(VariantName):
            raise UnknownNameError("variant", name, [known.value for known in VariantName])
        kind = VariantName(name)
        chance = Random(f"{seed}/{kind}/{question.image}/{question.question_index}")  # noqa: S311 (no secret)
        made.append(_MAKERS[kind](question, chance))
    return tuple(made)


def choose_variants(names: Sequence[str] | None) -> tuple[VariantName, ...]:
    """Variants by name; ``all`` for all of them, none without names.

    Raises
    ------
    UnknownNameError
        No variant has this name.

    Examples
    --------
    >>> choose_variants(["shuffled"]), choose_variants(None)
    ((<VariantName.SHUFFLED: 'shuffled'>,), ())
    """
    if names == [_ALL]:
        return tuple(VariantName)
    known = [str(name) for name in VariantName]
    for name in names or ():
        if name not in known:
            raise UnknownNameError("variant", name, (*known, _ALL))
    return tuple(VariantName(name) for name in names or ())


def robustness_table(
    before: Iterable[AnswerRecord], after: Mapping[VariantName, Iterable[AnswerRecord]]
) -> tuple[RobustnessRow, ...]:
    """Compare the answers to variants with those to the questions as the benchmark asks them.

    Parameters
    ----------
    before : iterable of AnswerRecord
        Answers to the benchmark's questions.
    after : mapping of VariantName to iterable of AnswerRecord
        Answers to each variant, under the same keys; a key that ``before`` lacks is left out.

    Returns
    -------
    tuple of RobustnessRow
        One for each variant and subtask that was asked, in the order of their enumerations.
    """
    originals = {record.key: record for record in before if record.status is not AnswerStatus.FAILED}
    rows = []
    for variant in (name for name in VariantName if name in after):
        pairs: dict[Subtask, list[tuple[AnswerRecord, AnswerRecord]]] = defaultdict(list)
        for record in after[variant]:
            if record.key in originals and record.status is not AnswerStatus.FAILED:
                pairs[record.subtask].append((originals[record.key], record))
        rows += [_row(variant, subtask, pairs[subtask]) for subtask in Subtask if subtask in pairs]
    return tuple(rows)


def robustness_summary(rows: Iterable[RobustnessRow]) -> dict[str, dict[str, dict[str, float | int | None]]]:
    """The table as ``summary.json`` holds it: variant -> subtask -> name of a share -> percent."""
    summary: dict[str, dict[str, dict[str, float | int | None]]] = defaultdict(dict)
    for row in rows:
        shares = {name: value for name, value in asdict(row).items() if name not in {"variant", "subtask"}}
        summary[row.variant.value][row.subtask.value] = shares
    return dict(summary)


# --- the four variants -----------------------------------------------------------------------------------------------


def _shuffled(question: BenchmarkQuestion, chance: Random) -> Variant:
    letters, texts = list(question.options), list(question.options.values())
    order = list(range(len(texts)))
    while len(set(texts)) > 1 and [texts[place] for place in order] == texts:
        chance.shuffle(order)
    options = {letter: texts[place] for letter, place in zip(letters, order, strict=True)}
    correct = letters[order.index(letters.index(question.correct))]
    return Variant(VariantName.SHUFFLED, question.text, options, correct)


def _leading(question: BenchmarkQuestion, chance: Random) -> Variant:
    if question.subtask is Subtask.DISCRIMINATION:
        remark = chance.choice(_LEADING_TO_GOOD if question.defective else _LEADING_TO_DEFECT)
    else:
        right = question.options[question.correct]
        wrong = [text for text in question.options.values() if text != right] or ["none of these."]
        remark = chance.choice(_LEADING_TO_OPTION).format(option=_as_sentence(chance.choice(wrong)))
    return Variant(VariantName.LEADING, f"{remark} {question.text}", question.options, question.correct)


def _as_sentence(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


def _paraphrased(question: BenchmarkQuestion, chance: Random) -> Variant:
    chosen = {word: chance.choice(others) for word, others in _SYNONYMS.items()}
    reworded = _WORD.sub(lambda found: _replaced(found, chosen), question.text)
    text = f"{chance.choice(_FRAMES[question.subtask])} {reworded}"
    return Variant(VariantName.PARAPHRASED, text, question.options, question.correct)


def _replaced(found: re.Match[str], chosen: Mapping[str, str]) -> str:
    article, word = found.groups()
    other = chosen[word.lower()]
    other = other.capitalize() if word[0].isupper() else other
    if article is None:
        return other
    fitting = "an" if other[0].lower() in "aeiou" else "a"
    return f"{fitting.capitalize() if article[0].isupper() else fitting} {other}"


def _unanswerable(question: BenchmarkQuestion, chance: Random) -> Variant:
    right = question.options[question.correct]
    wrong = [text for text in question.options.values() if text != right]
    beyond = chance.choice(_BEYOND_PICTURES)
    if len(wrong) < 2 or chance.random() < 0.5:
        return Variant(VariantName.UNANSWERABLE, beyond, question.options, None)
    options = dict(zip(question.options, wrong, strict=False))
    return Variant(VariantName.UNANSWERABLE, question.text, options, None)


_MAKERS = {
    VariantName.SHUFFLED: _shuffled,
    VariantName.LEADING: _leading,
    VariantName.PARAPHRASED: _paraphrased,
    VariantName.UNANSWERABLE: _unanswerable,
}


# --- the table -------------------------------------------------------------------------------------------------------


def _row(variant: VariantName, subtask: Subtask, pairs: Sequence[tuple[AnswerRecord, AnswerRecord]]) -> RobustnessRow:
    has_right = variant is not VariantName.UNANSWERABLE
    right_before = [after for before, after in pairs if before.right]
    return RobustnessRow(
        variant=variant,
        subtask=subtask,
        questions=len(pairs),
        accuracy_before=_percent([before.right for before, _ in pairs]) or 0.0,
        accuracy=_percent([after.right for _, after in pairs]) if has_right else None,
        stays_right=_percent([after.right for after in right_before]) if has_right else None,
        flips=_percent([_chosen(before) != _chosen(after) for before, after in pairs]) if has_right else None,
        abstains=_percent([after.status in _DECLINED for _, after in pairs]) or 0.0,
    )


_DECLINED = frozenset({AnswerStatus.ABSTAINED, AnswerStatus.REFUSED})


def _chosen(record: AnswerRecord) -> str | None:
    """Text of the option that was chosen: letters mean something else in another order."""
    return record.options.get(record.answer) if record.answer is not None else None


def _percent(outcomes: Sequence[bool]) -> float | None:
    return round(100 * sum(outcomes) / len(outcomes), 2) if outcomes else None
