"""Small random models, made once, and prompts about drawn pictures."""

import numpy as np
import pytest

from echo_iad.domain.messages import Message, PicturePart, Role, TextPart
from echo_iad.testing.random_mllm import FAMILIES, write_random_mllm


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """Models so small are slower on several threads, and much slower beside other work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECHO_IAD_THREADS", "1")
        yield


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    pytest.importorskip("transformers")
    place = tmp_path_factory.mktemp("models")
    return {family: write_random_mllm(place / family, family) for family in FAMILIES}


@pytest.fixture(params=("llava", "qwen2_vl"))
def folder(request, folders):
    """A family with a fixed number of places for a picture, and one with as many as it is large."""
    return folders[request.param]


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    """Whole prompts that are scored are read in batches on the CPU too."""
    monkeypatch.setattr("echo_iad.mllms.transformers._SCORED_ALONE", frozenset())


@pytest.fixture
def ask():
    """A prompt about drawn pictures, the same for the same arguments."""

    def make(question="Is it A or B?", *, seeds=(1, 2), side=70):
        shown = [
            PicturePart(np.random.default_rng(seed).integers(0, 256, (side, 90, 3), np.uint8), f"picture {seed}")
            for seed in seeds
        ]
        return (Message(Role.SYSTEM, (TextPart("You inspect."),)), Message(Role.USER, (*shown, TextPart(question))))

    return make
