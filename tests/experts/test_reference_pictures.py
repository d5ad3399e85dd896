import numpy as np

import echo_iad.experts.reference_pictures as module
from echo_iad.domain.parts import Framing
from echo_iad.experts.reference_pictures import ReferencePictures
from echo_iad.images.preparing import encode_jpeg

FRAMING = Framing(160, 160, turned=False, scale=0.01, middle=(0.25, 0.0))


def jpeg(shade):
    pixels = np.full((60, 80, 3), 200, np.uint8)
    pixels[20:40, 30:60] = shade
    return encode_jpeg(pixels)


def test_a_picture_is_decoded_once_for_each_framing():
    pictures = ReferencePictures()
    first = pictures.read(jpeg(20), None)
    assert first.pixels.shape == (60, 80, 3)
    assert first.frame is None
    assert pictures.read(jpeg(20), None) is first
    framed = pictures.read(jpeg(20), FRAMING)
    assert framed.frame.framing == FRAMING
    assert framed.frame.is_found


def test_what_was_not_used_for_longest_is_let_go(monkeypatch):
    monkeypatch.setattr(module, "_KEPT", 2)
    pictures = ReferencePictures()
    first, second = pictures.read(jpeg(20), None), pictures.read(jpeg(40), None)
    assert pictures.read(jpeg(20), None) is first
    pictures.read(jpeg(60), None)
    assert pictures.read(jpeg(20), None) is first
    assert pictures.read(jpeg(40), None) is not second
