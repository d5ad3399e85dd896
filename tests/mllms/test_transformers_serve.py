"""A real server of the kind, ``transformers serve``, with a small random model: from the command line to its answer."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from echo_iad.domain.decisions import Scoring
from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.errors import MllmError
from echo_iad.mllms.base import Prompt
from echo_iad.mllms.catalog import load_mllm
from echo_iad.samples import sample_parts
from echo_iad.settings import MllmSettings
from echo_iad.testing import write_random_mllm

for library in ("openai", "fastapi", "uvicorn", "transformers"):
    pytest.importorskip(library, reason="transformers serve is not installed")

_SECONDS_TO_START = 180


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_random_mllm(tmp_path_factory.mktemp("served") / "model", "idefics3")


@pytest.fixture(scope="module")
def url(model, tmp_path_factory):
    """Base URL of the server; it stops with the module."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    words = [str(program), "serve", str(model), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    alone = {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    log = home / "log.txt"
    with log.open("wb") as said:
        process = subprocess.Popen(words, env=os.environ | alone, stdout=said, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url, process, log):
    end = time.monotonic() + _SECONDS_TO_START
    while True:
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < end, log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)


@pytest.fixture(scope="module")
def mllm(url, model):
    settings = MllmSettings(base_url=url, timeout_s=60, retries=1, concurrency=2)
    return load_mllm(f"openai:{model}", settings).mllm


def grey(level, side):
    """A picture that JPEG leaves as it is."""
    return PicturePart(np.full((side, side + 8, 3), level, np.uint8), f"grey {level}")


def prompt(*pictures, labels=(), turns=()):
    messages = (
        Message(Role.SYSTEM, (TextPart("You inspect parts."),)),
        Message(Role.USER, (TextPart("A good part:"), *pictures, TextPart("Is it A or B?"))),
        *turns,
    )
    return Prompt(messages, labels, max_new_tokens=12)


def test_a_server_without_probabilities_and_without_choice_is_read_as_text(mllm):
    chosen, written = mllm.ask([prompt(grey(40, 48), grey(200, 64), labels=labels) for labels in (("A", "B"), ())])
    assert (chosen.scoring, written.scoring) == (Scoring.TEXT, Scoring.TEXT)
    assert chosen.text == written.text != ""
    assert dict(chosen.scores) == {}
    assert 0 < chosen.new_tokens <= 12


def test_the_server_says_what_the_same_model_says_in_this_process(mllm, model):
    here = load_mllm(f"transformers:{model}", MllmSettings(device="cpu")).mllm
    dark, bright = grey(40, 48), grey(200, 64)
    turns = (Message(Role.ASSISTANT, (TextPart("A dent."),)), Message(Role.USER, (TextPart("So?"),)))
    prompts = [prompt(dark, bright), prompt(bright, dark), prompt(bright), prompt(dark, bright, turns=turns)]
    served, local = mllm.ask(prompts), here.ask(prompts)
    assert [reply.text for reply in served] == [reply.text for reply in local]
    assert [reply.prompt_tokens for reply in served] == [reply.prompt_tokens for reply in local]
    assert len({reply.text for reply in served}) > 1


def test_a_model_that_the_server_does_not_serve_fails_with_its_words(url):
    other = load_mllm("openai:./another/folder", MllmSettings(base_url=url, timeout_s=60, retries=0))
    assert isinstance(fault := other.ask([prompt(labels=("A", "B"))])[0], MllmError)
    assert "./another/folder" in str(fault)


def test_inspect_asks_the_server_from_end_to_end(process, url, model, samples_enrolled):
    part = min(sample_parts().rglob("*.jpg"))
    ended = process(
        "inspect", part, "--memory", samples_enrolled, "--model", f"openai:{model}", "--json", OPENAI_BASE_URL=url
    )
    assert ended.code in {0, 1}, ended.err
    record = json.loads(ended.out.splitlines()[0])
    decision = record["decision"]
    assert (decision["model"], decision["scoring"]) == (f"openai:{model}", "text")
    assert decision["raw_text"]
    assert decision["prompt_tokens"] > 0
    assert (decision["status"] == "answered") == (ended.code == 0)
