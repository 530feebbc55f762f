"""Which members of staff may be told of a request: those who may see it, and nobody else, not even by name."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q

from consultations.models import ConsultationRequest, Reminder, Screen
from consultations.permissions import ADMIN, BACKEND, MANAGE, VIEW, is_intake, may_see


def tellable(request: ConsultationRequest):
    """Return the accounts that may see a request, by name; in one query, however many there are."""
    users = get_user_model().objects
    may_enter = users.with_perm(ADMIN, backend=BACKEND).values("pk")
    does_intake = users.with_perm(VIEW, backend=BACKEND).values("pk")
    screened = Screen.objects.filter(request=request, user=OuterRef("pk"))
    found = users.filter(Q(pk__in=does_intake) | Q(pk=request.assignee_id), pk__in=may_enter)
    return found.exclude(Exists(screened)).order_by("first_name", "last_name", "username")


def managers_of(request: ConsultationRequest) -> list:
    """Return those who manage the intake and may see a request."""
    managers = get_user_model().objects.with_perm(MANAGE, backend=BACKEND).values("pk")
    return [user for user in tellable(request).filter(pk__in=managers) if is_intake(user)]


def keepers_of(reminder: Reminder) -> list:
    """Return to whom a reminder speaks now: whom it is for; who sees to the request; or else those who manage it.

    Somebody who has lost sight of the request since, by a screen or with the account, is passed over.
    """
    request = reminder.request
    for user in (reminder.for_user, request.assignee if reminder.for_user_id else None):
        if user is not None and may_see(user, request):
            return [user]
    return managers_of(request)


def addresses_of(users: Iterable) -> list[str]:
    """Return their addresses, each once."""
    return list({user.email.lower(): user.email for user in users if user.email}.values())
