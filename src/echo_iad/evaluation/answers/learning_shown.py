"""Says on the bar of a run that a model is being asked how much its word counts. Knows no bar and no model."""

from __future__ import annotations

from echo_iad.evaluation.answers.runner import Progress


class LearningShown:
    """What Echo calls while it learns; the bar in use keeps its own count and says what takes so long.

    Examples
    --------
    >>> learning = LearningShown()
    >>> bar = learning.beside(lambda done, total, name: print(f"{done}/{total} {name}"))
    >>> bar(4, 20, "cap")
    4/20 cap
    >>> learning(3, 16, "disc")
    4/20 disc: learning how the model's word counts, 3 of 16
    """

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._at = 0, 0

    def beside(self, bar: Progress) -> Progress:
        """The same bar, watched, for the work that the learning interrupts."""
        self._bar = bar
        return self._watched

    def __call__(self, done: int, total: int, name: str) -> None:
        """See `echo_iad.echo.Echo.from_profile`."""
        if self._bar is not None:
            self._bar(*self._at, f"{name}: learning how the model's word counts, {done} of {total}")

    def _watched(self, done: int, total: int, name: str) -> None:
        self._at = done, total
        if self._bar is not None:
            self._bar(done, total, name)
