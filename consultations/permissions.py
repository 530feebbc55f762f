"""Who may do what. The intake staff reaches all requests, an attorney the assigned ones, nobody those behind a wall.

A permission opens nothing to accounts that do not do the intake.
"""

from django.contrib.auth import get_user_model

from consultations.models.events import Screen
from consultations.models.requests import ConsultationRequest
from consultations.workflow import MERGEABLE, MOVES, Power

VIEW = "consultations.view_consultationrequest"
CHANGE = "consultations.change_consultationrequest"
DELETE = "consultations.delete_consultationrequest"
MANAGE = "consultations.manage_consultationrequest"
EXPORT = "consultations.export_consultationrequest"
TRAIL = "consultations.view_trail"
ADMIN = "wagtailadmin.access_admin"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def is_intake(user) -> bool:
    """Whether the account does the intake: it sees all requests except those behind its ethical walls."""
    return user.is_active and user.has_perms((ADMIN, VIEW))


def has_any(user) -> bool:
    if is_intake(user):
        return True
    return user.is_active and user.has_perm(ADMIN) and visible_to(user).exists()


def may_work_in_bulk(user) -> bool:
    return is_intake(user) and user.has_perm(CHANGE)


def may_export(user) -> bool:
    return is_intake(user) and user.has_perm(EXPORT)


def may_read_trail(user) -> bool:
    return is_intake(user) and user.has_perm(TRAIL)


def may_manage(user) -> bool:
    return is_intake(user) and user.has_perm(MANAGE)


def visible_to(user):
    """Return the requests that an account may see; none without access to the admin."""
    if not user.is_active or not user.has_perm(ADMIN):
        return ConsultationRequest.objects.none()
    found = ConsultationRequest.objects.exclude(pk__in=Screen.objects.filter(user=user).values("request"))
    return found if user.has_perm(VIEW) else found.filter(assignee=user)


def read_by(user, pk: int) -> ConsultationRequest | None:
    return visible_to(user).with_matter().filter(pk=pk).first()


def may_see(user, request: ConsultationRequest) -> bool:
    return visible_to(user).filter(pk=request.pk).exists()


def holds(user, power: str, request: ConsultationRequest) -> bool:
    """Whether the account has a power over a request that it may see. An assigned attorney may work on it."""
    if not is_intake(user):
        return power == Power.WORK and request.assignee_id == user.pk and user.has_perm(ADMIN)
    return user.has_perm(MANAGE if power == Power.MANAGE else CHANGE)


def moves_for(user, request: ConsultationRequest) -> dict:
    """Return the statuses that the account may set, each with its move."""
    ways = MOVES[request.status].items()
    return {str(to): move for to, move in ways if holds(user, move.power, request)}


def may_merge(user, request: ConsultationRequest) -> bool:
    return is_intake(user) and request.status in MERGEABLE and holds(user, Power.WORK, request)


def may_assign(user, to, request: ConsultationRequest) -> bool:
    """Whether the account may assign the request to ``to``: intake staff among themselves, managers to anybody.

    Nobody can be assigned a request that they could not open.
    """
    if not holds(user, Power.WORK, request):
        return False
    if to is None:
        return is_intake(user)
    if not to.is_active or not to.has_perm(ADMIN) or is_screened(to, request):
        return False
    return to == user or (is_intake(user) and (is_intake(to) or user.has_perm(MANAGE)))


def is_screened(user, request: ConsultationRequest) -> bool:
    return Screen.objects.filter(user=user, request=request).exists()


def staff_of_intake():
    """Return the accounts that do the intake (`is_intake`), by name, in one query."""
    users = get_user_model().objects
    may_enter = users.with_perm(ADMIN, backend=BACKEND).values("pk")
    return _by_name(users.with_perm(VIEW, backend=BACKEND).filter(pk__in=may_enter))


def addresses_of_intake() -> list[str]:
    """Return the mail addresses of `staff_of_intake`, in its order; empty for accounts without one."""
    return list(staff_of_intake().values_list("email", flat=True))


def addresses_of_managers() -> list[str]:
    """Return the mail addresses of those who manage the intake, including superusers."""
    managers = get_user_model().objects.with_perm(MANAGE, backend=BACKEND).values("pk")
    return list(staff_of_intake().filter(pk__in=managers).exclude(email="").values_list("email", flat=True))


def assignable_by(user):
    """Return the accounts to which this one may assign requests."""
    if not is_intake(user):
        return get_user_model().objects.filter(pk=user.pk)
    if not user.has_perm(MANAGE):
        return staff_of_intake()
    return _by_name(get_user_model().objects.with_perm(ADMIN, backend=BACKEND))


def _by_name(users):
    return users.filter(is_active=True).order_by("first_name", "last_name", get_user_model().USERNAME_FIELD)
