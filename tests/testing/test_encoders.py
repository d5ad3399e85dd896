"""An encoder that breaks one promise must be caught, for each promise."""

from dataclasses import replace

import numpy as np
import pytest

from echo_iad.domain.parts import EncoderId, ImageEncoding
from echo_iad.errors import ContractError
from echo_iad.testing.encoders import check_image_encoder, check_text_encoder, sample_pictures

ID = EncoderId("honest", "ab" * 32, 6, "mean and spread", "honest")


def unit(vector):
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class Honest:
    """Keeps every promise of both protocols."""

    id = ID

    def encode_images(self, pictures):
        return [self.encode(picture) for picture in pictures]

    def encode(self, picture):
        pixels = picture.pixels.astype(np.float64)
        vector = np.concatenate([pixels.mean((0, 1)), 1 + pixels.std((0, 1))])
        level = np.resize(pixels, (4, 4, 2)).astype(np.float32)
        return ImageEncoding(unit(vector), (level, level[:2, :2]))

    def encode_texts(self, texts):
        rows = [
            unit(np.array([1, *np.resize(list(text.encode()), 4), len(text)])) if text else ID_ROW for text in texts
        ]
        return np.array(rows, dtype=np.float32).reshape(-1, 6)


ID_ROW = unit(np.ones(6))


def breaking(method, change):
    """Return an honest encoder whose ``method`` is ``change(self, original, argument)``."""
    original = getattr(Honest, method)
    return type("Broken", (Honest,), {method: lambda self, argument: change(self, original, argument)})()


def changed(**fields):
    """Break each encoding by a function of it."""

    def change(self, original, pictures):
        encodings = original(self, pictures)
        return [replace(e, **{name: make(e) for name, make in fields.items()}) for e in encodings]

    return breaking("encode_images", change)


def brightened(self, original, pictures):
    for picture in pictures:
        picture.pixels[:] = 255
    return original(self, pictures)


def by_batch(self, original, pictures):
    encodings = original(self, pictures)
    shift = np.eye(6, dtype=np.float32)[0] * len(encodings)
    return [replace(e, vector=unit(e.vector + shift)) for e in encodings]


def levels_by_batch(self, original, pictures):
    encodings = original(self, pictures)
    return [replace(e, levels=(e.levels[0] + 9 * len(encodings), e.levels[1])) for e in encodings]


IMAGE_FAULTS = {
    "must not be empty": type("Broken", (Honest,), {"id": replace(ID, space="")})(),
    "must be positive": type("Broken", (Honest,), {"id": replace(ID, dimension=0)})(),
    "must be an EncoderId": type("Broken", (Honest,), {"id": "honest"})(),
    "must stay the same": type(
        "Broken", (Honest,), {"id": property(lambda self: replace(ID, space=str(np.random.default_rng().random())))}
    )(),
    r"encode_images\(\[\]\) must be \[\]": breaking("encode_images", lambda s, f, p: f(s, p) if p else None),
    "one for each picture": breaking("encode_images", lambda s, f, p: f(s, p)[:3]),
    "Must be an ImageEncoding": breaking("encode_images", lambda s, f, p: [0] * len(p)),
    r"must be \(6,\)": changed(vector=lambda e: e.vector[:5]),
    "must be float32": changed(vector=lambda e: e.vector.astype(np.float64)),
    "must be finite": changed(vector=lambda e: e.vector * np.float32(np.nan)),
    "must have unit length": changed(vector=lambda e: e.vector * np.float32(1.01)),
    "must be a tuple": changed(levels=lambda e: list(e.levels)),
    r"Level 0 of .* must be \(h, w, c\)": changed(levels=lambda e: (e.levels[0][0],)),
    "Level 0 of .* must be float32": changed(levels=lambda e: (e.levels[0].astype(np.float16),)),
    "Level 0 of .* must be finite": changed(levels=lambda e: (np.full_like(e.levels[0], np.inf),)),
    "finest level must be first": changed(levels=lambda e: e.levels[::-1]),
    "one shape for all pictures": changed(levels=lambda e: (e.levels[0],) * (1 + int(e.vector[0] > 0.5))),
    "Pixels must stay": breaking("encode_images", brightened),
    "The encodings of '.*' alone and in a batch must agree": breaking("encode_images", by_batch),
    "levels of '.*' alone and in a batch must agree": breaking("encode_images", levels_by_batch),
    "Different inputs must differ": changed(vector=lambda e: ID_ROW),
}
TEXT_FAULTS = {
    r"encode_texts\(\[\]\) must be \(0, 6\)": breaking("encode_texts", lambda s, f, t: f(s, t) if t else np.empty(0)),
    r"must be \(7, 6\)": breaking("encode_texts", lambda s, f, t: f(s, t[:3])),
    "must be float32": breaking("encode_texts", lambda s, f, t: f(s, t).astype(np.float64)),
    "must be finite": breaking("encode_texts", lambda s, f, t: f(s, t) * np.float32(np.nan)),
    "must have unit length": breaking("encode_texts", lambda s, f, t: f(s, t) * np.float32(2)),
    "alone and in a batch must agree": breaking("encode_texts", lambda s, f, t: f(s, t)[::-1]),
    "Different inputs must differ": breaking("encode_texts", lambda s, f, t: f(s, [""] * len(t))),
}


def test_an_honest_encoder_passes():
    check_image_encoder(Honest())
    check_text_encoder(Honest())


@pytest.mark.parametrize("promise", IMAGE_FAULTS)
def test_a_broken_promise_of_an_image_encoder_is_caught(promise):
    with pytest.raises(ContractError, match=promise):
        check_image_encoder(IMAGE_FAULTS[promise])


@pytest.mark.parametrize("promise", TEXT_FAULTS)
def test_a_broken_promise_of_a_text_encoder_is_caught(promise):
    with pytest.raises(ContractError, match=promise):
        check_text_encoder(TEXT_FAULTS[promise])


def test_what_is_no_encoder_is_caught():
    with pytest.raises(ContractError, match="int must have `id` and `encode_images`"):
        check_image_encoder(3)
    with pytest.raises(ContractError, match="int must have `id` and `encode_texts`"):
        check_text_encoder(3)


def test_the_sample_pictures_are_the_same_each_time_and_include_awkward_sizes():
    first, again = sample_pictures(), sample_pictures()
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(first, again, strict=True))
    assert {(1, 1), (3, 500), (500, 3)} <= {picture.pixels.shape[:2] for picture in first}
