"""Test parts in MVTec layout, and the projects' data shown in it. Opens no picture but masks."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from echo_iad.domain.parts import BoolArray
from echo_iad.images.loading import find_pictures


@dataclass(frozen=True)
class TestPart:
    """One test picture with what is known about it."""

    path: Path
    defect: str
    """Name of its folder; ``good`` for a good part."""
    mask: Path | None
    """Its ground truth; None where there is none."""

    @property
    def defective(self) -> bool:
        """Whether it is no good part."""
        return self.defect != "good"

    def truth(self, width: int, height: int) -> BoolArray | None:
        """Which pixels are defective, ``(h, w)``; None when that is not known."""
        if not self.defective:
            return np.zeros((height, width), dtype=bool)
        if self.mask is None:
            return None
        return np.asarray(Image.open(self.mask).convert("L")) > 0


@dataclass(frozen=True)
class TestObject:
    """One object's folder in MVTec layout."""

    name: str
    normals: Path
    parts: tuple[TestPart, ...]


def read_objects(root: Path) -> list[TestObject]:
    """Every object below a folder in MVTec layout, by name."""
    return [_read_object(folder) for folder in sorted(root.iterdir()) if (folder / "train" / "good").is_dir()]


def show_as_mvtec(data: Path, out: Path) -> None:
    """Let the data's own script lay out its objects, as links."""
    subprocess.run([sys.executable, str(data / "as_mvtec.py"), str(out)], check=True)


def _read_object(folder: Path) -> TestObject:
    parts = []
    for path in find_pictures(folder / "test"):
        mask = folder / "ground_truth" / path.parent.name / f"{path.stem}_mask.png"
        parts.append(TestPart(path, path.parent.name, mask if mask.is_file() else None))
    return TestObject(folder.name, folder / "train" / "good", tuple(parts))
