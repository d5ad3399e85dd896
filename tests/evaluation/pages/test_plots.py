from __future__ import annotations

import re
import sys
from xml.etree import ElementTree as ET

import pytest

from echo_iad.errors import MissingExtraError
from echo_iad.evaluation.pages.plots import Kind, ReliabilityPoint, Series, bar_groups, lines, reliability

GROUPS = ("discrimi-\nnation", "analysis")
SERIES = (
    Series("this run", [80.0, None], [(70.0, 90.0), None]),
    Series("blind", [50.0, 62.5]),
    Series("chance", [50.0, 25.0], kind=Kind.LINE),
    Series("paper", [89.65, 93.2], kind=Kind.POINT),
)


def draw(kind):
    if kind == "bars":
        return bar_groups("plot", "Right <answers>", GROUPS, SERIES)
    if kind == "lines":
        return lines("plot", "Right <answers>", ["0-shot", "1-shot"], SERIES)
    return reliability("plot", "Right <answers>", [ReliabilityPoint(0.35, 0.3, 20), ReliabilityPoint(0.95, 0.8, 400)])


@pytest.fixture(scope="module", params=["bars", "lines", "reliability"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def drawing(kind):
    return draw(kind)


def test_the_same_values_give_the_same_bytes(kind, drawing):
    assert draw(kind) == drawing


def test_the_svg_holds_nothing_that_a_strict_page_refuses(drawing):
    root = ET.fromstring(drawing.svg)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not names & {"style", "script", "metadata", "image"}
    assert not [e for e in root.iter() if "style" in e.attrib]
    assert not re.search(r"(?:href|url\()[\"(]?(?!=?\"?#)https?:", drawing.svg)
    assert not re.search(r"20\d\d-\d\d", drawing.svg)


def test_every_reference_inside_the_svg_is_found_and_starts_with_its_name(drawing):
    named = set(re.findall(r'\bid="([^"]+)"', drawing.svg))
    used = set(re.findall(r"url\(#([^)]+)\)", drawing.svg)) | set(re.findall(r'href="#([^"]+)"', drawing.svg))
    assert used == named
    assert all(name.startswith("plot-") for name in named)


def test_the_plot_can_be_heard(drawing):
    root = ET.fromstring(drawing.svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == drawing.alt
    assert drawing.alt.startswith("Right <answers>. ")


def test_values_in_words_leave_out_what_is_not_there():
    said = draw("bars").alt
    assert "discrimination: this run 80.0, blind 50.0, chance 50.0, paper 89.7; analysis: blind 62.5" in said


@pytest.mark.parametrize("plot", [bar_groups, lines])
def test_a_mark_is_drawn_and_told_also_where_a_bar_is_left_out(plot):
    drawing = plot("plot", "Title", ["a", "b"], [Series("run", [50.0, None], marks=["⚠ 27 %", "⚠ 0 %"])])
    assert drawing.alt == "Title. a: run 50.0 ⚠ 27 %; b: run ⚠ 0 %."
    words = [element.text for element in ET.fromstring(drawing.svg).iter() if element.tag.endswith("text")]
    assert {"⚠ 27 %", "⚠ 0 %"} <= set(words)


def test_the_text_of_a_plot_is_text(drawing):
    words = {element.text for element in ET.fromstring(drawing.svg).iter() if element.tag.endswith("text")}
    assert "Right <answers>" in words


def test_the_png_is_a_png(drawing):
    assert drawing.png.startswith(b"\x89PNG")


def test_the_legend_names_each_series_in_order():
    texts = [e.text for e in ET.fromstring(draw("bars").svg).iter() if e.tag.endswith("text")]
    assert [text for text in texts if text in {each.name for each in SERIES}] == [each.name for each in SERIES]


@pytest.mark.parametrize("plot", [bar_groups, lines])
def test_a_series_of_another_length_is_named(plot):
    with pytest.raises(ValueError, match="2 groups. Others: short"):
        plot("plot", "Title", ["a", "b"], [Series("short", [1.0])])


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"echo-iad\[eval\]"):
        draw("bars")


@pytest.mark.parametrize("name", ["$a_b$ $^", "零件 ☃", "a\x01b\udc80"])
def test_a_name_may_be_anything(name):
    drawing = bar_groups("plot", name, [name], [Series("this run", [50.0])])
    assert drawing.svg.encode()
    assert drawing.alt.startswith(name[0])


def test_nothing_to_draw_is_drawn():
    assert bar_groups("plot", "Title", [], []).alt == "Title. ."
    assert reliability("plot", "Title", []).png
