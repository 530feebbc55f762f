"""The demo's attorneys and sample testimonials."""

from pathlib import Path

from attorneys.models import AttorneyIndexPage, AttorneyPage, Language, TestimonialIndexPage, TestimonialPage
from firm.demo import Demo, read

CONTENT = Path(__file__).parent / "demo_content"
STREAMS = {"admissions": "admission", "education": "degree", "matters": "matter"}


def load(demo: Demo) -> None:
    languages = {"en": Language.objects.get_or_create(code="en", defaults={"name": "English"})[0]}
    index = AttorneyIndexPage(
        title="Attorneys", slug="attorneys", introduction="The people who pick up the telephone, and stand up in court."
    )
    index = demo.child(demo.home, index)
    for entry in read(CONTENT / "attorneys.toml")["attorney"]:
        existing = AttorneyPage.objects.child_of(index).filter(slug=entry["slug"]).first()
        demo.attorneys[entry["slug"]] = existing or demo.child(index, _attorney(demo, entry, languages))
    _testimonials(demo)


def _attorney(demo: Demo, entry: dict, languages: dict) -> AttorneyPage:
    slug, writer = entry["slug"], demo.writer(entry["slug"])
    areas, spoken = entry.pop("practice_areas"), entry.pop("languages")
    streams = {
        name: writer.stream([{"type": kind, **value} for value in entry.pop(name, [])])
        for name, kind in STREAMS.items()
    }
    biography = writer.stream([{"type": "text", "html": entry.pop("biography")}])
    portrait = demo.picture(f"Portrait: {entry['title']}", CONTENT / "portraits" / f"{slug}.jpg")
    page = AttorneyPage(**entry, **streams, biography=biography, portrait=portrait)
    page.practice_areas = [demo.practice_areas[area] for area in areas]
    page.languages = [languages[code] for code in spoken if code in languages]
    return page


def _testimonials(demo: Demo) -> None:
    index = TestimonialIndexPage(
        title="Testimonials",
        slug="testimonials",
        introduction="What it was like, in the words of those who sat in the chair. All entries here are samples.",
    )
    index = demo.child(demo.home, index)
    for entry in read(CONTENT / "testimonials.toml")["testimonial"]:
        about = {
            "attorney": demo.attorneys.get(entry.pop("attorney", "")),
            "practice_area": demo.practice_areas.get(entry.pop("practice_area", "")),
            "body": " ".join(entry.pop("body").split()),
        }
        demo.child(index, TestimonialPage(**entry, **about))
