"""The demo site: the firm of the brief. Every app adds its part in a module ``demo`` with ``load(demo)``."""

import tomllib
from collections.abc import Callable
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.documents import get_document_model
from wagtail.models import Collection, Page, Site

from firm.demo.home import home_section
from firm.demo.site_settings import save_settings
from firm.demo.stream_content import StoryWriter, footnote_id
from firm.models import (
    ContactPage,
    FirmImage,
    HomePage,
    PracticeAreaIndexPage,
    PracticeAreaPage,
    StandardPage,
)

CONTENT = Path(__file__).parent / "content"
PICTURES = Path(__file__).parent / "pictures"
COLLECTION = "Demo artwork"
SAMPLE_DOCUMENT = "What to write down after an arrest (sample)"
SAMPLE_LINES = (
    "What to write down after an arrest (sample)",
    "",
    "1. The agency, and the names or badge numbers of the officers.",
    "2. Every paper that was left behind; keep the originals.",
    "3. Where the person is held, and the name of anyone you spoke to.",
    "4. The date, time and place of the next appearance in court.",
    "",
    "Do not write down what happened. Tell that to the lawyer alone.",
)


def read(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


class Demo:
    """The demo site while it is being loaded: the objects that the apps' parts refer to."""

    def __init__(
        self, *, staff: dict, posts: int = 0, requests: int | None = None, tell: Callable[[str], object] = str
    ) -> None:
        self.staff = staff
        #: How many synthetic posts and requests are added on top.
        self.posts, self.requests = posts, requests
        #: Takes a line on how far the loading has come.
        self.tell = tell
        self.home: HomePage | None = None
        self.practice_areas: dict[str, PracticeAreaPage] = {}
        self.attorneys: dict = {}
        self.pages: dict[str, Page] = {}
        self._images: dict[str, FirmImage] = {}
        self._collection = None

    # --- Pages ------------------------------------------------------------------------------------

    def child(self, parent: Page, page: Page) -> Page:
        """Publish ``page`` below ``parent``, unless the parent has a page at that slug; return the existing or new
        page.
        """
        existing = parent.get_children().filter(slug=page.slug).first()
        if existing:
            return existing.specific
        with transaction.atomic():
            parent.add_child(instance=page)
            page.save_revision().publish()
        return page

    def writer(self, slug: str) -> StoryWriter:
        """Return the writer for the body of the page with ``slug``."""
        return StoryWriter(slug, lambda key: self.image(key).pk, self.document, self.link)

    def link(self, label: str, target: str) -> dict:
        """Return the stored value of a link to the form, the phone number, a page of the site or another URL."""
        value = {"label": label, "kind": target, "page": None, "url": ""}
        if target in {"consultation", "phone"}:
            return value
        if target.startswith("/"):
            page = self.page_at(target)
            return value | ({"kind": "page", "page": page} if page else {"kind": "url", "url": target})
        return value | {"kind": "url", "url": target}

    def page_at(self, path: str) -> int | None:
        """Return the id of the page at a path of the site, or None."""
        page = Page.objects.filter(url_path=self.home.url_path + path.lstrip("/")).first()
        return page.pk if page else None

    # --- Pictures and files -----------------------------------------------------------------------

    @property
    def collection(self) -> Collection:
        """The library collection of the demo's pictures."""
        if self._collection is None:
            found = Collection.objects.filter(name=COLLECTION).first()
            self._collection = found or Collection.get_first_root_node().add_child(name=COLLECTION)
        return self._collection

    def image(self, key: str) -> FirmImage:
        """Return the picture of the demo with a name such as ``columns-2`` or ``skyline-hero``."""
        if key not in self._images:
            self._images[key] = self.picture(f"Artwork: {key}", PICTURES / f"{key}.jpg")
        return self._images[key]

    def picture(self, title: str, path: Path) -> FirmImage:
        """Return the picture with ``title``, uploaded from a file when there is none yet."""
        found = FirmImage.objects.filter(title=title, collection=self.collection).first()
        if found:
            return found
        with path.open("rb") as file:
            image = FirmImage(
                title=title,
                collection=self.collection,
                credit="Drawn for the demo",
                file=ImageFile(file, name=path.name),
            )
            image.save()
        return image

    def document(self, key: str) -> int:
        """Return the id of the sample document."""
        documents = get_document_model().objects
        found = documents.filter(title=SAMPLE_DOCUMENT).first()
        if found is None:
            text = "\r\n".join(SAMPLE_LINES) + "\r\n"
            content = ContentFile(text.encode(), name=f"{key}.txt")
            found = documents.create(title=SAMPLE_DOCUMENT, file=content, file_size=content.size)
        return found.pk


def add_footnotes(page, slug: str, footnotes: list[dict]) -> None:
    """Add the footnotes to a page that is not saved yet."""
    model = page.footnotes.model
    for order, note in enumerate(footnotes):
        page.footnotes.add(model(uuid=footnote_id(slug, note["key"]), text=note["text"], sort_order=order))


def load(demo: Demo) -> None:
    """Create the home page, the practice areas and the standard pages."""
    demo.home = _home()
    _practice_areas(demo)
    for entry in read(CONTENT / "pages.toml")["page"]:
        _standing_page(demo, entry)


def _home() -> HomePage:
    home = HomePage.objects.first()
    if home:
        return home
    root = Page.get_first_root_node()
    site = Site.objects.filter(is_default_site=True).first()
    welcome = root.get_children().filter(slug="home").first()
    if welcome and welcome.specific_class is Page:
        welcome.slug = "welcome-to-wagtail"
        welcome.save(clean=False)
    home = HomePage(title="Home", slug="home", show_in_menus=True)
    root.add_child(instance=home)
    if site:
        site.root_page = home
        site.save()
    else:
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    if welcome and welcome.specific_class is Page:
        Page.objects.get(pk=welcome.pk).delete()
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
        body=writer.body(entry["body"]),
        faq=[{"type": "question", "value": value} for value in writer.questions(entry.get("faq", []))],
    )
    add_footnotes(page, slug, entry.get("footnote", []))
    return page


def plain(html: str) -> str:
    """Strip the paragraph tags."""
    return " ".join(html.replace("<p>", "").replace("</p>", "").split())


def _standing_page(demo: Demo, entry: dict) -> None:
    slug = entry["slug"]
    if slug == "contact":
        page = ContactPage(title=entry["title"], slug=slug, introduction=plain(entry["intro"]))
    elif slug in {"about", "privacy", "terms", "disclaimer", "accessibility"}:
        page = StandardPage(
            title=entry["title"],
            slug=slug,
            introduction=plain(entry["intro"]),
            body=demo.writer(slug).body(entry.get("body", [])),
            shows_contents=slug in {"privacy", "terms"},
            reviewed_on=entry.get("reviewed"),
        )
        add_footnotes(page, slug, entry.get("footnote", []))
    else:
        return
    page.search_description = entry.get("search_description", "")
    demo.pages[slug] = demo.child(demo.home, page)


def finish(demo: Demo) -> None:
    """Fill the settings and the home page, which refer to objects of all apps."""
    save_settings(demo, read(CONTENT / "settings.toml"))
    if not demo.home.sections:
        sections = read(CONTENT / "home.toml")["section"]
        demo.home.sections = [home_section(demo, entry) for entry in sections]
        demo.home.search_description = read(CONTENT / "settings.toml")["description"][:155]
        demo.home.save_revision().publish()
