"""Whether a server that fails prompts is gone, or only cannot answer these. Knows faults; opens no connection."""

from __future__ import annotations

import threading
from collections.abc import Callable

from echo_iad.errors import ModelGoneError
from echo_iad.mllms.server.retrying import Fault

MOST_FAILURES = 5
"""Prompts that a server may fail in a row; from then on it must show after each that it is there."""
MOST_WHILE_THERE = 50
"""Prompts that it may fail in a row though it is there: more than are asked about one part, which may be the cause."""
_FORBIDDEN = 403


class Standing:
    """What a server has answered and failed so far.

    Before its first answer every fault counts: a server that refuses each prompt is as good as gone. After it, what is
    forbidden is one prompt. Five failures in a row may be due to one picture, and fifty are not.

    Parameters
    ----------
    url : str
        Base URL of the server.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._has_answered = False
        self._failures = 0

    def heard(self) -> None:
        """Note an answer: the count starts anew."""
        with self._lock:
            self._has_answered = True
            self._failures = 0

    def failed(self, fault: Fault, is_there: Callable[[], bool]) -> None:
        """Note that one prompt got no answer.

        Parameters
        ----------
        fault : Fault
        is_there : callable
            Asks the server for a sign of life.

        Raises
        ------
        ModelGoneError
            Nothing more can be expected of the server.
        """
        with self._lock:
            has_answered = self._has_answered
            self._failures = self._failures + 1 if fault.is_of_server or not has_answered else 0
            failures = self._failures
        cause = fault.cause.rstrip(". ")
        if fault.is_final and not (has_answered and fault.status == _FORBIDDEN):
            msg = f"The server {self._url} refuses the key of OPENAI_API_KEY, or this model to it: {cause}."
            raise ModelGoneError(msg)
        if failures < MOST_FAILURES or (failures < MOST_WHILE_THERE and is_there()):
            return
        msg = (
            f"The server {self._url} failed {failures} prompts in a row, the last with: {cause}. Cure that; a run of "
            "an evaluation then goes on with --resume."
        )
        raise ModelGoneError(msg)
