import pytest
from django.utils import timezone

from consultations.demo.synthetic import Maker, _make_references_unique, add
from consultations.intake.receive import consent_receipt
from consultations.models import ConsultationRequest
from tests.consultations.conftest import build_site

pytestmark = pytest.mark.django_db


def test_references_that_are_taken_are_drawn_again(db):
    site = build_site()
    now = timezone.now()
    make = Maker([], [], consent_receipt(site.page, now=now, has_sms_consent=False), now)
    stored, *others = (make(number) for number in range(4))
    stored.reference = others[0].reference = "AAAA-AAAA"
    others[1].reference = others[2].reference = "BBBB-BBBB"
    stored.save()
    _make_references_unique(others)
    ConsultationRequest.objects.bulk_create(others)
    assert ConsultationRequest.objects.values("reference").distinct().count() == 4


def test_added_again_there_are_no_more(db):
    site, told = build_site(), []
    given = {"page": site.page, "areas": [site.fraud], "staff": [], "tell": told.append}
    assert add(5, **given) == 5
    assert add(7, **given) == 2
    assert told == ["5 of 5 requests", "7 of 7 requests"]
    assert ConsultationRequest.objects.count() == 7
