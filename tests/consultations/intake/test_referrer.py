import pytest

from consultations.intake.referrer import clean_host, clean_path, visit_of

HOST = "law.example:8000"
NOTHING = {"landing_page": "", "referring_host": ""}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "blog/",
        "//evil.example/",
        "https://law.example/",
        "javascript:alert(1)",
        "/a?b=c",
        "/a#b",
        "/a b",
        "/a\n",
        "/\x00",
        "/\u202e",
        "/ä",
        "/\\evil.example",
        '/"><script>',
        "/" + "x" * 200,
    ],
    ids=repr,
)
def test_what_is_no_path_is_nothing(text):
    assert clean_path(text) == ""


@pytest.mark.parametrize("text", ["/", "/blog/a-post/", "/caf%C3%A9/", "/~x/(1)/a;b=c,d", "/" + "x" * 199])
def test_a_path_stays(text):
    assert clean_path(text) == text


@pytest.mark.parametrize(
    "text", ["", ".", "-a", "a-", "a b", "a/b", "a:80", "a@b", "http://a", "a\n", "ä.example", "[::1]", "x" * 101]
)
def test_what_is_no_host_is_nothing(text):
    assert clean_host(text) == ""


@pytest.mark.parametrize(
    ("text", "host"), [("www.google.com", "www.google.com"), ("Example.COM", "example.com"), ("x" * 100, "x" * 100)]
)
def test_a_host_stays(text, host):
    assert clean_host(text) == host


@pytest.mark.parametrize(
    "referer", ["", "about:blank", "http://[bad", "x", "\x00", "http://", "http://a b/", "http://-/"]
)
def test_an_odd_referer_says_nothing(referer):
    assert visit_of(referer, HOST) == NOTHING


def test_another_site_is_named_by_its_host_alone():
    found = visit_of("https://www.search.example:8443/find?q=my+arrest#x", HOST)
    assert found == {"landing_page": "", "referring_host": "www.search.example"}


def test_a_page_of_this_site_is_named_by_its_path_alone():
    found = visit_of("http://Law.example:8000/blog/bail/?utm=x#part", HOST)
    assert found == {"landing_page": "/blog/bail/", "referring_host": ""}


def test_the_same_name_on_another_port_is_another_site():
    assert visit_of("http://law.example:9000/", HOST) == {"landing_page": "", "referring_host": "law.example"}
