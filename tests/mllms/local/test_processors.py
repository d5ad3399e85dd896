import numpy as np
import pytest
from PIL import Image

from echo_iad.testing.random_mllm import FAMILIES

pytest.importorskip("transformers")

from echo_iad.mllms.local.processors import load_processor  # needs transformers


def picture(seed):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (60, 80, 3), np.uint8))


def read(processor, *seeds):
    words = [{"type": "image"}] * len(seeds) + [{"type": "text", "text": "Is it?"}]
    text = processor.apply_chat_template([{"role": "user", "content": words}], tokenize=False)
    return processor(text=[text], images=[[picture(seed) for seed in seeds]], return_tensors="pt")


@pytest.mark.parametrize("family", FAMILIES)
def test_pictures_prepared_once_are_those_prepared_anew(folders, family):
    processor = load_processor(folders[family], family)
    first, again = read(processor, 1, 2), read(processor, 1, 2)
    read(processor, 3)
    anew = read(processor, 1, 2)
    for name, value in first.items():
        assert value.shape == again[name].shape == anew[name].shape
        assert (value == again[name]).all()
        assert (value == anew[name]).all()


@pytest.mark.parametrize(("asked", "times"), [(((1, 2), (1, 2)), 1), (((1, 2), (2, 1)), 2), (((1,), (2,), (1,)), 3)])
def test_pictures_of_questions_in_a_row_are_prepared_once(folders, monkeypatch, asked, times):
    processor = load_processor(folders["qwen2_vl"], "any")
    kind = type(processor.image_processor._pictures)
    prepare, prepared = kind.preprocess, []
    monkeypatch.setattr(kind, "preprocess", lambda *args, **kwargs: prepared.append(1) or prepare(*args, **kwargs))
    for seeds in asked:
        read(processor, *seeds)
    assert len(prepared) == times
