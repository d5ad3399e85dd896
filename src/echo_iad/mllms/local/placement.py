"""Where a model runs, how precisely, and whether it fits there. Imports torch: import it late.

Reads the headers of weights, never the weights. What a prompt needs on top of them is not foreseen.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib.util import find_spec
from math import prod
from pathlib import Path

import torch

from echo_iad.errors import ProfileError
from echo_iad.settings import MllmSettings

_SCALES = 1.07
"""Quantised weights keep scales beside them, so they are so many times as large as their bits."""
_WHOLE = ("embed", "lm_head")
"""Matrices with these words in their names are not quantised."""


@dataclass(frozen=True)
class Placement:
    """Where and how a model runs."""

    device: str
    """As torch names it, e.g. ``cpu`` or ``cuda:0``."""
    dtype: torch.dtype
    """Of its weights and its arithmetic."""
    bits: int = 0
    """Of each weight of a quantised matrix; 0 = as ``dtype`` says."""

    @property
    def kind(self) -> str:
        """``cpu``, ``cuda`` or ``mps``."""
        return self.device.partition(":")[0]


@dataclass(frozen=True)
class Weights:
    """How many numbers a model has."""

    matrices: int
    """Numbers in matrices that can be quantised."""
    others: int
    """All others: embeddings, norms, biases."""

    def size(self, placement: Placement) -> int:
        """Bytes that they take there."""
        whole: int = placement.dtype.itemsize
        if not placement.bits:
            return (self.matrices + self.others) * whole
        return int(self.matrices * placement.bits / 8 * _SCALES) + self.others * whole


def choose_placement(settings: MllmSettings) -> Placement:
    """Decide what ``auto`` leaves open: a GPU where there is one, and bfloat16 there; float32 on a CPU.

    Raises
    ------
    ProfileError
        No such device is here, or the model cannot be quantised there.
    """
    device = _best_device() if settings.device == "auto" else settings.device
    if not _is_here(device):
        here = ", ".join(kind for kind in ("cpu", "cuda", "mps") if _is_here(kind))
        msg = f"There is no device {device!r} here: set device under [mllm] in the profile to auto or one of: {here}."
        raise ProfileError(msg)
    automatic = "float32" if device == "cpu" else "bfloat16"
    dtype = getattr(torch, automatic if settings.dtype == "auto" else settings.dtype)
    placement = Placement(device, dtype, settings.bits)
    if placement.bits and placement.kind != "cuda":
        msg = f"bits = {placement.bits} needs an NVIDIA GPU and the model runs on {device}: set bits = 0 under [mllm]."
        raise ProfileError(msg)
    if placement.bits and any(find_spec(package) is None for package in ("bitsandbytes", "accelerate")):
        cure = "pip install bitsandbytes accelerate, or set bits = 0 under [mllm]"
        msg = f"bits = {placement.bits} needs the packages bitsandbytes and accelerate: {cure}."
        raise ProfileError(msg)
    return placement


def _best_device() -> str:
    return next(kind for kind in ("cuda", "mps", "cpu") if _is_here(kind))


def _is_here(device: str) -> bool:
    kind, _, number = device.partition(":")
    if kind == "cuda":
        chosen = int(number) if number.isdecimal() else 0
        return bool(torch.cuda.is_available() and chosen < torch.cuda.device_count())
    return device == "cpu" or (device == "mps" and bool(torch.backends.mps.is_available()))


def read_weights(folder: Path) -> Weights:
    """Count the numbers of a model's safetensors files by their headers.

    Raises
    ------
    OSError, ValueError, KeyError
        A header is damaged.
    """
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        files = [folder / name for name in sorted(names)]
    else:
        files = sorted(folder.glob("*.safetensors"))
    shapes = {name: shape for file in files for name, shape in _shapes(file).items()}
    matrices = {name for name, shape in shapes.items() if len(shape) == 2 and not any(word in name for word in _WHOLE)}
    sizes = {name: prod(shape) for name, shape in shapes.items()}
    quantisable = sum(sizes[name] for name in matrices)
    return Weights(quantisable, sum(sizes.values()) - quantisable)


def _shapes(file: Path) -> dict[str, list[int]]:
    """Name to shape of each tensor in a safetensors file."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if not 0 < length <= file.stat().st_size - 8:
            msg = f"{file.name} has no header"
            raise ValueError(msg)
        header = json.loads(opened.read(length))
    return {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}


def free_bytes(device: str) -> int | None:
    """Memory that is free on a device; None when the machine does not tell."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    told = Path("/proc/meminfo")
    if told.is_file():
        lines = dict(line.split(":", 1) for line in told.read_text(encoding="ascii").splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    names = ("SC_PHYS_PAGES", "SC_PAGE_SIZE")
    return prod(os.sysconf(name) for name in names) if set(names) <= set(getattr(os, "sysconf_names", ())) else None


def check_room(name: str, weights: Weights, placement: Placement, free: int | None) -> None:
    """Refuse a model whose weights are larger than what is free; parameters and error of `no_room`.

    When it is not known how much is free, nothing is refused.

    Raises
    ------
    ProfileError
        They are larger.
    """
    if free is not None and weights.size(placement) > free:
        raise no_room(name, weights, placement, free)


def no_room(name: str, weights: Weights, placement: Placement, free: int) -> ProfileError:
    """The error that says what would fit.

    Parameters
    ----------
    name : str
        The model as it was asked for.
    weights : Weights
    placement : Placement
        Where it does not fit.
    free : int
        Bytes that are free there.
    """
    fitting = [
        f"{setting} under [mllm] in the profile, which takes about {_gigabytes(weights.size(other))}"
        for setting, other in _smaller(placement)
        if weights.size(other) < free
    ]
    numbers = free / (placement.bits / 8 or placement.dtype.itemsize)
    fitting.append(f"a model of less than {numbers / 1e9:.1f} billion weights")
    return ProfileError(
        f"The weights of {name!r} take about {_gigabytes(weights.size(placement))} on {placement.device}, where "
        f"{_gigabytes(free)} are free. What fits: {'; or '.join(fitting)}."
    )


def _smaller(placement: Placement) -> list[tuple[str, Placement]]:
    """Settings that take less memory on the same device, most precise first."""
    half = Placement(placement.device, torch.bfloat16)
    halved = [('dtype = "bfloat16"', half)] if placement.dtype.itemsize > 2 and not placement.bits else []
    quantised = [(f"bits = {bits}", Placement(placement.device, torch.bfloat16, bits)) for bits in (8, 4)]
    return halved + [each for each in quantised if placement.kind == "cuda" and each[1].bits != placement.bits]


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
