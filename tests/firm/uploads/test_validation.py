"""Uploads with false names, personal metadata or programs; and who may read a document."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.documents.forms import get_document_form
from wagtail.images import get_image_model
from wagtail.images.forms import get_image_form
from wagtail.models import Collection, PageViewRestriction

from firm.uploads.validation import check_document, cleaned_image
from tests import factories

PLACE = b"GPSLatitude"
HTML = b"<html><script>alert(1)</script></html>"


def picture(format_="JPEG", size=(40, 20), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, format_, **options)
    return out.getvalue()


def exif() -> Image.Exif:
    data = Image.Exif()
    data[0x010F], data[0x0112] = "A camera", 6
    data.get_ifd(0x8825)[1] = "N"
    return data


def archive(*names: str, **contents: bytes) -> bytes:
    """Return a ZIP file that is the same at any time: its bytes become the address of a test."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in (dict.fromkeys(names, b"x") | contents).items():
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


# --- Pictures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "format_"), [("a.jpg", "JPEG"), ("a.webp", "WEBP"), ("a.png", "PNG"), ("a.avif", "AVIF")]
)
def test_nothing_is_left_of_where_a_picture_was_taken(name, format_):
    given = picture(format_, exif=exif())
    assert b"A camera" in given
    cleaned = cleaned_image(upload(name, given)).read()
    assert b"A camera" not in cleaned
    with Image.open(io.BytesIO(cleaned)) as drawn:
        assert not drawn.getexif()
        assert drawn.size == (20, 40)  # turned as the camera was held


def test_the_colours_stay():
    profile = b"\x00" * 128
    cleaned = cleaned_image(upload("a.png", picture("PNG", icc_profile=profile)))
    assert Image.open(cleaned).info["icc_profile"] == profile


def test_words_and_what_follows_the_picture_go():
    given = picture("JPEG", comment=b"the client's house") + HTML
    cleaned = cleaned_image(upload("a.jpg", given)).read()
    assert b"client" not in cleaned
    assert b"<script" not in cleaned


def test_a_moving_picture_still_moves():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=70)
    assert Image.open(cleaned_image(upload("a.gif", out.getvalue()))).n_frames == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", HTML),
        ("a.jpg", picture("PNG")),
        ("a.png", b"\x89PNG\r\n\x1a\n" + HTML),
        ("a.gif", b"GIF89a" + HTML),
        ("a.jpg", picture()[:200]),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.html", HTML),
        ("a", picture()),
    ],
)
def test_what_is_no_such_picture_is_refused(name, content):
    with pytest.raises(ValidationError):
        cleaned_image(upload(name, content))


def image_form(content: bytes, name="a.jpg"):
    return get_image_form(get_image_model())(
        {"title": "A", "collection": Collection.get_first_root_node().pk}, {"file": upload(name, content)}
    )


def test_the_library_keeps_the_cleaned_file(db):
    form = image_form(picture(exif=exif()))
    assert form.is_valid(), form.errors
    image = form.save()
    with image.file.open() as kept:
        content = kept.read()
    assert b"A camera" not in content
    assert (image.width, image.height, image.file_size) == (20, 40, len(content))


def test_another_title_leaves_the_file_alone(db):
    form = image_form(picture())
    assert form.is_valid()
    image = form.save()
    form = get_image_form(get_image_model())(
        {"title": "B", "collection": image.collection_id, "description": ""}, {}, instance=image
    )
    assert form.is_valid(), form.errors
    assert form.save().file.name == image.file.name


def test_a_picture_of_more_than_25_megapixels_is_refused(db):
    assert image_form(picture("PNG", (5000, 5000)), "a.png").is_valid()
    assert "too many pixels" in str(image_form(picture("PNG", (5001, 5000)), "a.png").errors)


# --- Documents --------------------------------------------------------------------------------------

