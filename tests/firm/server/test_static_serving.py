"""Static files as a browser gets them: which encoding, which validator, which part."""

import gzip
import re

import brotli
import pytest
import zstandard
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory

from firm.server.static_serving import StaticFilesMiddleware, part_of

TEXT = b"a { color: red; } " * 400
PICTURE = bytes(range(256)) * 4
DECODE = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "": bytes,
}


@pytest.fixture
def site(settings, tmp_path):
    """The middleware over two collected files; returns a function that asks for one of them."""
    source = tmp_path / "source"
    (source / "css").mkdir(parents=True)
    (source / "css" / "x.css").write_bytes(TEXT)
    (source / "x.png").write_bytes(PICTURE)
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], tmp_path / "static"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "firm.server.static_storage.BundledStaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    call_command("collectstatic", interactive=False, verbosity=0)
    middleware = StaticFilesMiddleware(lambda request: HttpResponse(status=404))

    def ask(path="css/x.css", method="get", **headers):
        given = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return middleware(getattr(RequestFactory(), method)(f"/static/{path}", **given))

    ask.hashed = next(
        path.relative_to(settings.STATIC_ROOT).as_posix()
        for path in settings.STATIC_ROOT.rglob("x.*.css")
        if re.fullmatch(r"x\.[0-9a-f]{12}\.css", path.name)
    )
    return ask


def body(response) -> bytes:
    return b"".join(response)


@pytest.mark.parametrize(
    "accepted",
    [
        "",
        "identity",
        "br;q=0, gzip;q=0, zstd;q=0.000",
        "deflate",
        "*;q=0",
        "brotli",
        "gzipped",
        "br;q=2",
        "br;q=x",
        ";q=1",
    ],
)
def test_who_takes_no_encoding_of_ours_gets_the_file_as_it_is(site, accepted):
    response = site(accept_encoding=accepted)
    assert body(response) == TEXT
    assert "Content-Encoding" not in response
    assert response["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("zstd", "zstd"),
        ("br", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0.5, zstd;q=0.8, br;q=0.1", "zstd"),
        ("br;q=0.001, gzip;q=0.002", "gzip"),
        ("*;q=0, zstd", "zstd"),
        ("br;q=0, zstd;q=0, *", "gzip"),
        ("gzip ; q=1 , identity; q=0.5", "gzip"),
        ("gzip;q=0.4, identity;q=0.5", ""),
    ],
)
def test_the_browser_s_own_order_counts(site, accepted, encoding):
    response = site(accept_encoding=accepted)
    assert response.get("Content-Encoding", "") == encoding
    assert DECODE[encoding](body(response)) == TEXT


def test_of_encodings_liked_alike_the_smallest_is_sent(site):
    sizes = {name: int(site(accept_encoding=name)["Content-Length"]) for name in ("br", "gzip", "zstd")}
    chosen = site(accept_encoding="gzip, deflate, br, zstd")
    assert int(chosen["Content-Length"]) == min(sizes.values()) < len(TEXT)


@pytest.mark.parametrize("suffix", ["br", "gz", "zst"])
def test_a_compressed_file_has_no_address_of_its_own(site, suffix):
    assert site(f"css/x.css.{suffix}").status_code == 404


def test_what_does_not_get_smaller_is_not_compressed(site):
    response = site("x.png", accept_encoding="br, gzip, zstd")
    assert body(response) == PICTURE
    assert "Content-Encoding" not in response


def test_a_hashed_file_is_kept_for_good_and_another_for_a_minute(site):
    assert site(site.hashed)["Cache-Control"] == "max-age=315360000, public, immutable"
    assert site()["Cache-Control"] == "max-age=60, public"


def test_each_encoding_has_a_validator_of_its_own(site):
    tags = [site(accept_encoding=name)["ETag"] for name in ("br", "gzip", "zstd", "")]
    assert len(set(tags)) == 4
    assert all(re.fullmatch(r'"[0-9a-z-]+"', tag) for tag in tags)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
@pytest.mark.parametrize("encoding", ["br", "zstd", ""])
def test_who_has_it_is_told_so(site, encoding, form):
    tag = site(accept_encoding=encoding)["ETag"]
    response = site(accept_encoding=encoding, if_none_match=form.format(tag))
    assert response.status_code == 304
    assert body(response) == b""
    assert (response["ETag"], response["Vary"]) == (tag, "Accept-Encoding")
    assert response["Cache-Control"] == "max-age=60, public"
    assert "Content-Encoding" not in response


def test_who_has_another_encoding_of_it_gets_it(site):
    tag = site(accept_encoding="br")["ETag"]
    response = site(accept_encoding="gzip", if_none_match=tag)
    assert gzip.decompress(body(response)) == TEXT


def test_a_date_counts_only_without_a_validator(site):
    date = site()["Last-Modified"]
    assert site(if_modified_since=date).status_code == 304
    assert site(if_modified_since=date, if_none_match='"other"').status_code == 200


@pytest.mark.parametrize("encoding", ["br", "zstd", ""])
def test_a_head_says_the_same_without_a_body(site, encoding):
    got, told = site(accept_encoding=encoding), site(method="head", accept_encoding=encoding, range="bytes=0-1")
    assert body(told) == b""
    assert told.status_code == 200
    assert dict(told.items()) == dict(got.items())


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused(site, method):
    response = site(method=method)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("asked", "part"), [("bytes=0-9", slice(0, 10)), ("bytes=0-0", slice(0, 1)), ("bytes=-5", slice(-5, None))]
)
def test_a_part_is_one_of_the_encoding_that_is_sent(site, asked, part):
    whole = body(site(accept_encoding="zstd"))
    response = site(accept_encoding="zstd", range=asked)
    assert response.status_code == 206
    assert body(response) == whole[part]
    assert response["Content-Length"] == str(len(whole[part]))
    assert response["Content-Range"].endswith(f"/{len(whole)}")
    assert response["Content-Encoding"] == "zstd"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=-", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes"])
def test_a_part_that_makes_no_sense_is_the_whole(site, asked):
    response = site(range=asked)
    assert (response.status_code, body(response)) == (200, TEXT)


def test_a_part_beyond_the_end_is_refused(site):
    response = site(range=f"bytes={len(TEXT)}-")
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(TEXT)}")


def test_a_part_of_what_has_changed_is_the_whole(site):
    tag = site()["ETag"]
    assert site(range="bytes=0-9", if_range=tag).status_code == 206
    assert site(range="bytes=0-9", if_range='"older"').status_code == 200
    assert site(range="bytes=0-9", if_range=site(accept_encoding="br")["ETag"]).status_code == 200


@pytest.mark.parametrize(("asked", "size", "part"), [("bytes=0-", 1, (0, 0)), ("bytes=-9", 4, (0, 3)), ("", 4, None)])
def test_ranges_at_the_edges(asked, size, part):
    assert part_of(asked, size) == part


@pytest.mark.parametrize(("asked", "size"), [("bytes=0-", 0), ("bytes=-0", 4), ("bytes=4-", 4)])
def test_ranges_beyond_the_edges(asked, size):
    with pytest.raises(ValueError, match="ends before"):
        part_of(asked, size)
