import pytest

from consultations.demo.synthetic import add
from consultations.models import ConsultationRequest
from tests.consultations.conftest import build_site

pytestmark = pytest.mark.django_db


def test_added_again_there_are_no_more(db):
    site, told = build_site(), []
    given = {"page": site.page, "areas": [site.fraud], "staff": [], "tell": told.append}
    assert add(5, **given) == 5
    assert add(7, **given) == 2
    assert told == ["5 of 5 requests", "7 of 7 requests"]
    assert ConsultationRequest.objects.count() == 7


def test_they_are_found_like_real_ones(db):
    site = build_site()
    add(3, page=site.page, areas=[site.fraud], staff=[], tell=str)
    found = ConsultationRequest.objects.matching("person-2@example.com").get()
    assert list(ConsultationRequest.objects.matching(found.full_name)) == [found]
