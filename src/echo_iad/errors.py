"""Every error that Echo raises on purpose. Knows nothing but text.

The tree::

    EchoError                     anything that Echo says about its own work
    ├── UserError                 the user can cure it: one line, no traceback, exit code 2
    │   ├── ImageError            a file that is no usable picture
    │   ├── ProfileError          a profile that is unknown or holds a wrong value
    │   ├── QuestionError         a question or its options cannot be used
    │   ├── ToleranceError        a false-alarm rate or a threshold out of range
    │   ├── KnowledgeError        a knowledge file that cannot be read
    │   ├── MissingExtraError     an optional package is not installed
    │   ├── MissingModelError     a model is not there: a checkpoint, or a server
    │   ├── UnknownNameError      a name that no registry holds
    │   ├── EvaluationError       a benchmark, a run or its folder that cannot be used
    │   ├── ModelGoneError        a model that answered before answers nothing more
    │   └── MemoryStoreError      a memory that cannot be opened or used
    │       ├── MemoryLockedError     another process is writing it
    │       ├── MemoryVersionError    written by another version of Echo
    │       ├── MemoryDamagedError    its contents contradict each other
    │       ├── ForeignEncoderError   made by another encoder than the profile's
    │       └── UnknownObjectError    an object that is not enrolled
    ├── MllmError                 a multimodal model cannot answer one prompt: a failed decision
    │   └── RefusedError          it declined to answer
    └── ContractError             a plug-in broke a promise (a bug, its traceback stays)

A message says what is wrong, whose it is, what is allowed, what was got, and the next step.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class EchoError(Exception):
    """Root of every error that Echo raises on purpose."""


class UserError(EchoError):
    """Something the user can cure; shown as one line without a traceback."""


class ImageError(UserError):
    """A file that is missing, empty, truncated, too large or no picture."""


class ProfileError(UserError):
    """A profile that does not exist or holds a value that is not allowed."""


class QuestionError(UserError):
    """A question or its options cannot be used."""


class ToleranceError(UserError):
    """A false-alarm rate or a threshold is out of range."""


class KnowledgeError(UserError):
    """A knowledge file that is missing or has an unknown form."""


class MissingExtraError(UserError):
    """An optional package is needed and not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        cure = f"pip install 'echo-iad[{extra}]', in a checkout of Echo: pip install '.[{extra}]'"
        super().__init__(f"{feature} needs an optional package. Install it with: {cure}")


class MissingModelError(UserError):
    """A model that is not there: a checkpoint that is not on this machine, a server that cannot be reached or used."""


class UnknownNameError(UserError):
    """A name that no registry holds; the message lists the nearest and the known names."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        nearest = get_close_matches(name, names, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        super().__init__(f"Unknown {kind} {name!r}.{hint} Known: {', '.join(names) or 'none'}.")


class EvaluationError(UserError):
    """A benchmark, a run or the folder of its results cannot be used."""


class ModelGoneError(UserError):
    """A multimodal model that answers nothing more: asking on would only record failures."""


class MemoryStoreError(UserError):
    """A memory that cannot be opened or used."""


class MemoryLockedError(MemoryStoreError):
    """Another process is writing this memory."""


class MemoryVersionError(MemoryStoreError):
    """The memory was written by a version of Echo that this one cannot read."""


class MemoryDamagedError(MemoryStoreError):
    """The memory's contents contradict each other."""


class ForeignEncoderError(MemoryStoreError):
    """The memory was made by another encoder than the one in use."""


class UnknownObjectError(MemoryStoreError):
    """An object that is not enrolled."""

    def __init__(self, name: str, enrolled: Iterable[str]) -> None:
        names = sorted(enrolled)
        nearest = get_close_matches(name, names, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        known = ", ".join(names) or "none"
        cure = "" if nearest else f" Enrol it with: echo-iad enrol FOLDER --object {name} --memory DIR"
        super().__init__(f"Object {name!r} is not enrolled in this memory.{hint} Enrolled: {known}.{cure}")


class MllmError(EchoError):
    """A multimodal model could not answer this one prompt; others may go on."""


class RefusedError(MllmError):
    """A multimodal model declined to answer a prompt, and said so apart from any answer."""


class ContractError(EchoError):
    """A plug-in broke a promise of its protocol: a bug in the plug-in, not a fault of the user."""
