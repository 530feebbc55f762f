"""The demo's attorneys and sample testimonials."""

from pathlib import Path

from attorneys.models import AttorneyIndexPage, AttorneyPage, Language, TestimonialIndexPage, TestimonialPage
from firm.demo import Demo, read

CONTENT = Path(__file__).parent / "demo_content"
LANGUAGES = {"en": "English"}


def load(demo: Demo) -> None:
    languages = {
        code: Language.objects.get_or_create(code=code, defaults={"name": name})[0] for code, name in LANGUAGES.items()
    }
    index = AttorneyIndexPage(
        title="Attorneys", slug="attorneys", introduction="The people who pick up the telephone, and stand up in court."
    )
    index = demo.child(demo.home, index)
    for entry in read(CONTENT / "attorneys.toml")["attorney"]:
        existing = AttorneyPage.objects.child_of(index).filter(slug=entry["slug"]).first()
        demo.attorneys[entry["slug"]] = existing or demo.child(index, _attorney(demo, entry, languages))
    _testimonials(demo)


def _attorney(demo: Demo, entry: dict, languages: dict) -> AttorneyPage:
    name = entry["name"]
    page = AttorneyPage(
        title=name,
        slug=entry["slug"],
        job_title=entry["title"],
        role=entry["role"],
        summary=entry["summary"],
        email=entry.get("email", ""),
        is_former=entry.get("former", False),
        portrait=demo.picture(f"Portrait: {name}", CONTENT / "portraits" / f"{entry['slug']}.jpg"),
        biography=demo.writer(entry["slug"]).body([{"type": "text", "html": entry["biography"]}]),
        admissions=[
            {"type": "admission", "value": {"jurisdiction": item["jurisdiction"], "year": item["detail"]}}
            for item in entry.get("bar_admissions", [])
        ],
        education=[
            {"type": "degree", "value": {"institution": item["institution"], "degree": item["detail"], "year": ""}}
            for item in entry.get("education", [])
        ],
        matters=[
            {
                "type": "matter",
                "value": {"title": item["headline"], "summary": item["text"], "year": item.get("year", "")},
            }
            for item in entry.get("matters", [])
        ],
    )
    page.practice_areas = [demo.practice_areas[slug] for slug in entry["practice_areas"]]
    page.languages = [languages[code] for code in entry["languages"] if code in languages]
    return page


def _testimonials(demo: Demo) -> None:
    index = TestimonialIndexPage(
        title="Testimonials",
        slug="testimonials",
        introduction="What it was like, in the words of those who sat in the chair. All entries here are samples.",
    )
    index = demo.child(demo.home, index)
    for entry in read(CONTENT / "testimonials.toml")["testimonial"]:
        demo.child(
            index,
            TestimonialPage(
                title=entry["headline"],
                slug=entry["slug"],
                rating=entry["rating"],
                body=" ".join(entry["body"].split()),
                attribution=entry["attribution"],
                attorney=demo.attorneys.get(entry.get("attorney", "")),
                practice_area=demo.practice_areas.get(entry.get("practice_area", "")),
                date=entry["date"],
                source=entry.get("source", ""),
                is_featured=entry.get("featured", False),
            ),
        )
