"""Parts that lie at any angle on a plain background, from their enrolment to the answer; all drawn."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from echo_iad import Echo
from echo_iad.cli.app import app
from echo_iad.reports.json_lines import from_json, to_json
from echo_iad.samples import sample_parts

SIZE = (400, 320)
BACKGROUND, HEAD, SHAFT = (188, 190, 186), (120, 60, 40), (60, 80, 120)
NORMALS = 20
SPOT = (0.45, 0.0)
"""Where the defect is painted: share of the part's half length along its axis, from the middle."""


def draw_bolt(number, *, defective=False):
    """Picture of a bolt at its own angle and place, and where the middle of its defect would be."""
    chance = np.random.default_rng(number)
    angle, middle = np.deg2rad(chance.uniform(0, 360)), np.array([200, 160]) + chance.uniform(-20, 20, 2)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])

    def at(x, y):
        return tuple(float(one) for one in 4 * (middle + 110 * x * along + 110 * y * across))

    def box(x0, x1, half):
        return [at(x0, -half), at(x1, -half), at(x1, half), at(x0, half)]

    drawing = Image.new("RGB", (4 * SIZE[0], 4 * SIZE[1]), BACKGROUND)
    pen = ImageDraw.Draw(drawing)
    pen.polygon(box(-0.5, 1.0, 0.11), fill=SHAFT)
    for turn in np.linspace(-0.4, 0.9, 14):
        pen.line([at(turn, -0.11), at(turn + 0.03, 0.11)], fill=(95, 115, 150), width=12)
    pen.polygon(box(-1.0, -0.5, 0.3), fill=HEAD)
    spot = at(*SPOT)
    if defective:
        pen.ellipse((spot[0] - 48, spot[1] - 48, spot[0] + 48, spot[1] + 48), fill=(225, 205, 60))
    pixels = np.asarray(drawing.resize(SIZE, Image.Resampling.LANCZOS)).astype(float)
    noisy = pixels + chance.normal(0, 2, pixels.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), (spot[0] / 4, spot[1] / 4)


def save_bolts(folder, numbers):
    folder.mkdir(parents=True)
    for number in numbers:
        Image.fromarray(draw_bolt(number)[0]).save(folder / f"{number:03}.png")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("framed")


@pytest.fixture(scope="module")
def echo(place):
    """Echo that knows bolts, which are cut out and turned, and caps."""
    with Echo.from_profile("edge", memory=place / "memory", create=True) as echo:
        echo.enrol(save_bolts(place / "bolts", range(NORMALS)), object="bolt")
        echo.enrol(sample_parts() / "printed_cap" / "train" / "good", object="printed_cap")
        yield echo


def test_a_long_part_is_cut_out_and_turned(echo):
    framing = echo.memory.framing("bolt")
    assert framing.turned
    assert framing.columns > 1.5 * framing.rows
    assert echo.memory.verify() == []
    framed, whole = echo.memory.compared_vectors("bolt"), echo.memory.vectors("bolt")
    assert framed.ids.tolist() == whole.ids.tolist()
    assert not np.allclose(framed.vectors, whole.vectors)


@pytest.mark.parametrize("number", range(100, 106))
def test_a_defect_is_found_where_it_is_in_the_picture(echo, number):
    pixels, (x, y) = draw_bolt(number, defective=True)
    record = echo.inspect(pixels, object="bolt")
    assert record.comparison.is_anomalous
    assert record.comparison.outline_found is True
    x0, y0, x1, y1 = record.comparison.regions[0].box
    assert x0 <= x <= x1
    assert y0 <= y <= y1
    assert (x1 - x0) * (y1 - y0) < 0.15 * SIZE[0] * SIZE[1]


def test_good_parts_at_new_angles_are_good(echo):
    records = [echo.inspect(draw_bolt(number)[0], object="bolt") for number in range(200, 210)]
    assert sum(record.comparison.is_anomalous for record in records) <= 1


def test_an_unnamed_part_is_recognised_and_compared_as_its_normals(echo):
    pixels = draw_bolt(300, defective=True)[0]
    named, unnamed = echo.inspect(pixels, object="bolt"), echo.inspect(pixels)
    assert unnamed.object == "bolt"
    assert not unnamed.object_match.named_by_user
    assert replace(unnamed.comparison, anomaly_map=None) == replace(named.comparison, anomaly_map=None)


def test_references_are_those_whose_cut_parts_are_alike(echo):
    picture = echo.load(draw_bolt(301)[0])
    (reference, *_) = echo.inspect(picture, object="bolt").references
    own = echo.encode(picture, "bolt")
    table = echo.memory.compared_vectors("bolt")
    nearest = table.ids[np.argmax(table.vectors @ own.vector)]
    assert reference.id == nearest
    assert reference.similarity == pytest.approx(float((table.vectors @ own.vector).max()), abs=1e-4)


def test_without_an_outline_the_whole_picture_is_compared_and_the_record_says_so(echo):
    pixels = np.random.default_rng(0).integers(0, 255, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    record = echo.inspect(pixels, object="bolt")
    assert record.comparison.outline_found is False
    assert from_json(to_json(record)).comparison.outline_found is False
    assert echo.inspect(pixels, object="printed_cap").comparison.outline_found in {None, False}


def test_the_command_line_finds_what_python_finds(echo, place):
    path = place / "query.png"
    Image.fromarray(draw_bolt(302, defective=True)[0]).save(path)
    found = CliRunner().invoke(
        app, ["inspect", str(path), "--object", "bolt", "--memory", str(place / "memory"), "--json"]
    )
    assert found.exit_code in {0, 1}
    shown, record = json.loads(found.stdout), json.loads(to_json(echo.inspect(path, object="bolt")))
    assert shown | {"timings_ms": {}} == record | {"timings_ms": {}}


def test_normals_that_are_enrolled_later_are_cut_alike(place):
    with Echo.from_profile("edge", memory=place / "grown", create=True) as grown:
        grown.enrol(place / "bolts", object="bolt")
        framing = grown.memory.framing("bolt")
        added = grown.enrol(save_bolts(place / "more", range(400, 404)), object="bolt")
        assert added.objects == {"bolt": NORMALS + 4}
        assert grown.memory.framing("bolt") == framing
        shapes = {tuple(level.shape for level in grown.memory.levels(number)) for number in grown.memory.ids("bolt")}
        assert len(shapes) == 1
        assert len(grown.memory.compared_vectors("bolt")) == NORMALS + 4
        assert grown.inspect(draw_bolt(303, defective=True)[0], object="bolt").comparison.is_anomalous
