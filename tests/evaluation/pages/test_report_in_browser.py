"""The report in a real browser: Debian's chromium, headless, without a network.

Where no chromium is installed the tests are skipped, except in continuous integration (``CI`` is set), where they fail.
"""

from __future__ import annotations

import json
import os
import shutil

import pytest

from echo_iad.evaluation.pages.report import write_report

PHONE = {"width": 420, "height": 844, "deviceScaleFactor": 2, "mobile": True}
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
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(driver))
    yield running
    running.quit()


@pytest.fixture(scope="module")
def path(tmp_path_factory, summary, records, pictures):
    folder = tmp_path_factory.mktemp("report")
    some = dict(list(pictures.items())[::2])
    write_report(folder, summary, records, pictures=some, made_at="2026-01-02 03:04")
    return folder / "report.html"


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


def test_no_request_leaves_and_the_console_is_silent(open_page, path):
    page = open_page(DESKTOP)
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert path.as_uri() in asked
    assert not [url for url in asked if not url.startswith(("data:", path.as_uri()))]
    assert page.get_log("browser") == []


def test_headings_are_shown_and_links_lead_to_them(open_page):
    page = open_page(DESKTOP)
    headings = page.execute_script("return [...document.querySelectorAll('h1, h2')].map(h => h.innerText)")
    assert headings[0] == "MMAD evaluation: edge"
    assert {"What this run shows", "Every cell beside its blind baseline", "The worst mistakes"} <= set(headings)
    lost = "return [...document.links].filter(a => !document.querySelector(a.getAttribute('href'))).length"
    assert page.execute_script(lost) == 0


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_overflows_sideways(open_page, screen, dark):
    page = open_page(screen, dark=dark)
    assert page.execute_script("return window.innerWidth") == screen["width"]
    assert page.execute_script("return document.documentElement.scrollWidth") <= screen["width"]


def test_no_table_needs_scrolling_on_a_desk(open_page):
    page = open_page(DESKTOP)
    wide = "return [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.execute_script(wide) == 0


def test_the_labels_of_a_wide_table_stay_in_sight_on_a_phone(open_page):
    left = open_page(PHONE).execute_script(
        """const scroll = document.querySelector('#cells .scroll');
        scroll.scrollLeft = 200;
        return scroll.querySelector('tbody th').getBoundingClientRect().left - scroll.getBoundingClientRect().left"""
    )
    assert abs(left) <= 2


def test_plots_and_pictures_are_drawn(open_page):
    page = open_page(DESKTOP)
    page.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    bars = page.execute_script(
        """return [...document.querySelectorAll('.plot svg')].map(svg => {
            const styles = [...svg.querySelectorAll('path')].map(p => getComputedStyle(p));
            const blue = styles.some(style => [style.fill, style.stroke].includes('rgb(0, 114, 178)'));
            return [svg.getBoundingClientRect().width, blue];
        })"""
    )
    assert len(bars) == 4
    assert all(width > 300 and blue for width, blue in bars)
    loaded = page.execute_script("return [...document.images].map(image => image.complete && image.naturalWidth > 0)")
    assert loaded
    assert all(loaded)
    assert page.execute_script("return document.querySelectorAll('.gone').length") == 12 - len(loaded)


@pytest.mark.parametrize("dark", [False, True])
def test_words_stand_out_from_their_ground(open_page, dark):
    """WCAG 2 asks for a contrast of 4.5."""
    contrasts = open_page(DESKTOP, dark=dark).execute_script(
        """const channels = colour => colour.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const ground = e => {
            const c = channels(getComputedStyle(e).backgroundColor);
            return c.length === 4 && c[3] === 0 ? ground(e.parentElement) : c;
        };
        const all = document.querySelectorAll('h1, h2, h3, p, td, th, li, a, b, small, caption, summary, .verdict');
        return [...all].map(e => {
            const [a, b] = [light(channels(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
            return [(a + 0.05) / (b + 0.05), e.className + ' ' + e.textContent.slice(0, 30)];
        })"""
    )
    assert len(contrasts) > 300
    assert not [words for contrast, words in contrasts if contrast < 4.5]


def test_printed_pages_hold_every_column(open_page):
    page = open_page({**DESKTOP, "width": 720}, media="print")
    assert page.execute_script("return document.documentElement.scrollWidth") <= 720
