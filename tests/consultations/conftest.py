"""A small site with the form, and an account for every role."""

from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import Page, Site

from attorneys.models import AttorneyIndexPage, AttorneyPage
from consultations.models import ConsultationPage
from firm.models import FirmSettings, HomePage, PracticeAreaIndexPage, PracticeAreaPage
from firm.roles import EDITORS, INTAKE, INTAKE_MANAGERS, PUBLISHERS

ROLES = {"editor": EDITORS, "publisher": PUBLISHERS, "intake": INTAKE, "intake_manager": INTAKE_MANAGERS}


def add_area(index, slug: str) -> PracticeAreaPage:
    return index.add_child(instance=PracticeAreaPage(title=slug.title(), slug=slug, summary="What it covers."))


@pytest.fixture
def site(db):
    """Home, two practice areas, one current attorney and one who has left, and the form."""
    return build_site()


def build_site() -> SimpleNamespace:
    """Make them; for tests with threads, which cannot use the fixture."""
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="Home", slug="firm-home"))
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "testserver", "port": 80, "root_page": home}
    )
    areas = home.add_child(instance=PracticeAreaIndexPage(title="Practice areas", slug="practice-areas"))
    fraud, drugs = add_area(areas, "fraud"), add_area(areas, "drugs")
    directory = home.add_child(instance=AttorneyIndexPage(title="Attorneys", slug="attorneys"))
    current = directory.add_child(
        instance=AttorneyPage(title="Ada Sample", slug="ada", job_title="Partner", summary="Defends people.")
    )
    former = directory.add_child(
        instance=AttorneyPage(title="Bo Gone", slug="bo", job_title="Partner", summary="Left.", is_former=True)
    )
    page = home.add_child(
        instance=ConsultationPage(
            title="Free consultation",
            slug="free-consultation",
            steps=[("step", {"heading": "We read it", "text": "All."})],
        )
    )
    FirmSettings.objects.create(
        site=Site.objects.get(), firm_name="Sample Firm", phone="+12125550100", consultation_page=page
    )
    return SimpleNamespace(
        home=home, areas=areas, fraud=fraud, drugs=drugs, directory=directory, ada=current, bo=former, page=page
    )


@pytest.fixture
def given():
    """Return the fewest values that make a valid form; the arguments change or add some, None takes one away."""

    def build(**changed) -> dict:
        values = {"full_name": "Jane Sample", "phone": "212-555-0142", "acknowledge": "on"} | changed
        return {name: value for name, value in values.items() if value is not None}

    return build


def make_user(username: str, *, group: str = "", permissions: tuple[str, ...] = (), **values):
    user = get_user_model().objects.create_user(username, f"{username}@example.com", "password", **values)
    if group:
        user.groups.add(Group.objects.get(name=group))
    for codename in permissions:
        user.user_permissions.add(Permission.objects.get(codename=codename))
    return user


@pytest.fixture
def staff(db):
    """Return an account for a role, or one with single permissions beside access to the admin."""

    def build(role: str, *permissions: str):
        if role == "owner":
            return make_user("owner", is_superuser=True)
        if role in ROLES:
            return make_user(role, group=ROLES[role])
        return make_user(role, permissions=("access_admin", *permissions))

    return build
