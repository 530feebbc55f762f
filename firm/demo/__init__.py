"""The demo site: the firm of the brief. Every app adds its part in a module ``demo`` with ``load(demo)``."""

import tomllib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.documents import get_document_model
from wagtail.models import Collection, Page, Site

from firm.demo.stream_content import StoryWriter, footnote_id
from firm.models import (
    ContactPage,
    FirmImage,
    FirmSettings,
    HomePage,
    Office,
    PracticeAreaIndexPage,
    PracticeAreaPage,
    StandardPage,
)

CONTENT = Path(__file__).parent / "content"
PICTURES = Path(__file__).parent / "pictures"
COLLECTION = "Demo artwork"
SAMPLE_DOCUMENT = "What to write down after an arrest (sample)"
LEGAL_PAGES = {"privacy", "terms"}
STANDARD_PAGES = {"about", "disclaimer", "accessibility", *LEGAL_PAGES}


def read(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


class Demo:
    """The demo site while it is being loaded: the objects that the apps' parts refer to.

    ``posts`` and ``requests`` are numbers of synthetic ones to add; ``tell`` takes a line of progress.
    """

    def __init__(
        self, *, staff: dict, posts: int = 0, requests: int | None = None, tell: Callable[[str], object] = str
    ) -> None:
        self.staff, self.posts, self.requests, self.tell = staff, posts, requests, tell
        self.home: HomePage | None = None
        self.practice_areas: dict[str, PracticeAreaPage] = {}
        self.attorneys: dict = {}
        self.pages: dict[str, Page] = {}
        self._images: dict[str, FirmImage] = {}

    def child(self, parent: Page, page: Page) -> Page:
        """Publish a page, unless the parent has a page with that slug; return the existing or new page."""
        existing = parent.get_children().filter(slug=page.slug).first()
        if existing:
            return existing.specific
        with transaction.atomic():
            parent.add_child(instance=page)
            page.save_revision().publish()
        return page

    def writer(self, slug: str) -> StoryWriter:
        """Return the writer for the streams of the page with ``slug``."""
        references = {
            "image": lambda key: self.image(key).pk,
            "poster": lambda key: self.image(key).pk,
            "document": self.document,
            "practice_area": lambda key: self.practice_areas[key].pk,
            "profile": lambda key: self.attorneys[key].pk,
        }
        return StoryWriter(slug, references, self.link)

    def link(self, label: str, target: str) -> dict:
        """Return the stored value of a link to the form, the phone number, a page of the site or another URL."""
        value = {"label": label, "kind": target, "page": None, "url": ""}
        if target in {"consultation", "phone"}:
            return value
        page = None
        if target.startswith("/"):
            page = Page.objects.filter(url_path=self.home.url_path + target.lstrip("/")).first()
        return value | ({"kind": "page", "page": page.pk} if page else {"kind": "url", "url": target})

    @cached_property
    def collection(self) -> Collection:
        found = Collection.objects.filter(name=COLLECTION).first()
        return found or Collection.get_first_root_node().add_child(name=COLLECTION)

    def image(self, key: str) -> FirmImage:
        """Return the demo's picture with a name such as ``columns-2`` or ``skyline-hero``."""
        if key not in self._images:
            [path] = PICTURES.glob(f"{key}.*")
            self._images[key] = self.picture(f"Artwork: {key}", path)
        return self._images[key]

    def picture(self, title: str, path: Path) -> FirmImage:
        """Return the picture with ``title``, created from the file if there is none yet."""
        image = FirmImage.objects.filter(title=title, collection=self.collection).first()
        if image is None:
            with path.open("rb") as file:
                image = FirmImage(title=title, collection=self.collection, credit="Drawn for the demo")
                image.file = ImageFile(file, name=path.name)
                image.save()
        return image

    def document(self, key: str) -> int:
        """Return the id of the sample document."""
        documents = get_document_model().objects
        found = documents.filter(title=SAMPLE_DOCUMENT).first()
        if found is None:
            content = ContentFile((CONTENT / "sample_document.txt").read_bytes(), name=f"{key}.txt")
            found = documents.create(title=SAMPLE_DOCUMENT, file=content, file_size=content.size)
        return found.pk


def add_footnotes(page, slug: str, footnotes: list[dict]) -> None:
    model = page.footnotes.model
    for order, note in enumerate(footnotes):
        page.footnotes.add(model(uuid=footnote_id(slug, note["key"]), text=note["text"], sort_order=order))


def load(demo: Demo) -> None:
    """Create the home page, the practice areas and the standard pages."""
    demo.home = _home()
    _practice_areas(demo)
    for entry in read(CONTENT / "pages.toml")["page"]:
        _standard_page(demo, entry)


def _home() -> HomePage:
    home = HomePage.objects.first()
    if home:
        return home
    for welcome in Page.objects.filter(depth=2, slug="home"):
        if welcome.specific_class is Page:
            welcome.delete()  # Wagtail's own, and its site with it
    home = Page.get_first_root_node().add_child(instance=HomePage(title="Home", slug="home", show_in_menus=True))
    site = {"root_page": home}
    Site.objects.update_or_create(is_default_site=True, defaults=site, create_defaults=site | {"hostname": "localhost"})
    return HomePage.objects.get(pk=home.pk)


def _practice_areas(demo: Demo) -> None:
    index = PracticeAreaIndexPage(
        title="Practice areas",
        slug="practice-areas",
        introduction="What the firm defends, and what to do first in each kind of case.",
    )
    index = demo.child(demo.home, index)
    for entry in read(CONTENT / "practice_areas.toml")["practice_area"]:
        slug = entry["slug"]
        existing = PracticeAreaPage.objects.child_of(index).filter(slug=slug).first()
        demo.practice_areas[slug] = existing or demo.child(index, _practice_area(demo, entry))


def _practice_area(demo: Demo, entry: dict) -> PracticeAreaPage:
    slug, writer = entry["slug"], demo.writer(entry["slug"])
    page = PracticeAreaPage(
        title=entry["title"],
        slug=slug,
        summary=entry["summary"][:160],
        introduction=plain(entry["intro"]),
        search_description=entry["search_description"],
        image=demo.image(entry["image"]) if entry.get("image") else None,
        body=writer.stream(entry["body"]),
        faq=writer.stream([{"type": "question", **question} for question in entry.get("faq", [])]),
    )
    add_footnotes(page, slug, entry.get("footnote", []))
    return page


def plain(html: str) -> str:
    """Strip the paragraph tags."""
    return " ".join(html.replace("<p>", "").replace("</p>", "").split())


def _standard_page(demo: Demo, entry: dict) -> None:
    slug = entry["slug"]
    shared = {
        "title": entry["title"],
        "slug": slug,
        "introduction": plain(entry["intro"]),
        "search_description": entry.get("search_description", ""),
    }
    if slug == "contact":
        demo.pages[slug] = demo.child(demo.home, ContactPage(**shared))
    elif slug in STANDARD_PAGES:
        body = demo.writer(slug).stream(entry.get("body", []))
        is_legal, reviewed_on = slug in LEGAL_PAGES, entry.get("reviewed")
        page = StandardPage(**shared, body=body, shows_contents=is_legal, reviewed_on=reviewed_on)
        add_footnotes(page, slug, entry.get("footnote", []))
        demo.pages[slug] = demo.child(demo.home, page)


def finish(demo: Demo) -> None:
    """Fill the settings and the home page, which refer to objects of all apps."""
    texts = read(CONTENT / "settings.toml")
    _save_settings(demo, texts)
    if not demo.home.sections:
        demo.home.sections = demo.writer("home").stream(read(CONTENT / "home.toml")["section"])
        demo.home.search_description = texts["description"][:155]
        demo.home.save_revision().publish()


def _save_settings(demo: Demo, texts: dict) -> None:
    """Create the settings of the default site with its offices, unless there are some."""
    site = Site.objects.get(is_default_site=True)
    if FirmSettings.objects.filter(site=site).exists():
        return
    offices = texts.pop("offices")
    streams = {"header_nav": "link", "footer_nav": "group", "legal_nav": "link"}
    settings = FirmSettings(
        site=site,
        consultation_page=Page.objects.child_of(demo.home).filter(slug="free-consultation").first(),
        default_social_image=demo.image("sharing"),
        **{name: _stream(demo, kind, texts.pop(name)) for name, kind in streams.items()},
        **texts,
    )
    for order, office in enumerate(offices):
        hours = _stream(demo, "hours", office.pop("hours"))
        settings.offices.add(Office(sort_order=order, hours=hours, map_image=demo.image("map"), **office))
    settings.save()


def _stream(demo: Demo, kind: str, values: list) -> list[dict]:
    writer = demo.writer("settings")
    return [{"type": kind, "value": writer.stored(value)} for value in values]
