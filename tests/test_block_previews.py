"""Every block that editors can add has a preview."""

import pytest
from django.urls import reverse

from firm.blocks.story import story_blocks
from firm.registry import home_blocks
from tests import factories
from tests.conftest import made_once, make_home

WITHOUT = {"document"}
BLOCKS = {
    f"{where}:{name}": block
    for where, made in (("story", story_blocks()), ("home", home_blocks()))
    for name, block in made
}


@pytest.fixture(scope="module")
def content(django_db_setup, django_db_blocker):
    """What the sections of the home page refer to."""
    with made_once(django_db_blocker):
        make_home()
        factories.AttorneyPageFactory()
        factories.PracticeAreaPageFactory()
        factories.BlogPostPageFactory()
        factories.TestimonialPageFactory()
        factories.ImageFactory()
        yield


@pytest.mark.parametrize("key", [key for key in BLOCKS if key.split(":")[1] not in WITHOUT])
def test_the_preview_draws_the_block(content, client_of, key):
    block = BLOCKS[key]
    assert block.is_previewable
    assert block.meta.description
    response = client_of(owner=True).get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})
    assert response.status_code == 200
    body = response.content.decode().split("<main>")[1]
    assert len(body.split("</main>")[0].strip()) > 60
