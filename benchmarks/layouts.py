"""Shows the projects' data in MVTec layout. Reads no picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def show_as_mvtec(data: Path, out: Path) -> None:
    """Let the data's own script lay out its objects, as links."""
    subprocess.run([sys.executable, str(data / "as_mvtec.py"), str(out)], check=True)
