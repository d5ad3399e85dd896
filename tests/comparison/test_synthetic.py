import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from echo_iad.comparison.synthetic import LEAST_SHARE, MOST_SHARE, DefectKind, with_defect
from echo_iad.images.loading import load_picture
from echo_iad.images.preparing import to_lab
from echo_iad.samples import sample_parts

KINDS = list(DefectKind)
DISC = (110, 70, 290, 250)


def texture(height=240, width=320, seed=0):
    """A weave with the noise of a camera, from border to border."""
    rows, columns = np.mgrid[0:height, 0:width]
    weave = 120 + 30 * np.sin(rows / 3) * np.cos(columns / 4)
    grain = np.random.default_rng(seed).normal(0, 4, (height, width, 3))
    return np.clip(weave[:, :, None] * [1.0, 0.8, 0.6] + grain, 0, 255).astype(np.uint8)


def disc(seed=0):
    """A patterned disc on a plain background, and where it is."""
    image = Image.new("RGB", (400, 320), (205, 205, 200))
    pen = ImageDraw.Draw(image)
    pen.ellipse(DISC, fill=(60, 90, 150))
    for inset in (20, 40, 60):
        x0, y0, x1, y1 = DISC
        pen.ellipse((x0 + inset, y0 + inset, x1 - inset, y1 - inset), outline=(200, 180, 90), width=6)
    shape = Image.new("L", image.size)
    ImageDraw.Draw(shape).ellipse(DISC, fill=255)
    grain = np.random.default_rng(seed).normal(0, 3, (320, 400, 3))
    return np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8), np.asarray(shape) > 0


@pytest.mark.parametrize("kind", KINDS)
class TestEachKind:
    def test_changes_what_the_mask_shows_and_nothing_far_from_it(self, kind):
        from scipy.ndimage import binary_dilation

        pixels = texture()
        before = pixels.copy()
        made = with_defect(pixels, 1, kind)
        assert made.kind is kind
        assert (made.pixels.shape, made.pixels.dtype) == (pixels.shape, np.uint8)
        assert (made.mask.shape, made.mask.dtype) == (pixels.shape[:2], bool)
        changed = (made.pixels != pixels).any(axis=2)
        assert changed[made.mask].mean() > 0.95
        assert not changed[~binary_dilation(made.mask, iterations=12)].any()
        assert np.array_equal(pixels, before)

    def test_is_small(self, kind):
        shares = [with_defect(texture(seed=seed), seed, kind).mask.mean() for seed in range(20)]
        assert min(shares) > LEAST_SHARE / 4  # a picture's border, or pixels that happen to be alike, take some
        assert max(shares) < 1.2 * MOST_SHARE
        assert max(shares) > 1.5 * min(shares)

    def test_is_seen(self, kind):
        for seed in range(8):
            pixels = texture(seed=seed)
            made = with_defect(pixels, seed, kind)
            away = np.linalg.norm(to_lab(made.pixels) - to_lab(pixels), axis=2)[made.mask]
            assert away.mean() > 3

    def test_lies_on_the_part(self, kind):
        from scipy.ndimage import binary_dilation

        pixels, part = disc()
        near = binary_dilation(part, iterations=14)
        for seed in range(8):
            assert not with_defect(pixels, seed, kind).mask[~near].any()

    def test_comes_again_for_the_same_seed_alone(self, kind):
        pixels, _ = disc()
        first, again, other = (with_defect(pixels, seed, kind) for seed in ([3, 1], [3, 1], [3, 2]))
        assert np.array_equal(first.pixels, again.pixels)
        assert np.array_equal(first.mask, again.mask)
        assert not np.array_equal(first.pixels, other.pixels)

    def test_of_a_grey_picture_is_grey(self, kind):
        grey = np.repeat(texture()[:, :, :1], 3, axis=2)
        made = with_defect(grey, 5, kind).pixels
        assert np.array_equal(made[:, :, 0], made[:, :, 1])
        assert np.array_equal(made[:, :, 0], made[:, :, 2])


def test_every_kind_is_drawn():
    kinds = {with_defect(texture(48, 64), seed).kind for seed in range(40)}
    assert kinds == set(KINDS)


def test_a_scar_is_long_and_thin():
    rows, columns = np.nonzero(with_defect(texture(), 2, DefectKind.SCAR).mask)
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(rows, columns)))
    assert spread[1] > 5 * spread[0]


def test_missing_material_of_a_part_may_show_what_is_behind_it():
    pixels, part = disc()
    behind = pixels[~part].mean(axis=0)
    shown = []
    for seed in range(12):
        made = with_defect(pixels, seed, DefectKind.MISSING)
        shown.append(np.abs(made.pixels[made.mask & part].mean(axis=0) - behind).max() < 12)
    assert any(shown)
    assert not all(shown)


def test_a_pasted_patch_is_made_of_the_part_s_own_colours():
    """A stripe of red cannot turn up on a part without red."""
    pixels = texture()
    made = with_defect(pixels, 4, DefectKind.PATCH)
    ratio = made.pixels[made.mask].astype(float).mean(axis=0)
    assert ratio[0] > ratio[1] > ratio[2]


def test_a_picture_without_anything_on_it_gets_a_defect_all_the_same():
    blank = np.full((64, 80, 3), 200, np.uint8)
    for seed in range(8):
        made = with_defect(blank, seed)
        assert made.mask.any()


@settings(max_examples=25, deadline=None)
@given(st.integers(16, 90), st.integers(16, 90), st.integers(0, 2**32), st.sampled_from(KINDS))
def test_any_size_of_picture(height, width, seed, kind):
    made = with_defect(texture(height, width), seed, kind)
    assert made.pixels.shape == (height, width, 3)


def test_a_picture_that_is_too_small_is_refused():
    with pytest.raises(ValueError, match="at least 16 x 16 pixels is needed. Got 40 x 15"):
        with_defect(texture(15, 40), 0)


def test_the_comparator_tells_them_from_the_drawn_parts(edge_levels_of):
    """They must be neither invisible nor a matter of course: about what real defects are to it."""
    from echo_iad.comparison.features import patch_features
    from echo_iad.comparison.normality import compare_patches, fit_normality, score_map

    files = sorted((sample_parts() / "printed_cap" / "train" / "good").iterdir())
    pictures = [load_picture(file).pixels for file in files]
    normality = fit_normality([patch_features(edge_levels_of(each)) for each in pictures[:12]], megabytes=2.0, seed=0)

    def score(pixels):
        return score_map(compare_patches(patch_features(edge_levels_of(pixels)), normality))

    good = np.array([score(pixels) for pixels in pictures[12:]])
    bad = np.array([score(with_defect(pixels, seed).pixels) for seed, pixels in enumerate(pictures[12:])])
    assert (bad[:, None] > good[None, :]).mean() > 0.85
    assert bad.min() < 2 * good.max()


@pytest.fixture(scope="module")
def edge_levels_of():
    from echo_iad.domain.parts import Picture
    from echo_iad.encoders.catalog import load_image_encoder

    encoder = load_image_encoder("edge", "")

    def levels(pixels):
        picture = Picture(pixels, pixels.shape[1], pixels.shape[0], "drawn", "0" * 64)
        return encoder.encode_images([picture])[0].levels

    return levels
