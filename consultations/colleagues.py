"""The accounts that may be told of a request, which are those that may see it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery

from consultations.models import ConsultationRequest, Reminder, Screen
from consultations.permissions import ADMIN, BACKEND, MANAGE, VIEW, is_intake, may_see


def tellable(request: ConsultationRequest):
    """Return the accounts that may see a request, by name; in one query."""
    users = get_user_model().objects
    may_enter = users.with_perm(ADMIN, backend=BACKEND).values("pk")
    does_intake = users.with_perm(VIEW, backend=BACKEND).values("pk")
    screened = Screen.objects.filter(request=request, user=OuterRef("pk"))
    found = users.filter(Q(pk__in=does_intake) | Q(pk=request.assignee_id), pk__in=may_enter)
    return found.exclude(Exists(screened)).order_by("first_name", "last_name", "username")


@dataclass(frozen=True)
class Around:
    """The accounts that a request's screen may name: those with access to the admin, or behind its ethical walls."""

    accounts: list
    assignee_id: int | None

    @property
    def free(self) -> list:
        return [one for one in self.accounts if one.may_enter and one.wall is None]

    @property
    def tellable(self) -> list:
        return [one for one in self.free if one.has_view or one.pk == self.assignee_id]

    @property
    def screened(self) -> list:
        """The accounts behind ethical walls, in the order in which these were set up."""
        return sorted((one for one in self.accounts if one.wall is not None), key=lambda one: one.wall)

    def assignable_by(self, user) -> list:
        if not is_intake(user):
            return [one for one in self.free if one == user]
        return self.free if user.has_perm(MANAGE) else [one for one in self.free if one.has_view]

    def is_intake(self, number: int) -> bool:
        return any(one.pk == number and one.may_enter and one.has_view for one in self.accounts)


def around(request: ConsultationRequest) -> Around:
    """Return the accounts around a request, from one query for each instance. For screens, not for actions."""
    if not hasattr(request, "_accounts_around"):
        wall = Screen.objects.filter(request=request.pk, user=OuterRef("pk")).values("pk")
        found = get_user_model().objects.annotate(
            may_enter=_is_among(ADMIN), has_view=_is_among(VIEW), wall=Subquery(wall)
        )
        found = found.filter(Q(may_enter=True) | Q(wall__isnull=False))
        request._accounts_around = list(found.order_by("first_name", "last_name", "username"))
    return Around(request._accounts_around, request.assignee_id)


def _is_among(permission: str) -> ExpressionWrapper:
    holders = get_user_model().objects.with_perm(permission, backend=BACKEND).values("pk")
    return ExpressionWrapper(Q(pk__in=holders), output_field=BooleanField())


def managers_of(request: ConsultationRequest) -> list:
    managers = get_user_model().objects.with_perm(MANAGE, backend=BACKEND).values("pk")
    return [user for user in tellable(request).filter(pk__in=managers) if is_intake(user)]


def recipients_of(reminder: Reminder) -> list:
    """Return the recipients of a reminder: its user, else the assignee, else the intake managers.

    An account that may no longer see the request is left out.
    """
    request = reminder.request
    for user in (reminder.for_user, request.assignee if reminder.for_user_id else None):
        if user is not None and may_see(user, request):
            return [user]
    return managers_of(request)


def addresses_of(users: Iterable) -> list[str]:
    return list({user.email.lower(): user.email for user in users if user.email}.values())
