"""The wheel alone does what `make demo` does, in an empty environment, an empty folder and without a network."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

NO_NETWORK = """
import socket

def _refuse(self, address, *rest):
    if self.family != getattr(socket, "AF_UNIX", None):
        raise OSError(f"no network in this test: {address}")
    return _connect(self, address, *rest)

_connect = socket.socket.connect
socket.socket.connect = socket.socket.connect_ex = _refuse
"""


def test_the_wheel_carries_everything_it_needs_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert all(name.startswith(("echo_iad/", "echo_iad-")) for name in names)
    for needed in ("echo_iad/py.typed", "echo_iad/profiles/edge.toml"):
        assert needed in names
    assert sum(name.endswith(".onnx") for name in names) >= 2
    assert any("assets/samples" in name and name.endswith(".jpg") for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".pkl", ".pt", ".pth"))]


def test_the_base_install_has_no_torch_and_stays_small(installed):
    listed = subprocess.run(
        [installed / "python", "-m", "pip", "list", "--format", "json"], capture_output=True, text=True, check=True
    )
    names = {row["name"].lower() for row in json.loads(listed.stdout)}
    assert "echo-iad" in names
    assert not names & {"torch", "torchvision", "transformers", "scikit-learn", "onnx"}
    site = next((installed.parent / "lib").glob("python3.*/site-packages"))
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 600e6


def test_every_pin_was_followed(installed):
    frozen = subprocess.run([installed / "python", "-m", "pip", "freeze"], capture_output=True, text=True, check=True)
    pins = (Path(__file__).parents[2] / "constraints.txt").read_text(encoding="utf-8").casefold().splitlines()
    got = [line.casefold() for line in frozen.stdout.splitlines() if "==" in line]
    assert len(got) > 15
    assert not [line for line in got if line not in pins]


@pytest.fixture(scope="session")
def offline(installed):
    """The installed environment, in which every connection fails from now on."""
    site = next((installed.parent / "lib").glob("python3.*/site-packages"))
    (site / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    refused = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    tried = subprocess.run([installed / "python", "-c", refused], capture_output=True, text=True, check=False)
    assert "no network in this test" in tried.stderr
    return installed


def test_the_demo_runs_in_an_empty_folder_without_a_network(offline, tmp_path):
    home = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [offline / "echo-iad", "demo"], cwd=tmp_path, env=home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    reports = [path for path in tmp_path.rglob("*.html") if path.stat().st_size > 10_000]
    assert reports, done.stdout[-2000:]
    assert re.sub(r"\s", "", reports[0].name) in re.sub(r"\s", "", done.stdout)
