"""How the queue is narrowed: filters that stand in the address, and words searched for, which do not."""

from uuid import UUID, uuid5

import django_filters
from django.db.models import Exists, OuterRef, Q
from wagtail.admin.filters import WagtailFilterSet

from consultations.conflict_states import ConflictState
from consultations.display import NOBODY, user_name
from consultations.models import ConsultationRequest
from consultations.permissions import is_intake, staff_of_intake, visible_to
from consultations.workflow import Status
from firm.encryption.cipher import Place, Unreadable, decrypt, encrypt
from firm.models import PracticeAreaPage

#: The value of the filter for requests that are nobody's.
NONE = "none"
_SEARCHES = UUID("0c2f7f3e-6d0b-4a43-9a57-6f1f2f5f7a10")


def staff_choices(user) -> list[tuple[str, str]]:
    """Return those that requests are assigned to: the intake staff, others who have one, and nobody."""
    has_one = Exists(visible_to(user).filter(assignee=OuterRef("pk")))
    staff = staff_of_intake()
    others = staff.model.objects.filter(Q(is_active=True) & has_one).order_by("first_name", "last_name", "pk")
    found = {one.pk: one for one in [*staff, *others]}
    return [(NONE, NOBODY), *((str(pk), user_name(one)) for pk, one in found.items())]


class QueueFilterSet(WagtailFilterSet):
    """The filters of the list. An unknown value of one filters nothing."""

    status = django_filters.ChoiceFilter(choices=Status.choices, empty_label="Any", label="Status")
    assignee = django_filters.ChoiceFilter(
        choices=(), empty_label="Anybody", label="Assigned to", method="filter_assignee"
    )
    practice_area = django_filters.ModelChoiceFilter(
        queryset=PracticeAreaPage.objects.defer("body", "faq").order_by("title"),
        to_field_name="slug",
        empty_label="Any",
        label="Practice area",
    )
    conflict = django_filters.ChoiceFilter(
        field_name="conflict_state", choices=ConflictState.choices, empty_label="Any", label="Conflict check"
    )

    class Meta:
        model = ConsultationRequest
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        user = self.request.user
        if is_intake(user):
            self.filters["assignee"].extra["choices"] = staff_choices(user)
        else:
            del self.filters["assignee"]  # an attorney sees what is assigned to her or him

    def filter_assignee(self, requests, name: str, value: str):
        return requests.filter(assignee=None) if value == NONE else requests.filter(assignee_id=value)


def hide_words(text: str, user) -> str:
    """Return search words as they may be in a URL: encrypted, for this account alone."""
    return str(encrypt(text, _place(user)))


def show_words(token: str, user) -> str:
    """Return the search words of a URL; empty when it was changed or is another account's."""
    try:
        return decrypt(token, _place(user))
    except Unreadable:
        return ""


def _place(user) -> Place:
    return Place("consultations.search", uuid5(_SEARCHES, str(user.pk)))
