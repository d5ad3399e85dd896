"""What ``echo-iad doctor`` looks at: each check finds a thing right, absent (and optional) or wrong. Prints nothing."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from echo_iad import __version__
from echo_iad.errors import EchoError

_LIBRARIES = ("numpy", "pillow", "scipy", "onnxruntime", "tokenizers", "faiss-cpu", "pydantic")
_EXTRAS = {
    "clip": ("torch", "transformers", "safetensors"),
    "export": ("torch", "transformers", "safetensors", "onnx", "onnxscript"),
    "eval": ("sklearn", "matplotlib"),
    "mllm": ("torch", "transformers", "safetensors"),
    "openai": ("openai",),
}
"""Extra to the modules that it brings."""


class State(StrEnum):
    """What a check found."""

    RIGHT = "ok"
    ABSENT = "absent"
    """Optional, and not here."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    found: str
    """What is there, or what cures its absence."""


def all_checks(memory: Path | None = None) -> Iterator[Check]:
    """Look at everything, one after the other; a fault in one does not stop the others."""
    yield Check("Echo", State.RIGHT, f"{__version__}, Python {platform.python_version()}, {platform.platform()}")
    yield _libraries()
    yield Check("SQLite", State.RIGHT, sqlite3.sqlite_version)
    yield _threads()
    yield _image_encoder()
    yield _text_encoder()
    yield _samples()
    for extra, modules in _EXTRAS.items():
        yield _extra(extra, modules)
    if memory is not None:
        yield _memory(memory)


def _libraries() -> Check:
    versions, missing = [], []
    for library in _LIBRARIES:
        try:
            versions.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            missing.append(library)
    if missing:
        return Check("libraries", State.WRONG, f"missing: {', '.join(missing)}. Cure: pip install --upgrade echo-iad")
    return Check("libraries", State.RIGHT, ", ".join(versions))


def _threads() -> Check:
    from echo_iad.encoders.sessions import available_cores, threads

    try:
        return Check("threads", State.RIGHT, f"{threads()} for an encoder, {available_cores()} cores usable")
    except EchoError as fault:
        return Check("threads", State.WRONG, str(fault))


def _image_encoder() -> Check:
    """Digest and trial run of the picture encoder that ships: loading it proves its digest."""
    import numpy as np

    from echo_iad.encoders.catalog import load_image_encoder
    from echo_iad.images.loading import load_picture

    try:
        encoder = load_image_encoder("edge")
        (encoding,) = encoder.encode_images([load_picture(np.zeros((32, 32, 3), np.uint8))])
    except EchoError as fault:
        return Check("image encoder", State.WRONG, str(fault))
    length = float(np.linalg.norm(encoding.vector))
    return _trial("image encoder", encoder.id.weights_sha256, len(encoding.vector), length)


def _text_encoder() -> Check:
    import numpy as np

    from echo_iad.encoders.catalog import load_text_encoder

    try:
        encoder = load_text_encoder("edge")
        (vector,) = encoder.encode_texts(["a good part"])
    except EchoError as fault:
        return Check("text encoder", State.WRONG, str(fault))
    return _trial("text encoder", encoder.id.weights_sha256, len(vector), float(np.linalg.norm(vector)))


def _trial(name: str, digest: str, dimension: int, length: float) -> Check:
    found = f"edge, SHA-256 {digest[:12]}… as on its card, trial run gives {dimension} numbers of length {length:.3f}"
    return Check(name, State.RIGHT if abs(length - 1) < 1e-3 else State.WRONG, found)


def _samples() -> Check:
    from echo_iad.images.loading import find_pictures
    from echo_iad.samples import sample_parts

    try:
        found = find_pictures(sample_parts())
    except EchoError as fault:
        return Check("sample parts", State.WRONG, f"{fault} Cure: pip install --force-reinstall echo-iad")
    return Check("sample parts", State.RIGHT, f"{len(found)} pictures; try them with: echo-iad demo")


def _extra(extra: str, modules: tuple[str, ...]) -> Check:
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        return Check(f"extra {extra}", State.ABSENT, f"optional. Install it with: pip install 'echo-iad[{extra}]'")
    return Check(f"extra {extra}", State.RIGHT, "installed")


def _memory(folder: Path) -> Check:
    from echo_iad.memory.store import Memory

    try:
        with Memory.open(folder, read_only=True) as store:
            objects = store.object_names()
            return Check("memory", State.RIGHT, f"{folder}: {store.count()} normals of {len(objects)} objects")
    except EchoError as fault:
        return Check("memory", State.WRONG, str(fault))
