"""Names to things that are imported only when used. Knows no kind of plug-in in particular.

Built-in targets and those of other packages (entry points) are reached the same way, so that a stranger's
plug-in can do what a built-in can. A plug-in that fails to load keeps its cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

from echo_iad.errors import ContractError, UnknownNameError

T = TypeVar("T")


class Registry(Generic[T]):
    """Late-imported targets of one kind, by name.

    Parameters
    ----------
    kind : str
        What the targets are, for messages: ``"image encoder"``.
    builtin : mapping of str to str
        Name to ``"module:attribute"``.
    group : str
        Entry-point group in which other packages add theirs.

    Examples
    --------
    >>> registry = Registry[type]("number", {"fraction": "fractions:Fraction"}, group="doctest.none")
    >>> registry.load("fraction")(1, 3)
    Fraction(1, 3)
    """

    def __init__(self, kind: str, builtin: Mapping[str, str], *, group: str) -> None:
        self.kind = kind
        self.group = group
        self._builtin = dict(builtin)

    def names(self) -> list[str]:
        """Every known name, sorted; nothing is imported."""
        return sorted(self._targets())

    def load(self, name: str) -> T:
        """Import the target of ``name``.

        Raises
        ------
        UnknownNameError
            No target has this name.
        ContractError
            The target of another package cannot be imported; the cause is attached.
        """
        targets = self._targets()
        if name not in targets:
            raise UnknownNameError(self.kind, name, targets)
        module, _, attribute = targets[name].partition(":")
        try:
            return cast("T", getattr(import_module(module), attribute))
        except (ImportError, AttributeError) as cause:
            if name in self._builtin:
                raise
            msg = f"The {self.kind} {name!r} ({targets[name]}) cannot be loaded: {cause}"
            raise ContractError(msg) from cause

    def _targets(self) -> dict[str, str]:
        added = {entry.name: entry.value for entry in entry_points(group=self.group)}
        return added | self._builtin
