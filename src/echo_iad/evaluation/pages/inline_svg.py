"""Makes a plot's SVG fit to stand inside a page whose policy allows no inline style. Knows SVG; no plot.

Style attributes become SVG's own attributes, the style sheet goes, and the names inside start with the plot's own, so
that several plots on one page do not meet.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_HREF = "href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT = "'DejaVu Sans', Verdana, sans-serif"
"""The first is what the plot was laid out with; the second is about as wide."""


def inline_svg(text: str, name: str, alt: str) -> str:
    """Clean an SVG file that this program drew.

    Parameters
    ----------
    text : str
        The file; trusted, for it was drawn here.
    name : str
        Start of every name inside; letters, digits and hyphens.
    alt : str
        What the plot shows, as its accessible name.

    Returns
    -------
    str
        One ``<svg>`` element that scales with its place.

    Examples
    --------
    >>> drawn = '<svg xmlns="http://www.w3.org/2000/svg"><path id="a" style="fill: #fff; stroke: none"/></svg>'
    >>> inline_svg(drawn, "plot", "A dot.").split("><")[1].split("/>")[0]
    'path fill="#fff" stroke="none" '
    """
    root = ET.fromstring(text)  # noqa: S314  drawn here
    used = {_referred(key, value) for element in root.iter() for key, value in element.attrib.items()} - {""}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}:
                parent.remove(child)
    for element in root.iter():
        _clean(element, name, used)
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        if not (element.text or "").strip():
            element.text = None
        element.tail = "\n"
    drawn = {key: value for key, value in root.attrib.items() if key not in {"width", "height", "version"}}
    root.attrib.clear()
    root.attrib.update({"xmlns": _SVG, **drawn, "role": "img", "aria-label": alt, "font-family": _FONT})
    root.attrib.update({"stroke-linejoin": "round", "stroke-linecap": "butt"})
    return ET.tostring(root, encoding="unicode")


def _clean(element: ET.Element, name: str, used: set[str]) -> None:
    for rule in element.attrib.pop("style", "").split(";"):
        key, _, value = rule.partition(":")
        if key.strip() not in {"", "font", "font-family"}:
            element.set(key.strip(), value.strip())
    if element.get("id", "") not in used:
        element.attrib.pop("id", None)
    for key, value in list(element.attrib.items()):
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif _referred(key, value):
            element.set(key, value.replace("#", f"#{name}-", 1))
    if _XLINK in element.attrib:
        element.set(_HREF, element.attrib.pop(_XLINK))


def _referred(key: str, value: str) -> str:
    """The name that an attribute points to; empty when it points nowhere."""
    if key in {_XLINK, _HREF}:
        return value.removeprefix("#")
    found = _REFERENCE.search(value)
    return found[1] if found else ""
