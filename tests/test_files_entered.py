"""A request for a public page runs through few files of this project, so that a newcomer can follow it."""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from blog.models import BlogPostPage
from firm.models import PracticeAreaPage
from firm.page_cache import state
from firm.page_cache.middleware import HOW
from firm.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_connection")]
ROOT = Path(settings.BASE_DIR)
#: The most files that answer one request.
CACHED, UNCACHED = 3, 15


@contextmanager
def entered():
    """Collect the files below the project's folder whose code runs within the block."""
    names, files = set(), set()
    sys.setprofile(lambda frame, event, argument: names.add(frame.f_code.co_filename))
    try:
        yield files
    finally:
        sys.setprofile(None)
        own = {Path(name).relative_to(ROOT) for name in names if name.startswith(str(ROOT))}
        files |= {str(path) for path in own if path.parts[0] not in {".venv", "tests"}}


def addresses() -> dict[str, str]:
    post, area = BlogPostPage.objects.live().latest("date"), PracticeAreaPage.objects.live().first()
    return {"home": "/", "post": post.url, "practice area": area.url}


def test_a_page_that_nobody_has_yet(demo_site, monkeypatch):
    """Neither the page is cached, nor its header, footer and menus."""
    found = {}
    for name, address in addresses().items():
        Client().get(address)  # loads the templates
        monkeypatch.setattr(state, "process_cache", state.ProcessCache())
        with entered() as files:
            assert Client().get(address).status_code == 200
        found[name] = sorted(files)
    assert {name: files for name, files in found.items() if len(files) > UNCACHED} == {}
    assert all("firm/pages/routing.py" in files for files in found.values())


def test_a_cached_page(demo_site):
    for address in addresses().values():
        for _ in range(2):
            environ, started = RequestFactory().get(address).environ, []
            with entered() as files:
                assert application(environ, lambda *given, started=started: started.append(given))
        assert started[0][0] == "200 OK"
        assert environ[HOW] == "hit"
        assert 0 < len(files) <= CACHED, files
