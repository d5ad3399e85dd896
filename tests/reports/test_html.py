from __future__ import annotations

import re
import tracemalloc
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from echo_iad.errors import UserError
from echo_iad.reports.html import ReportItem, write_report

VOID = {"meta", "link", "img", "br", "rect", "line", "path", "image"}
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


class Page(HTMLParser):
    """Elements of a page; complains about tags that do not close in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag in VOID or self.open.pop() == tag

    def all(self, tag, class_=None):
        return [a for name, a in self.elements if name == tag and class_ in {None, *(a.get("class") or "").split()}]


@pytest.fixture
def page(tmp_path, make_item, inspection, good, failed, unsure):
    items = [make_item(record) for record in (inspection, good, failed, unsure)]
    write_report(tmp_path / "report.html", iter(items), memory="parts", made_at="2026-01-02 03:04")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_there_is_one_card_for_each_inspection_in_order(page):
    cards = Page(page).all("article")
    assert [card["id"] for card in cards] == [f"inspection-{number}" for number in (1, 2, 3, 4)]
    assert [card["class"] for card in cards] == ["card anomalous", "card good", "card failed", "card not_sure"]


def test_the_overview_counts_and_lists_those_that_need_a_look_first(page):
    assert re.findall(r'<li class="count \w+"><b>(\d)</b> ([\w ]+)</li>', page) == [
        ("1", "failed"),
        ("1", "anomalous"),
        ("1", "not sure"),
        ("1", "good"),
    ]
    links = re.findall(r'<td role="cell" class="figure"><a href="#inspection-(\d)">', page)
    assert links == ["3", "1", "4", "2"]
    for said in ("2026-01-02 03:04", "<b>parts</b>", "<b>edge</b>", "<b>5 %</b>", "<b>0.1.0</b>"):
        assert said in page


def test_a_caption_stands_above_its_card_and_is_counted_instead_of_verdicts(
    tmp_path, make_item, inspection, good, page
):
    assert 'class="caption"' not in page
    items = [replace(make_item(good), caption="Missed: dent"), replace(make_item(inspection), caption=HOSTILE)]
    write_report(tmp_path / "captioned.html", [*items, replace(items[0])])
    text = (tmp_path / "captioned.html").read_text(encoding="utf-8")
    first = text.split("<article")[1]
    assert first.index('<p class="caption">Missed: dent</p>') < first.index('<span class="verdict')
    assert '<li class="count"><b>2</b> Missed: dent</li>' in text
    assert "</b> good</li>" not in text
    assert text.count("<br><b>Missed: dent</b></td>") == 2
    assert "<script" not in text
    Page(text)


def test_nothing_that_is_said_steers_who_reads_the_page(tmp_path, make_item, inspection):
    steering = "\x1b[31m{}\x07\u202e\x9b"
    said = replace(
        inspection,
        image=steering.format("017.png"),
        question=steering.format("Which <defect>?"),
        options={letter: steering.format(text) for letter, text in inspection.options.items()},
        decision=replace(inspection.decision, raw_text=steering.format("I see\n\ta stain.")),
    )
    write_report(tmp_path / "report.html", [replace(make_item(said), caption=steering.format("Missed"))])
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not set(text) & set("\x1b\x07\u202e\x9b")
    for kept in ("[31m017.png", "Which &lt;defect&gt;?", "[31mStain", "I see\n\ta stain.", "[31mMissed"):
        assert kept in text
    Page(text)


def test_pictures_are_named_below_the_folder_that_they_share(page):
    assert "Pictures in parts/valve/" in page
    assert '<a href="#inspection-1">017.png</a>' in page


def test_everything_that_was_found_is_on_the_page(page):
    for said in (
        "Which defect is it?",
        "B: Stain",
        "The region is dark brown.",
        "upper right, near the rim",
        "darker, rougher (dark brown instead of blue)",
        "150, 40, 210, 90",
        "A stain is a brown spot.",
        "valve.md, line 3",
        "One region is darker.",
        "24 normals support a false-alarm rate of 0.05.",
        "most like the labelled",
        "not called for classification questions",
        "similarity 0.970",
        "good/003.png",
        "encode 8.5 ms",
        "The picture parts/valve/019.png is empty.",
    ):
        assert said in page, said


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(page):
    parsed = Page(page)
    assert not parsed.all("script")
    assert not [name for _, attributes in parsed.elements for name in attributes if name.startswith("on")]
    addresses = [a[k] for _, a in parsed.elements for k in ("src", "href", "xlink:href", "srcset", "action") if k in a]
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [a["content"] for a in parsed.all("meta") if a.get("http-equiv")]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert not [attributes for _, attributes in parsed.elements if "style" in attributes]


def test_every_picture_has_words_and_every_table_headers(page):
    parsed = Page(page)
    assert len(parsed.all("img")) == 3 * 4  # query, map and two references of all but the failed one
    assert all(image["alt"] for image in parsed.all("img"))
    assert all(table.get("scope") for table in parsed.all("th"))
    assert len(parsed.all("table")) == page.count("<thead")


def test_hostile_words_stay_words(tmp_path, make_item, inspection):
    knowledge = (replace(inspection.knowledge[0], text=HOSTILE, source=HOSTILE, topic=HOSTILE),)
    changes = {"image": HOSTILE, "object": HOSTILE, "question": HOSTILE, "options": {"A": HOSTILE, "B": HOSTILE}}
    changes["decision"] = replace(inspection.decision, raw_text=HOSTILE, model=HOSTILE)
    changes["knowledge_by"] = f"model {HOSTILE}"
    item = make_item(inspection, knowledge=knowledge, profile=HOSTILE, missing={HOSTILE: HOSTILE}, **changes)
    write_report(tmp_path / "report.html", [item], title=HOSTILE, memory=HOSTILE, made_at=HOSTILE)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img src=x" not in text
    Page(text)


def test_what_a_model_wrote_and_gave_alone_is_shown(tmp_path, make_item, inspection):
    decision = replace(inspection.decision, raw_text="It is brown.\nB", p_anomalous=0.9, p_model=0.25)
    write_report(tmp_path / "report.html", [make_item(inspection, decision=decision)])
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "It is brown.\nB" in text
    assert "with probability 90 %; 25 % by the model alone" in text


def test_the_same_inspections_give_the_same_bytes(tmp_path, make_item, inspection):
    for name in ("a", "b"):
        write_report(tmp_path / name, [make_item(inspection)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_report_without_inspections_is_a_page_too(tmp_path):
    write_report(tmp_path / "report.html", [])
    assert "0 inspections" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_file_name_that_is_no_text_does_not_stop_the_report(tmp_path, make_item, inspection):
    write_report(tmp_path / "report.html", [make_item(inspection, image="na\udc80me.png")])
    assert "na\\udc80me.png" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    def never():
        raise AssertionError
        yield

    with pytest.raises(UserError, match=r"nowhere.*cannot be written: No such file"):
        write_report(tmp_path / "nowhere" / "report.html", never())
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write_report(tmp_path / "folder", [])
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_fault_on_the_way_leaves_the_old_report_and_no_scraps(tmp_path, make_item, inspection):
    path = tmp_path / "report.html"
    path.write_text("old")

    def broken():
        yield make_item(inspection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_report(path, broken())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_hundred_inspections_stay_below_twenty_megabytes_and_are_not_held_in_memory(tmp_path, inspection, jpeg):
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[0:900, 0:900]
    textured = (120 + 60 * np.sin(rows / 7) * np.cos(columns / 11))[..., None] + rng.normal(0, 6, (900, 900, 3))
    pixels = textured.clip(0, 255).astype(np.uint8)
    items = (ReportItem(inspection, pixels, (jpeg, jpeg)) for _ in range(10))
    tracemalloc.start()
    write_report(tmp_path / "report.html", items)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "report.html").stat().st_size < 2e6
    assert peak < 30e6
