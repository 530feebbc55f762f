"""Static files as a browser gets them, by WhiteNoise's own middleware with the settings of this site."""

import gzip
import re

import brotli
import pytest
from django.conf import settings as site_settings
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

RULES = "a{color:red}" * 400
PICTURE = bytes(range(256)) * 4
DECODE = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.fixture
def site(settings, tmp_path):
    """The middleware over collected files; returns a function that requests one of them."""
    source = tmp_path / "source"
    (source / "css").mkdir(parents=True)
    (source / "css" / "site.css").write_text('@import "part.css";')
    (source / "css" / "part.css").write_text("main { color : red ; }")
    (source / "css" / "x.css").write_text(RULES)
    (source / "x.png").write_bytes(PICTURE)
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], tmp_path / "static"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "firm.server.static_storage.BundledStaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    call_command("collectstatic", interactive=False, verbosity=0)
    middleware = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))

    def get(path="css/x.css", method="get", **headers):
        given = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return middleware(getattr(RequestFactory(), method)(f"/static/{path}", **given))

    get.hashed = next(
        path.relative_to(settings.STATIC_ROOT).as_posix()
        for path in settings.STATIC_ROOT.rglob("x.*.css")
        if re.fullmatch(r"x\.[0-9a-f]{12}\.css", path.name)
    )
    return get


def body(response) -> bytes:
    return b"".join(response)


def test_the_site_serves_static_files_by_whitenoise():
    assert "whitenoise.middleware.WhiteNoiseMiddleware" in site_settings.MIDDLEWARE


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("deflate", ""),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, *;q=0.5", "gzip"),
    ],
)
def test_a_browser_gets_the_smallest_encoding_that_it_takes(site, accepted, encoding):
    response = site(accept_encoding=accepted)
    assert response.get("Content-Encoding", "") == encoding
    assert DECODE[encoding](body(response)).decode() == RULES
    assert response["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("suffix", ["br", "gz"])
def test_a_compressed_file_has_no_address_of_its_own(site, suffix):
    assert site(f"css/x.css.{suffix}").status_code == 404


def test_what_does_not_get_smaller_is_not_compressed(site):
    response = site("x.png", accept_encoding="br, gzip")
    assert body(response) == PICTURE
    assert "Content-Encoding" not in response


def test_a_hashed_file_is_immutable_and_another_lasts_a_minute(site):
    assert site(site.hashed)["Cache-Control"] == "max-age=315360000, public, immutable"
    assert site()["Cache-Control"] == "max-age=60, public"


@pytest.mark.parametrize("encoding", ["br", ""])
def test_an_unchanged_file_is_not_sent_again(site, encoding):
    first = site(accept_encoding=encoding)
    for condition in ({"if_none_match": first["ETag"]}, {"if_modified_since": first["Last-Modified"]}):
        response = site(accept_encoding=encoding, **condition)
        assert (response.status_code, body(response)) == (304, b"")
        assert response["Cache-Control"] == "max-age=60, public"
    assert site(if_none_match='"other"', if_modified_since=first["Last-Modified"]).status_code == 200


def test_a_head_request_has_the_headers_without_a_body(site):
    got, head = site(accept_encoding="br"), site(method="head", accept_encoding="br")
    assert body(head) == b""
    assert dict(head.items()) == dict(got.items())


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused(site, method):
    response = site(method=method)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_a_range_is_served(site):
    response = site(range="bytes=2-9")
    assert (response.status_code, body(response).decode()) == (206, RULES[2:10])
    assert site(range=f"bytes={len(RULES)}-").status_code == 416


def test_the_style_sheet_is_bundled_and_minified(site):
    assert body(site("css/site.css")).decode().strip() == "main{color:red}"
