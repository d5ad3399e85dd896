"""Takes docs/images/report.png: one card of the report that ``echo-iad demo`` writes, in a headless chromium.

Knows which sample part shows a report best; draws nothing itself. Needs chromium and chromedriver.

Run: ``python tools/take_report_picture.py [FILE.png]``.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / "report.png"
PART = "circuit_board/test/burn_mark/000.jpg"
"""All experts are called for its question, and each card's row has something to show."""
SCREEN = "1100,1800"
MOST_BYTES = 400_000


def main() -> None:
    """Run the demo in an empty folder and keep the card of `PART`."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    with tempfile.TemporaryDirectory(prefix="echo-") as folder:
        program = Path(sys.executable).with_name("echo-iad")
        subprocess.run([program, "demo"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        shot = picture_of_card(Path(folder) / "echo-demo" / "report.html", PART)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(in_few_colours(shot))
    size = target.stat().st_size
    print(f"{target}: {size // 1000} kB")
    if size > MOST_BYTES:
        sys.exit(f"That is more than {MOST_BYTES // 1000} kB: make the screen narrower.")


def picture_of_card(report: Path, part: str) -> bytes:
    """PNG of the card whose heading names ``part``."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or sys.exit(
        "No chromium: apt-get install chromium chromium-driver"
    )
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={SCREEN}"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        browser.get(report.as_uri())
        card = browser.find_element(By.XPATH, f"//article[contains(@class, 'card')][.//h3[contains(., '{part}')]]")
        return bytes(card.screenshot_as_png)
    finally:
        browser.quit()


def in_few_colours(png: bytes) -> bytes:
    """Make a PNG small with 256 colours, chosen so that smooth scales stay smooth."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    small = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.FLOYDSTEINBERG)
    packed = io.BytesIO()
    small.save(packed, "PNG", optimize=True)
    return packed.getvalue()


if __name__ == "__main__":
    main()
