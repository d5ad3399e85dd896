"""When a failed request is sent again, and how long to wait before. Knows statuses of HTTP; opens no connection."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar

T = TypeVar("T")

LONGEST_WAIT = 60.0
"""Seconds: no longer wait is begun, chance aside. A server that asks for more is not asked again."""
_FIRST_WAIT = 0.5
_TOO_EARLY_OR_TOO_MANY = frozenset({408, 409, 425, 429})
_NOT_FOR_US = frozenset({401, 402, 403})
_REFUSED = frozenset({400, 404, 413, 415, 422, 501})


@dataclass(frozen=True)
class Fault:
    """Why a server gave nothing that can be used."""

    cause: str
    """In one line; the key is nowhere in it."""
    status: int | None = None
    """Status of HTTP; None when no whole answer arrived."""
    wait_s: float | None = None
    """Seconds that the server asks to wait; None when it does not."""
    is_declined: bool = False
    """Whether the model declined to answer, in the words of ``cause``."""

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed a little later."""
        if self.status is None or self.status in _TOO_EARLY_OR_TOO_MANY:
            return True
        return self.status >= 500 and not self.is_refusal

    @property
    def is_final(self) -> bool:
        """Whether the server will not have us at all: a wrong key, an empty account."""
        return self.status in _NOT_FOR_US and not self.is_refusal

    @property
    def is_refusal(self) -> bool:
        """Whether the server understood the request and did not like it."""
        # OpenAI forbids the probabilities of some models as others forbid a stranger
        return self.status in _REFUSED or (self.status == 403 and "logprobs" in self.cause)

    @property
    def is_of_server(self) -> bool:
        """Whether it says something about the server rather than about one prompt."""
        return self.may_pass or self.is_final or self.status == 404


def told_wait(header: str | None, now: float) -> float | None:
    """Read a ``Retry-After`` header: seconds, or a date.

    Parameters
    ----------
    header : str or None
        None when there is none.
    now : float
        Seconds since the epoch.

    Returns
    -------
    float or None
        Seconds to wait, 0 or more; None when the header cannot be read.

    Examples
    --------
    >>> told_wait("3", now=0.0), told_wait("Thu, 01 Jan 1970 00:00:20 GMT", now=5.0), told_wait("soon", now=0.0)
    (3.0, 15.0, None)
    """
    if header is None:
        return None
    try:
        return max(0.0, float(int(header)))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)


class Patience:
    """How often a request is repeated, and how long is waited before.

    A wait is what the server asks for, else it doubles from half a second to ``LONGEST_WAIT``; up to a half is added by
    chance, so that those who were turned away together do not come back together.

    Parameters
    ----------
    retries : int
        Repeated at most so often.
    seed : int
        Of the chance.
    wait : callable
        Waits for an event, at most so many seconds, and says whether it happened.
    """

    def __init__(
        self,
        retries: int,
        *,
        seed: int,
        wait: Callable[[threading.Event, float], bool] = threading.Event.wait,
    ) -> None:
        self._retries = retries
        self._chance = random.Random(seed)  # noqa: S311 -- spreads waits, guards nothing
        self._wait = wait

    def send(self, once: Callable[[], T | Fault], stop: threading.Event) -> T | Fault:
        """Send until an answer comes, a fault that does not pass soon, the retries are used up, or ``stop`` is set."""
        answer = once()
        for retry in range(self._retries):
            if not isinstance(answer, Fault) or not answer.may_pass:
                return answer
            if answer.wait_s is not None and answer.wait_s > LONGEST_WAIT:
                return _too_long(answer, answer.wait_s)
            if self._wait(stop, self._seconds(retry, answer.wait_s)):
                return answer
            answer = once()
        return answer

    def _seconds(self, retry: int, told: float | None) -> float:
        least = told if told is not None else min(LONGEST_WAIT, _FIRST_WAIT * 2.0**retry)
        return least * (1.0 + self._chance.random() / 2.0)


def _too_long(fault: Fault, wait_s: float) -> Fault:
    asks = f"The server asks to wait {wait_s:.0f} s, and Echo waits {LONGEST_WAIT:.0f} s at most"
    return replace(fault, cause=f"{fault.cause.rstrip('. ')}. {asks}")
