"""The report in a real browser: Debian's chromium, headless, without a network.

Where no chromium is installed the tests are skipped, except in continuous integration (``CI`` is set), where they fail.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import pytest

from echo_iad.reports.html import write_report

HOSTILE = '"><script>document.title = "owned"</script><img src=x onerror=\'document.title="owned"\'>'
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
DESKTOP = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        why = "no browser: install it with apt-get install chromium chromium-driver"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    profile = tmp_path_factory.mktemp("browser")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(driver))
    yield running
    running.quit()


@pytest.fixture
def path(tmp_path, make_item, inspection, good, failed, unsure):
    hostile = replace(inspection, image=HOSTILE, object=HOSTILE, question=HOSTILE, options={"A": HOSTILE, "B": HOSTILE})
    long_name = replace(good, image="parts/" + "a_very_long_name_without_any_place_to_break" * 6 + ".png")
    items = [make_item(record) for record in (inspection, long_name, failed, unsure, hostile)]
    write_report(tmp_path / "report.html", items, memory="parts", title="Report")
    return tmp_path / "report.html"


@pytest.fixture
def open_page(browser, path):
    """Open the report on a screen; only what happens from then on is in the logs."""

    def open_on(screen, *, dark=False, media=""):
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [feature]})
        browser.get("about:blank")
        for log in ("browser", "performance"):
            browser.get_log(log)
        browser.get(path.as_uri())
        return browser

    return open_on


def requests_of(browser):
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


def test_no_request_leaves_and_the_console_is_silent(open_page, path):
    page = open_page(DESKTOP)
    asked = requests_of(page)
    assert path.as_uri() in asked
    assert not [url for url in asked if not url.startswith(("data:", path.as_uri()))]
    assert page.get_log("browser") == []


def test_all_pictures_have_loaded(open_page):
    page = open_page(DESKTOP)
    page.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    loaded = page.execute_script("return [...document.images].map(image => image.complete && image.naturalWidth)")
    assert loaded == [300] * 16


def test_there_is_a_card_for_each_inspection_and_links_lead_to_them(open_page):
    page = open_page(DESKTOP)
    assert page.execute_script("return document.querySelectorAll('article.card').length") == 5
    lost = "return [...document.links].filter(a => !document.querySelector(a.getAttribute('href'))).length"
    assert page.execute_script(lost) == 0


def test_the_legend_shows_its_colours_with_the_threshold_marked_inside(open_page):
    page = open_page(DESKTOP)
    legends = page.execute_script(
        """return [...document.querySelectorAll('svg.legend')].map(legend => {
            const box = selector => legend.querySelector(selector).getBoundingClientRect();
            const bar = box('image'), mark = box('.threshold-mark');
            return {width: bar.width, at: (mark.left + mark.right) / 2 - bar.left, words: legend.textContent};
        })"""
    )
    assert len(legends) == 4
    for legend in legends:
        assert legend["width"] > 100
        assert abs(legend["at"] / legend["width"] - 1 / 3) < 0.02
        assert "threshold" in legend["words"]
        assert "2.00" in legend["words"]


def test_the_box_of_a_region_lies_where_the_region_is(open_page):
    place = open_page(DESKTOP).execute_script(
        """const picture = document.querySelector('.picture'), image = picture.querySelector('img');
        const a = image.getBoundingClientRect(), b = picture.querySelector('.box').getBoundingClientRect();
        return [(b.left - a.left) / a.width, (b.top - a.top) / a.height, b.width / a.width, b.height / a.height]"""
    )
    assert place == pytest.approx([150 / 300, 40 / 200, 60 / 300, 50 / 200], abs=0.02)


def test_hostile_words_are_shown_and_never_run(open_page):
    page = open_page(DESKTOP)
    assert page.title == "Report"
    assert page.execute_script("return document.scripts.length") == 0
    assert HOSTILE in page.execute_script("return document.querySelector('#inspection-5 h3').textContent")
    assert page.execute_script("return document.querySelector('#inspection-5 .question').textContent") == HOSTILE


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_overflows_sideways(open_page, screen, dark):
    page = open_page(screen, dark=dark)
    assert page.execute_script("return window.innerWidth") == screen["width"]
    assert page.execute_script("return document.documentElement.scrollWidth") <= screen["width"]


@pytest.mark.parametrize("dark", [False, True])
def test_words_stand_out_from_their_ground(open_page, dark):
    """WCAG 2 asks for a contrast of 4.5."""
    page = open_page(DESKTOP, dark=dark)
    contrasts = page.execute_script(
        """const channels = colour => colour.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const ground = e => {
            const c = channels(getComputedStyle(e).backgroundColor);
            return c.length === 4 && c[3] === 0 ? ground(e.parentElement) : c;
        };
        const all = document.querySelectorAll('h1, h2, h3, h4, p, td, th, dt, dd, li, a, b, cite, .verdict, .tag');
        return [...all].map(e => {
            const [a, b] = [light(channels(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
            return [(a + 0.05) / (b + 0.05), e.className + ' ' + e.textContent.slice(0, 30)];
        })"""
    )
    assert len(contrasts) > 100
    assert not [words for contrast, words in contrasts if contrast < 4.5]


def test_printed_pages_hold_every_column(open_page):
    page = open_page({**DESKTOP, "width": 720}, media="print")
    assert page.execute_script("return document.documentElement.scrollWidth") <= 720
    assert page.execute_script("return getComputedStyle(document.querySelector('.card')).breakInside") == "avoid"
