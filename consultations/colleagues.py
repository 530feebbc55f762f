"""Which members of staff may be told of a request: those who may see it, and nobody else, not even by name."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery

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


@dataclass(frozen=True)
class Around:
    """All accounts that a request's screen may name, by name: who may enter the admin, and who is walled off."""

    accounts: list
    assignee_id: int | None

    @property
    def free(self) -> list:
        """Those who may enter and are not screened from the request."""
        return [one for one in self.accounts if one.may_enter and one.wall is None]

    @property
    def tellable(self) -> list:
        """Those of `tellable`."""
        return [one for one in self.free if one.has_view or one.pk == self.assignee_id]

    @property
    def screened(self) -> list:
        """Those who are screened from the request, the first one first."""
        return sorted((one for one in self.accounts if one.wall is not None), key=lambda one: one.wall)

    def assignable_by(self, user) -> list:
        """Return those to whom ``user``, who may work on the request, may give it."""
        if not is_intake(user):
            return [one for one in self.free if one == user]
        return self.free if user.has_perm(MANAGE) else [one for one in self.free if one.has_view]

    def is_intake(self, number: int) -> bool:
        """True when the account with this number does the intake."""
        return any(one.pk == number and one.may_enter and one.has_view for one in self.accounts)


def around(request: ConsultationRequest) -> Around:
    """Return the accounts around a request: asked for once for each time that it was read. For screens, not verbs."""
    kept = request.__dict__.get("_accounts_around")
    if kept is None:
        kept = request.__dict__["_accounts_around"] = list(_around(request.pk))
    return Around(kept, request.assignee_id)


def _around(number: int):
    users = get_user_model().objects
    wall = Screen.objects.filter(request=number, user=OuterRef("pk")).values("pk")
    return (
        users.annotate(may_enter=_is_among(ADMIN), has_view=_is_among(VIEW), wall=Subquery(wall))
        .filter(Q(may_enter=True) | Q(wall__isnull=False))
        .order_by("first_name", "last_name", "username")
    )


def _is_among(permission: str) -> ExpressionWrapper:
    holders = get_user_model().objects.with_perm(permission, backend=BACKEND).values("pk")
    return ExpressionWrapper(Q(pk__in=holders), output_field=BooleanField())


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
