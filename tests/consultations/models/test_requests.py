import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import ReferenceIndex
from wagtail.search.index import class_is_indexed
from wagtail.snippets.models import get_snippet_models

from consultations.models import ConsultationRequest
from tests.consultations.factories import ConsultationRequestFactory as Request

pytestmark = pytest.mark.django_db


def test_name_shown_anywhere_is_the_reference():
    request = Request(full_name="Jane Secret")
    assert str(request) == request.reference
    assert "Secret" not in repr(request)


@pytest.mark.parametrize(
    "broken",
    [
        {"phone": "", "email": ""},
        {"relationship": "family", "person_in_need": ""},
        {"preferred_contact": "text", "sms_consent": False},
        {"status": "lost"},
        {"status": "merged"},
        {"status": "new", "closed_at": timezone.now()},
    ],
    ids=["no way to answer", "nobody in need", "text without consent", "unknown status", "merged into none", "closed"],
)
def test_database_refuses(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Request(**broken)
    assert not ConsultationRequest.objects.exists()


@pytest.mark.parametrize("field", ["reference", "form_token"])
def test_database_keeps_them_unique(field):
    first = Request()
    with pytest.raises(IntegrityError), transaction.atomic():
        Request(**{field: getattr(first, field)})


def test_no_door_of_wagtail_leads_to_it():
    assert ConsultationRequest not in get_snippet_models()
    assert not ReferenceIndex.model_is_indexable(ConsultationRequest)
    assert not class_is_indexed(ConsultationRequest)


def test_nobody_can_be_given_the_right_to_add():
    codenames = Permission.objects.filter(content_type__model="consultationrequest").values_list("codename", flat=True)
    assert sorted(codenames) == [
        f"{verb}_consultationrequest" for verb in ("change", "delete", "export", "manage", "view")
    ]


@pytest.mark.parametrize("page", ["fraud", "ada"])
def test_request_outlives_the_page_it_names(site, page):
    request = Request(practice_area=site.fraud, attorney=site.ada)
    getattr(site, page).delete()
    request.refresh_from_db()
    assert [request.practice_area, request.attorney].count(None) == 1


def test_request_outlives_its_assignee(staff):
    request = Request(assignee=staff("intake"))
    request.assignee.delete()
    request.refresh_from_db()
    assert request.assignee is None
