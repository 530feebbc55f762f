import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from blog.models import PostAuthor
from tests import factories
from tests.blog.editing import SUBMIT, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(home):
    return factories.BlogPostPageFactory(authors=[factories.AttorneyPageFactory(title="Ada Sample")])


@pytest.fixture
def desk():
    return factories.StaffAuthorFactory(name="Desk")


# --- Refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("has_attorney", "has_staff"), [(True, True), (False, False)])
def test_the_database_wants_exactly_one_of_the_two(post, desk, has_attorney, has_staff):
    attorney = post.authors.get().attorney
    with pytest.raises(IntegrityError, match="post_author_attorney_or_staff"), transaction.atomic():
        PostAuthor.objects.create(
            post=post, attorney=attorney if has_attorney else None, staff=desk if has_staff else None
        )


@pytest.mark.parametrize(
    ("has_attorney", "has_staff", "field", "message"),
    [
        (True, True, "staff", "Choose an attorney or a member of staff, not both."),
        (False, False, "attorney", "Choose an attorney here, or a member of staff below."),
    ],
)
def test_the_edit_form_says_so_at_the_field(post, desk, client_of, has_attorney, has_staff, field, message):
    client = client_of("Editors")
    address = reverse("wagtailadmin_pages:edit", args=[post.pk])
    data = sent(client.get(address).content.decode(), post)
    data["authors-0-attorney"] = post.authors.get().attorney_id if has_attorney else ""
    data["authors-0-staff"] = desk.pk if has_staff else ""
    response = client.post(address, data)
    assert response.status_code == 200
    assert response.context["form"].formsets["authors"].forms[0].errors == {field: [message]}
    assert message in response.content.decode()


def test_a_post_needs_an_author(post, client_of):
    client = client_of("Editors")
    address = reverse("wagtailadmin_pages:edit", args=[post.pk])
    data = sent(client.get(address).content.decode(), post) | {"authors-0-DELETE": "1"} | SUBMIT
    response = client.post(address, data)
    assert response.status_code == 200
    assert response.context["form"].formsets["authors"].non_form_errors()


@pytest.mark.parametrize("author", [PostAuthor(), PostAuthor(attorney_id=1, staff_id=1)])
def test_the_model_refuses_both_and_neither(author):
    with pytest.raises(ValidationError):
        author.clean()


# --- Bylines ----------------------------------------------------------------------------------------


def test_a_byline_is_printed_from_either(post, desk):
    desk.role, desk.bio = "Editors", "We edit."
    byline = PostAuthor(staff=desk)
    assert (byline.name, byline.title, byline.introduction, byline.profile) == ("Desk", "Editors", "We edit.", None)
    byline = post.authors.get()
    assert (byline.name, byline.title) == ("Ada Sample", "Associate")
    assert byline.profile == byline.attorney


def test_authors_keep_the_editors_order(home, desk):
    people = [factories.AttorneyPageFactory(title=title) for title in ("Zoe", "Ada")]
    post = factories.BlogPostPageFactory(authors=[people[0], desk, people[1]])
    assert [byline.name for byline in type(post).objects.get().bylines] == ["Zoe", "Desk", "Ada"]


def test_there_is_no_link_to_an_unpublished_profile(post, client):
    post.authors.get().attorney.unpublish()
    html = client.get(post.get_url()).content.decode()
    assert "Ada Sample" in html
    assert "/attorneys/attorney-" not in html


def test_structured_data_names_the_authors(post, desk, client):
    PostAuthor.objects.create(post=post, staff=desk, sort_order=5)
    graph = client.get(post.get_url()).context["metadata"].graph
    [posting] = [node for node in graph if node["@type"] == "BlogPosting"]
    assert [(author["name"], "url" in author) for author in posting["author"]] == [
        ("Ada Sample", True),
        ("Desk", False),
    ]
