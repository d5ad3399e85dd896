"""Evidence in plain sentences, for answers and reasons. Words only; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from echo_iad.deciders.embedded.lexicon import Attribute
from echo_iad.deciders.embedded.seen import Seen
from echo_iad.deciders.embedded.words import first_full, sentences
from echo_iad.domain.evidence import Comparison, KnowledgePassage, Region

_PHRASES: dict[Attribute, tuple[str, str]] = {
    "elongated": ("elongated", "compact"),
    "large": ("large", "small"),
    "many": ("in several places", "in one place"),
    "dark": ("darker than the reference", "brighter than the reference"),
    "recolored": ("changed in colour", "of the same colour as the reference"),
    "rough": ("rougher than the reference", "smoother than the reference"),
    "edge": ("at the outline", "away from the outline"),
    "irregular": ("irregular", "regular"),
}


def joined(items: Sequence[str]) -> str:
    """Join: ``a``, ``a and b``, ``a, b and c``.

    Examples
    --------
    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""


def number(value: float) -> str:
    """Three digits, without trailing zeros: ``0.05``, ``1.24``."""
    return f"{value:.3g}"


def doubt(comparison: Comparison) -> str:
    """Say, as a clause to append, that an answer presupposes a defect that was not found; empty when one was."""
    return "" if comparison.is_anomalous else "; no defect was found, so this holds only if there is one"


def verdict(comparison: Comparison) -> str:
    """State the comparison's verdict with its numbers, one sentence."""
    relation = "above" if comparison.is_anomalous else "not above"
    certified = "" if comparison.certified else f"; not certified: {comparison.certified_reason.rstrip('.')}"
    return (
        f"The score {number(comparison.score)} is {relation} the threshold {number(comparison.threshold)} "
        f"(p {_p_value(comparison.p_value)} against {comparison.normals} good parts, "
        f"false-alarm rate {number(comparison.false_alarm_rate)}{certified})."
    )


def _p_value(value: float) -> str:
    return f"= {number(value)}" if value >= 0.001 else "< 0.001"


def where(region: Region) -> str:
    """Where a region lies, as words to follow ``is``: ``at the upper left, near the left end of the part``."""
    if region.part_position and region.position in region.part_position:
        return region.part_position
    return ", ".join(words for words in (at(region.position), region.part_position) if words)


def at(position: str) -> str:
    """Give a position in words with its preposition: ``at the upper left``; one that has a preposition stays."""
    first = position.split(" ", maxsplit=1)[0].lower() if position else ""
    if first in {"at", "in", "on", "near", "along", "across", "all", "throughout", "around"}:
        return position
    return f"at the {position}" if position else "in the picture"


def looks(seen: Seen) -> str:
    """Say what the strongest region looks like, as a noun phrase: ``a small, elongated region, darker``."""
    region = seen.main
    if region is None:
        return "no region above the threshold"
    shape = [
        _PHRASES[name][value < 0]
        for name in ("large", "elongated")
        if abs(value := seen.attributes.get(name, 0.0)) > 0.3
    ]
    noun = f"{', '.join(shape)} region" if shape else "region"
    article = "an" if noun[0] in "aeiou" else "a"
    return ", ".join([f"{article} {noun}", *_changes(region)])


def _changes(region: Region) -> list[str]:
    """What changed, as phrases: ``darker and rougher than the reference``, ``brown where the reference is grey``."""
    change = region.change
    if change is None:
        return []
    words = [f"{joined(change.words[:3])} compared with the reference"] if change.words else []
    other_colour = change.colour != change.reference_colour
    return words + ([f"{change.colour} where the reference is {change.reference_colour}"] if other_colour else [])


def attribute(name: Attribute, value: float) -> str:
    """Name an attribute in words, by its sign."""
    return _PHRASES[name][value < 0]


def quoted(passage: KnowledgePassage) -> str:
    """Give a passage's first sentence with its source: ``… (source)``."""
    return f"{first_full(sentences(passage.text)).rstrip('.')} ({passage.source})"


def capital(text: str) -> str:
    """With a capital first letter and a full stop."""
    stripped = text.strip()
    end = "" if stripped[-1:] in ".!?)" and not stripped.endswith(")") else "."
    return stripped[:1].upper() + stripped[1:] + end
