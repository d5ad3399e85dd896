"""Good or defective as options say it: from options' probabilities to one of "defective", and back. Pure numbers."""

from __future__ import annotations

from collections.abc import Mapping

from echo_iad.deciders.embedded.polarity import Side


def takes_sides(sides: Mapping[str, Side]) -> bool:
    """Whether some option says "good" and another "defective"."""
    return {Side.GOOD, Side.DEFECTIVE} <= set(sides.values())


def says_anomalous(sides: Mapping[str, Side], label: str) -> bool | None:
    """Whether an option says "defective"; None when it takes no side."""
    side = sides.get(label, Side.NEITHER)
    return None if side is Side.NEITHER else side is Side.DEFECTIVE


def p_anomalous(sides: Mapping[str, Side], chances: Mapping[str, float]) -> float | None:
    """Probability of the options that say "defective", of all that take a side; None when one side is missing.

    Examples
    --------
    >>> p_anomalous({"A": Side.DEFECTIVE, "B": Side.GOOD}, {"A": 0.9, "B": 0.1})
    0.9
    """
    if not takes_sides(sides):
        return None
    defective = sum(chances[label] for label, side in sides.items() if side is Side.DEFECTIVE)
    good = sum(chances[label] for label, side in sides.items() if side is Side.GOOD)
    return defective / (defective + good) if defective + good else None


def with_p_anomalous(sides: Mapping[str, Side], chances: Mapping[str, float], p: float) -> dict[str, float]:
    """Probabilities of options that agree with ``p``; within a side, and for options of neither, as they were.

    Parameters
    ----------
    sides : mapping of str to Side
        With both sides.
    chances : mapping of str to float
        Option label -> probability, summing to one.
    p : float
        Probability of "defective", 0 to 1.

    Examples
    --------
    >>> sides = {"A": Side.DEFECTIVE, "B": Side.GOOD}
    >>> with_p_anomalous(sides, {"A": 0.9, "B": 0.1}, 0.25)
    {'A': 0.25, 'B': 0.75}
    """
    wanted = {Side.DEFECTIVE: p, Side.GOOD: 1.0 - p}
    own = {side: sum(chances[label] for label, other in sides.items() if other is side) for side in wanted}
    count = {side: sum(other is side for other in sides.values()) for side in wanted}
    taken = sum(own.values())
    weighed = {}
    for label, side in sides.items():
        if side in wanted:
            share = chances[label] / own[side] if own[side] else 1 / count[side]
            weighed[label] = taken * wanted[side] * share
        else:
            weighed[label] = chances[label]
    return weighed