TYPES = "[Content_Types].xml"
GOOD = {
    "a.pdf": b"%PDF-1.7\n%\xe2\xe3",
    "a.docx": archive(TYPES, "word/document.xml"),
    "a.xlsx": archive(TYPES, "xl/workbook.xml"),
    "a.pptx": archive(TYPES, "ppt/presentation.xml"),
    "a.odt": archive("content.xml", mimetype=b"application/vnd.oasis.opendocument.text"),
    "a.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "a.rtf": b"{\\rtf1 words}",
    "a.txt": "Grüße, a < b".encode(),
    "a.csv": b"\xef\xbb\xbfname;number\r\n",
    "a.ics": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    "A.PDF": b"%PDF-1.4",
}
BAD = [
    *((name, HTML) for name in GOOD),
    *((name, b"MZ\x90\x00\x03") for name in GOOD),
    ("a.pdf", b"%PDF-1.7 <script>alert(1)</script>"),
    ("a.pdf", b" %PDF-1.7"),
    ("a.docx", archive(TYPES, "xl/workbook.xml")),
    ("a.docx", archive("word/document.xml")),
    ("a.docx", archive(TYPES, "word/document.xml", "word/vbaProject.bin")),
    ("a.xlsx", archive(TYPES, "xl/workbook.xml", "xl/embeddings/oleObject1.bin")),
    ("a.odt", archive("content.xml", mimetype=b"application/zip")),
    ("a.odt", archive("Basic/script.xml", mimetype=b"application/vnd.oasis.opendocument.text")),
    ("a.docx", archive(TYPES, **{"word/document.xml": b"\x00" * 20_000_000})),
    ("a.docx", b"PK\x03\x04 and no more"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "_VBA_PROJECT".encode("utf-16-le")),
    ("a.txt", b"  \n<!DOCTYPE html>"),
    ("a.csv", b"\xef\xbb\xbf<svg onload=alert(1)>"),
    ("a.svg", b"<svg/>"),
    ("a.html", HTML),
    ("a", b"words"),
]


@pytest.mark.parametrize("name", GOOD)
def test_what_is_what_it_says_is_taken(name):
    check_document(upload(name, GOOD[name]))


@pytest.mark.parametrize(("name", "content"), BAD)
def test_what_is_not_is_refused(name, content):
    with pytest.raises(ValidationError):
        check_document(upload(name, content))


def test_the_form_of_documents_looks_into_them(db):
    form_class = get_document_form(get_document_model())
    given = {"title": "A", "collection": Collection.get_first_root_node().pk}
    assert form_class(given, {"file": upload("a.pdf", GOOD["a.pdf"])}).is_valid()
    assert "file" in form_class(given, {"file": upload("a.pdf", HTML)}).errors


# --- Who may read a document ------------------------------------------------------------------------


@pytest.fixture
def document(home):
    return get_document_model().objects.create(title="Form", file=ContentFile(GOOD["a.pdf"], "form.pdf"))


def linking(document, **given):
    body = [{"type": "text", "value": f'<p><a linktype="document" id="{document.pk}">Form</a></p>'}]
    return factories.StandardPageFactory(slug="about", body=body, **given)


def test_nobody_reads_what_no_page_shows(document, client):
    assert client.get(document.url).status_code == 404


def test_there_is_no_address_in_the_storage(document, client):
    assert client.get(f"/media/{document.file.name}").status_code == 404


def test_everybody_reads_what_a_page_links_to(document, client):
    linking(document)
    response = client.get(document.url)
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("given", [{"live": False}])
def test_a_draft_shows_nothing(document, client, given):
    linking(document, **given)
    assert client.get(document.url).status_code == 404


def test_a_private_page_shows_nothing(document, client):
    page = linking(document)
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(document.url).status_code == 404


def test_a_page_that_is_taken_back_takes_its_document_along(document, client):
    page = linking(document)
    assert client.get(document.url).status_code == 200
    page.unpublish()
    assert client.get(document.url).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("Editors", 200), ("Publishers", 200), ("Intake", 404)])
def test_staff_read_what_they_work_with(document, client_of, role, status):
    assert client_of(role).get(document.url).status_code == status


def test_the_owner_reads_everything(document, client_of):
    assert client_of(is_superuser=True).get(document.url).status_code == 200
