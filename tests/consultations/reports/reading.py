"""Reads the reports page: its tables, and the text of its charts."""

import re
from html import unescape
from xml.etree import ElementTree

from django.utils.html import strip_tags

FIGURES = "/admin/consultations/reports/"
SVG = "{http://www.w3.org/2000/svg}"


def tables(page: str) -> dict[str, list[list[str]]]:
    """The rows of every table by caption, headings first."""
    found = {}
    for text in re.findall(r'<table class="reports-table.*?</table>', page, re.DOTALL):
        caption = words(re.search(r"<caption>(.*?)<a ", text, re.DOTALL)[1])
        rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
        found[caption] = [
            [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows
        ]
    return found


def words(html: str) -> str:
    return " ".join(unescape(strip_tags(html)).split())


def tiles(page: str) -> dict[str, tuple[str, str]]:
    """The key numbers by label, each with the words below it."""
    every = re.findall(r'<div class="intake-panel__tile">(.*?)</div>', page, re.DOTALL)
    parts = [
        re.fullmatch(r"<span>(.*?)</span><strong>(.*?)</strong><span.*?>(.*)</span>", one, re.DOTALL) for one in every
    ]
    return {words(one[1]): (words(one[2]), words(one[3])) for one in parts}


def charts(page: str) -> dict[str, ElementTree.Element]:
    """The charts by name. Fails on XML that is not well-formed."""
    every = [
        ElementTree.fromstring(text) for text in re.findall(r'<svg class="reports-chart".*?</svg>', page, re.DOTALL)
    ]
    return {one.find(f"{SVG}title").text: one for one in every}


def texts(chart: ElementTree.Element) -> list[str]:
    return [one.text for one in chart.iter(f"{SVG}text")]
