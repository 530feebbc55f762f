import pytest
from bs4 import BeautifulSoup
from django.db.models import ProtectedError
from django.urls import reverse

from blog.models import Category
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(home):
    category = factories.CategoryFactory(slug="trials", name="Trials")
    factories.BlogPostPageFactory(title="About a trial", category=category)
    return category


def delete_address(category) -> str:
    return reverse("wagtailsnippets_blog_category:delete", args=[category.pk])


def test_a_category_in_use_is_not_deleted(used):
    with pytest.raises(ProtectedError):
        used.delete()


def test_the_admin_says_why_it_cannot_be_deleted(used, client_of):
    client = client_of("Publishers")
    shown = client.get(delete_address(used))
    assert shown.status_code == 200
    words = " ".join(BeautifulSoup(shown.content, "html.parser").main.get_text().split())
    assert "One or more references to this category prevent it from being deleted." in words
    assert not shown.context["form"].is_bound
    response = client.post(delete_address(used), follow=True)
    assert response.status_code == 200
    assert len(response.context["messages"]) == 1
    assert Category.objects.filter(pk=used.pk).exists()


def test_the_admin_refuses_many_at_once_too(used, client_of):
    client = client_of("Publishers")
    address = reverse("wagtail_bulk_action", args=["blog", "category", "delete"])
    response = client.post(f"{address}?id={used.pk}&next=/admin/", follow=True)
    assert response.status_code == 200
    assert Category.objects.filter(pk=used.pk).exists()


def test_a_draft_protects_its_category_as_well(home):
    category = factories.CategoryFactory(slug="drafts")
    factories.BlogPostPageFactory(category=category, draft=True)
    with pytest.raises(ProtectedError):
        category.delete()


def test_an_unused_category_is_deleted(home, client_of):
    category = factories.CategoryFactory(slug="unused")
    response = client_of("Publishers").post(delete_address(category))
    assert response.status_code == 302
    assert not Category.objects.filter(pk=category.pk).exists()


def test_editors_do_not_delete(home, client_of):
    category = factories.CategoryFactory(slug="unused")
    client_of("Editors").post(delete_address(category))
    assert Category.objects.filter(pk=category.pk).exists()


@pytest.mark.parametrize("values", [{"name": "Trials", "slug": "other"}, {"name": "Other", "slug": "trials"}])
def test_two_categories_do_not_share_name_or_address(used, client_of, values):
    response = client_of("Editors").post(reverse("wagtailsnippets_blog_category:add"), values)
    assert response.status_code == 200
    assert len(response.context["form"].errors) == 1
