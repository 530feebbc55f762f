import pytest
from django.contrib.auth.models import Group

from firm.roles import EDITORS, INTAKE, INTAKE_MANAGERS, PUBLISHERS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("group", "verbs"),
    [(EDITORS, ""), (PUBLISHERS, ""), (INTAKE, "change view"), (INTAKE_MANAGERS, "change delete export manage view")],
)
def test_what_each_group_may_do(group, verbs):
    held = Group.objects.get(name=group).permissions.filter(content_type__app_label="consultations")
    codenames = held.filter(content_type__model="consultationrequest").values_list("codename", flat=True)
    assert sorted(codenames) == [f"{verb}_consultationrequest" for verb in verbs.split()]
