"""A public page is answered by few files of this project, so that a stranger can follow the whole way of it."""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from blog.models import BlogPostPage
from firm.models import PracticeAreaPage
from firm.page_cache import process_cache

pytestmark = pytest.mark.django_db
UNCACHED = 15
ROOT = Path(settings.BASE_DIR)


@contextmanager
def entered():
    """Collect the files below the project's folder in which a function is called within the block."""
    names, files = set(), set()
    sys.setprofile(lambda frame, event, argument: names.add(frame.f_code.co_filename) if event == "call" else None)
    try:
        yield files
    finally:
        sys.setprofile(None)
        paths = [Path(name) for name in names if name.startswith(str(ROOT))]
        own = {path.relative_to(ROOT) for path in paths}
        files |= {str(path) for path in own if path.parts[0] not in {".venv", "tests"}}


def addresses() -> list[str]:
    post, area = BlogPostPage.objects.live().latest("date"), PracticeAreaPage.objects.live().first()
    return ["/", post.url, area.url]


def test_an_uncached_page(demo_site, monkeypatch):
    for address in addresses():
        Client().get(address)
        monkeypatch.setattr(process_cache, "_memory", process_cache.Memory())
        with entered() as files:
            assert Client().get(address).status_code == 200
        print(address, len(files))
        print("\n".join(sorted(files)))
    assert 0
