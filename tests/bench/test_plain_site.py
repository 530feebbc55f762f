"""The plain site is a real one: it serves the demo's posts under their titles."""

from html import unescape

import pytest
from PIL import Image

from bench import plain_content, plain_site
from bench.asking import asked
from bench.demo_site import POST
from bench.plain_content import content, story
from bench.plain_site import PlainSite, fingerprint
from bench.running import environment


def test_words_of_every_kind_of_block_are_kept():
    blocks = [
        {"type": "heading", "text": "First", "level": "h2"},
        {"type": "text", "html": '<p>Ask for <b>a lawyer</b>.<fn key="one"/></p>'},
        {"type": "list", "style": "bulleted", "items": ["bread & salt", "<i>water</i>"]},
        {"type": "image", "image": "columns-2", "alt": ""},
        {"type": "quotation", "quote": "No comment.", "attribution": "A"},
    ]
    assert story(blocks) == [
        ("heading", "First"),
        ("paragraph", "<p>Ask for <b>a lawyer</b>.</p>"),
        ("paragraph", "<p>bread &amp; salt</p><i>water</i>"),
        ("image", "columns-2"),
        ("quote", "No comment."),
    ]


@pytest.fixture
def given(tmp_path, monkeypatch):
    """The demo's content with drawn pictures and only two posts, which is quicker to make."""

    def original(media, key):
        path = media / f"{key}.jpg"
        Image.new("RGB", (120, 80), "navy").save(path)
        return path

    monkeypatch.setattr(plain_content, "_original", original)
    found = content(tmp_path)
    found["posts"] = [one for one in found["posts"] if one["slug"] in POST][:1] + found["posts"][-1:]
    return found


def test_fingerprint_changes_with_the_content():
    assert fingerprint("a") != fingerprint("b")


def test_demo_is_there_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(plain_content, "_original", lambda media, key: media / key)
    found = content(tmp_path)
    posts = list((plain_content.ROOT / "blog/demo_content/posts").glob("*.toml"))
    assert len(found["posts"]) == len(posts) > 10
    assert {section["slug"] for section in found["sections"]} == {"practice-areas", "attorneys", "testimonials"}
    assert all(page["body"] for page in found["posts"])


def test_it_answers_with_the_same_title_and_text(given, tmp_path, monkeypatch):
    monkeypatch.setattr(plain_site, "content", lambda media: given)

    class NoDemo:
        folder = tmp_path

        def prepare(self):
            pass

    site = PlainSite(tmp_path / "plain", 8699, NoDemo())
    site.prepare()
    with asked("plain.wsgi:application", cwd=site.folder, env=site.environment, log=tmp_path / "log") as found:
        post = next(one for one in given["posts"] if one["slug"] in POST)
        text = unescape(found.body(POST))
        assert f"<h1>{post['title']}</h1>" in text
        assert all(value in text for kind, value in post["body"] if kind == "heading")
        assert text.count("<img") > 1
        assert post["title"] in unescape(found.body("/"))
        assert len(found.queries("/")) > 10
    assert "DEBUG" not in (site.folder / "plain" / "settings" / "local.py").read_text()
    assert site.environment == environment(DJANGO_SETTINGS_MODULE="plain.settings.production")
