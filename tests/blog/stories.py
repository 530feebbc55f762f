"""Stored StreamField values with every block type, as often as there are objects to refer to."""

import uuid

from django.core.files.base import ContentFile
from wagtail.documents import get_document_model

from firm.registry import home_blocks
from tests import factories


def documents(count: int) -> list:
    model = get_document_model()
    return [
        model.objects.create(title=f"Document {number}", file=ContentFile(b"Words", name=f"words-{number}.txt"))
        for number in range(count)
    ]


def images(count: int) -> list:
    return [factories.ImageFactory(size=(40, 30)) for _ in range(count)]


def footnotes(pages) -> dict[str, str]:
    """Texts of footnotes by id; each links to one of the pages."""
    return {str(uuid.uuid4()): f'<p>See <a linktype="page" id="{page.pk}">the rule</a>.</p>' for page in pages}


def link(page=None) -> dict:
    kind = "page" if page else "consultation"
    return {"label": "Go on", "kind": kind, "page": page.pk if page else None, "url": ""}


def prose(page, note: str = "", document=None) -> str:
    """Rich text that leads to a page, and to a footnote and a document if given."""
    paper = f' <a linktype="document" id="{document.pk}">Form</a>' if document else ""
    mark = f'<footnote id="{note}">[{note[:6]}]</footnote>' if note else ""
    return f'<p>Read <a linktype="page" id="{page.pk}">this page</a> first.{mark}{paper}</p>'


def table() -> dict:
    columns = [{"type": "text", "heading": "Count"}, {"type": "numeric", "heading": "Months"}]
    return {"columns": columns, "rows": [{"values": ["One", "12"]}, {"values": ["Two", "24"]}], "caption": ""}


def passage(page, image, document, note: str = "") -> list[dict]:
    """One block of every type of a story, all of them with references where they can have any."""
    values = {
        "text": prose(page, note, document),
        "heading": {"text": f"About {page.title}", "level": "h2"},
        "list": {"heading": "Bring with you", "style": "steps", "items": [prose(page, note)]},
        "quotation": {"quote": "No person shall be compelled.", "attribution": "U.S. Const. amend. V"},
        "callout": {"kind": "key_point", "heading": "Say nothing", "text": prose(page, note)},
        "table": {"caption": "Terms", "table": table()},
        "citation": {"statement": prose(page), "source": f"18 U.S.C. § {page.pk}", "url": "https://example.org/"},
        "faq": {"heading": "Asked", "items": [{"question": "What now?", "answer": prose(page, note)}]},
        "image": {"image": {"image": image.pk, "alt_text": "A court", "decorative": False}, "caption": "A court"},
        "video": {"title": "At the court", "poster": image.pk, "url": "https://example.org/video", "duration": "4 min"},
        "document": {"document": document.pk, "title": "", "description": "To fill in"},
        "call_to_action": {"heading": "Talk to us", "text": "Today.", "link": link(page)},
    }
    return [{"type": name, "value": value} for name, value in values.items()]


def story(pages, pictures, papers, notes=()) -> list[dict]:
    """A story with one passage for each page, picture and paper."""
    notes = list(notes) or [""] * len(pages)
    return [block for parts in zip(pages, pictures, papers, notes, strict=True) for block in passage(*parts)]


def home_sections(areas, attorneys, testimonials, pictures, papers, category=None) -> list[dict]:
    """Every section that the home page offers, each with all the things given."""
    pages = [*areas, *attorneys]
    questions = [
        {"question": "Q?", "answer": prose(*both)} for both in zip(areas, [""] * len(areas), papers, strict=True)
    ]
    logos = [{"name": f"Daily {picture.pk}", "image": picture.pk, "url": ""} for picture in pictures]
    badges = [
        {
            "label": "Top rated",
            "claim": "By whom and when",
            "image": picture.pk,
            "source_name": "Source",
            "source_url": "https://example.org/",
            "valid_until": "2099-12-31",
        }
        for picture in pictures
    ]
    results = [
        {
            "headline": "Dismissed",
            "charge": "Fraud",
            "outcome": "Dismissed",
            "jurisdiction": "S.D.N.Y.",
            "year": 2020,
            "practice_area": area.pk,
        }
        for area in areas
    ]
    values = {
        "hero": {"heading": "A plan", "text": "Call.", "image": pictures[0].pk, "link": link(pages[0])},
        "logo_strip": {"heading": "As seen on", "logos": logos},
        "badges": {"heading": "Recognition", "badges": badges},
        "on_screen": {
            "person": "A",
            "production": "B",
            "image": {"image": pictures[-1].pk, "alt_text": "", "decorative": True},
            "profile": attorneys[0].pk,
        },
        "case_results": {"heading": "Results", "results": results},
        "statistics": {"items": [{"figure": "94", "label": "districts", "source_name": "Courts"}]},
        "value_statement": {"heading": "Why", "text": "".join(map(prose, pages)), "link": link(pages[-1])},
        "faq": {"heading": "Asked", "items": questions},
        "practice_areas": {"heading": "Areas", "mode": "chosen", "chosen": [area.pk for area in areas]},
        "call_to_action": {"heading": "Call", "link": link(pages[0])},
        "attorneys": {"heading": "People", "mode": "chosen", "chosen": [one.pk for one in attorneys]},
        "testimonials": {"mode": "selected", "selected": [one.pk for one in testimonials], "count": 2},
        "latest_posts": {"heading": "Blog", "count": 8, "category": category.pk if category else None},
    }
    missing = {name for name, _ in home_blocks()} - set(values)
    assert not missing, f"Give the new sections {missing} a value here."
    return [{"type": name, "value": value} for name, value in values.items()]
