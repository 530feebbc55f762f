import pytest
from django.forms import model_to_dict
from django.utils import timezone

from consultations import demo as consultations_demo
from consultations.conflicts import checks
from consultations.models import (
    ConsultationPage,
    ConsultationRequest,
    Mention,
    OutgoingMessage,
    Party,
    Reminder,
    RequestEvent,
)
from consultations.workflow import Status
from firm.demo import Demo
from firm.models import HomePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(site, staff):
    site.page.delete()
    made = Demo(staff={name: staff(name) for name in ("intake", "intake_manager", "publisher")}, requests=0)
    made.home = HomePage.objects.get()
    made.practice_areas = {"federal-crimes": site.fraud}
    made.attorneys = {"todd-spodek": site.ada}
    return made


def everything() -> list:
    pages = [model_to_dict(page) for page in ConsultationPage.objects.all()]
    return [*pages, *ConsultationRequest.objects.order_by("pk").values()]


def test_twice_changes_nothing(demo):
    demo.requests = 700
    consultations_demo.load(demo)
    before = everything()
    consultations_demo.load(demo)
    assert len(before) == 1 + 60 + 700
    assert everything() == before


def test_more_requests_come_on_top(demo):
    demo.requests = 5
    consultations_demo.load(demo)
    demo.requests = 8
    consultations_demo.load(demo)
    assert ConsultationRequest.objects.count() == 68


def test_samples_show_every_state_and_invented_people_only(demo):
    consultations_demo.load(demo)
    requests = list(ConsultationRequest.objects.with_matter())
    assert {request.status for request in requests} == set(Status.values)
    assert any(request.assignee for request in requests)
    assert any(request.practice_area for request in requests)
    for request in requests:
        assert request.full_name.startswith("Sample")
        assert request.email == "" or request.email.endswith("@example.com")
        assert request.phone == "" or "55501" in request.phone.as_e164
        request.full_clean(exclude=["acknowledgement"])


def test_page_is_served_with_the_texts_of_the_demo(demo, client):
    consultations_demo.load(demo)
    page = ConsultationPage.objects.get()
    response = client.get("/free-consultation/")
    assert response.status_code == 200
    assert page.heading in response.content.decode()
    assert page.steps
    assert "<p>" not in page.introduction + page.thank_you_text
    page.full_clean()


def test_past_is_told_by_the_verbs_of_staff_and_lies_behind_us(demo):
    consultations_demo.load(demo)
    events = RequestEvent.objects.all()
    assert not events.filter(at__gt=timezone.now()).exists()
    assert {event.kind for event in events} >= {
        "received",
        "moved",
        "assigned",
        "noted",
        "contact",
        "merged",
        "screened",
        "answered",
        "reminder",
    }
    assert Mention.objects.filter(seen_at=None).count() >= 3
    assert Reminder.objects.due(timezone.now()).exists()
    assert Reminder.objects.open().filter(due_at__gt=timezone.now()).exists()
    assert not OutgoingMessage.objects.exists()
    assert ConsultationRequest.objects.overdue().count() >= 3
    assert ConsultationRequest.objects.exclude(follows=None).count() >= 2
    assert ConsultationRequest.objects.filter(assignee=demo.staff["publisher"]).count() == 2


def test_every_kind_of_conflict_check_is_there_to_be_seen(demo):
    consultations_demo.load(demo)
    states = dict(ConsultationRequest.objects.values_list("pk", "conflict_state"))
    counted = {state: list(states.values()).count(state) for state in states.values()}
    assert counted["open"] == 3
    assert counted["flagged"] == 1
    assert counted["cleared"] >= 1
    assert counted["declined"] == 2
    assert Party.objects.filter(request=None).count() == 40
    later = ConsultationRequest.objects.filter(status__in=(Status.SCHEDULED, Status.CONSULTED, Status.RETAINED))
    assert set(later.values_list("conflict_state", flat=True)) <= {"clear", "cleared"}


def test_worker_has_nothing_new_to_say_about_the_demo(demo):
    consultations_demo.load(demo)
    before = sorted(ConsultationRequest.objects.values_list("pk", "conflict_state"))
    checks.check_due()
    assert sorted(ConsultationRequest.objects.values_list("pk", "conflict_state")) == before
    assert not OutgoingMessage.objects.exists()
