import numpy as np
import pytest
from PIL import Image, ImageFilter

from echo_iad.comparison.attributes import PicturePair, colour_name
from echo_iad.comparison.views import WholeView
from echo_iad.images.preparing import to_lab

SIDE = 64
INSIDE = np.zeros((SIDE, SIDE), dtype=bool)
INSIDE[20:40, 24:44] = True


@pytest.fixture(scope="module")
def part():
    """(64, 64, 3) uint8: a grained mid-brown surface."""
    grain = np.random.default_rng(2).normal(0, 10, (SIDE, SIDE, 1))
    return np.clip(np.array([140, 100, 70]) + grain, 0, 255).astype(np.uint8)


def altered(part, change):
    """The part with another look inside the region alone."""
    new = part.astype(np.float64)
    new[INSIDE] = change(new[INSIDE])
    return np.clip(new, 0, 255).astype(np.uint8)


def change_of(query, *references):
    pair = PicturePair(WholeView(query), [WholeView(one) for one in references], SIDE, slice(0, SIDE), slice(0, SIDE))
    return pair.change(INSIDE)


def test_a_part_like_its_reference_has_no_change(part):
    change = change_of(part, part)
    assert change.words == ()
    assert (change.brightness, change.saturation, change.hue, change.texture) == pytest.approx((0, 0, 0, 0), abs=1e-4)
    assert change.colour == change.reference_colour


@pytest.mark.parametrize(
    ("change", "word", "opposite"),
    [
        (lambda rgb: rgb * 0.6, "darker", "brighter"),
        (lambda rgb: rgb * 1.5, "brighter", "darker"),
        (lambda rgb: rgb[:, ::-1], "of another colour", None),
        (lambda rgb: np.repeat(rgb.mean(axis=1, keepdims=True), 3, axis=1), "paler", "more colourful"),
        (lambda rgb: rgb + np.array([60, 0, -60]), "more colourful", "paler"),
        (lambda rgb: rgb + 5 * (rgb - rgb.mean(axis=0)), "rougher", "smoother"),
        (lambda rgb: rgb * 0 + rgb.mean(axis=0), "smoother", "rougher"),
    ],
)
def test_words_of_a_region(part, change, word, opposite):
    words = change_of(altered(part, change), part).words
    assert word in words
    assert opposite not in words


def test_strongest_word_first(part):
    def darker_and_a_little_redder(rgb):
        return rgb * 0.35 + [12, 0, 0]

    assert change_of(altered(part, darker_and_a_little_redder), part).words[0] == "darker"


def test_numbers_are_query_minus_reference(part):
    query = altered(part, lambda rgb: rgb * 0 + [20, 40, 160])
    forth, back = change_of(query, part), change_of(part, query)
    assert forth.brightness == pytest.approx(-back.brightness, abs=1e-3)
    assert forth.saturation == pytest.approx(-back.saturation, abs=1e-3)
    assert forth.hue == pytest.approx(back.hue, abs=1e-3)
    assert (forth.colour, forth.reference_colour) == (back.reference_colour, back.colour)
    assert forth.colour in {"blue", "dark blue"}
    own, usual = to_lab(query)[INSIDE].mean(axis=0), to_lab(part)[INSIDE].mean(axis=0)
    assert forth.brightness == pytest.approx(own[0] - usual[0], abs=1e-3)


def test_what_changed_elsewhere_does_not_count(part):
    query = part.copy()
    query[:10] = 0
    assert change_of(query, part).words == ()


def test_several_references_count_alike(part):
    dark, bright = (np.clip(part * factor, 0, 255).astype(np.uint8) for factor in (0.7, 1.3))
    between = change_of(part, dark, bright).brightness
    assert abs(between) < 1.0
    assert between == pytest.approx(
        (change_of(part, dark).brightness + change_of(part, bright).brightness) / 2, abs=1e-3
    )


def test_references_may_have_another_size(part):
    larger = np.asarray(Image.fromarray(part).resize((200, 130)))
    change = change_of(part, larger)
    assert abs(change.brightness) < 1.5
    assert "darker" not in change.words


def test_a_blurred_region_is_smoother(part):
    blurred = np.asarray(Image.fromarray(part).filter(ImageFilter.GaussianBlur(3)))
    query = part.copy()
    query[INSIDE] = blurred[INSIDE]
    change = change_of(query, part)
    assert change.words[0] == "smoother"
    assert change.texture < -0.3


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((128, 128, 128), "grey"),
        ((200, 30, 30), "red"),
        ((30, 140, 50), "green"),
        ((30, 60, 200), "blue"),
        ((0, 0, 255), "blue"),
        ((0, 0, 128), "dark blue"),
        ((120, 170, 220), "light blue"),
        ((110, 40, 130), "purple"),
        ((250, 225, 50), "yellow"),
        ((240, 130, 20), "orange"),
        ((110, 65, 30), "brown"),
    ],
)
def test_plain_names_of_colours(rgb, name):
    assert colour_name(to_lab(np.array([[rgb]], np.uint8))[0, 0]) == name
