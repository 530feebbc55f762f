"""Computed columns."""

from django.db.models import Case, F, IntegerField, Max, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from consultations.models import EventKind, RequestEvent
from consultations.workflow import AWAITING, Status

#: The course of a request by its moves, the greatest of: an appointment was made; a consultation took place.
SCHEDULED, CONSULTED = 1, 2
_WEIGHT = Case(
    When(Q(to__in=(Status.CONSULTED, Status.RETAINED)), then=CONSULTED),
    When(Q(to=Status.SCHEDULED), then=SCHEDULED),
    default=0,
    output_field=IntegerField(),
)
_MOVES = RequestEvent.objects.filter(request=OuterRef("pk"), kind=EventKind.MOVED)
#: Statuses whose requests may have come further before; only their moves are read.
_WENT_ON = (
    *(Status.IN_REVIEW, Status.CONTACTED, Status.SCHEDULED),
    *(Status.DECLINED, Status.REFERRED, Status.NOT_REACHED, Status.CONFLICT),
)
#: The course of a request of the period; 0 or null for the others. No appointment is made before a first contact.
COURSE = Case(
    When(
        is_now=True,
        first_contact_at__isnull=False,
        status__in=_WENT_ON,
        then=Subquery(
            _MOVES.order_by()
            .annotate(to=Cast(KT("facts__to"), TextField()))
            .values("request")
            .annotate(course=Max(_WEIGHT))
            .values("course")
        ),
    ),
    output_field=IntegerField(),
)
#: The status before a declined request was last moved; null for all others.
DECLINED_FROM = Case(
    When(status=Status.DECLINED, then=Subquery(_MOVES.order_by("-at", "-pk").values(origin=KT("facts__from"))[:1])),
    output_field=TextField(),
)
#: The events of a first contact: a logged call or message, an e-mail sent from the site.
_ANSWERS = (EventKind.CONTACT, EventKind.ANSWERED)
#: Who made the first contact; without one, the assignee. Null for requests before the period.
ANSWERED_BY = Case(
    When(is_now=False, then=None),
    When(
        first_contact_at__isnull=False,
        then=Subquery(
            RequestEvent.objects.filter(request=OuterRef("pk"), kind__in=_ANSWERS, at=OuterRef("first_contact_at"))
            .order_by("pk")
            .values("actor")[:1]
        ),
    ),
    default=F("assignee"),
    output_field=IntegerField(),
)

#: States of a request against its response target.
IN_TIME, LATE, OVERDUE, WAITING, ENDED = "in_time", "late", "overdue", "waiting", "ended"


def answer_state(now) -> Case:
    """Return the state of a request at ``now``: answered in time or late, waiting, overdue, or ended unanswered."""
    return Case(
        When(first_contact_at__isnull=False, due_at__lt=F("first_contact_at"), then=Value(LATE)),
        When(first_contact_at__isnull=False, then=Value(IN_TIME)),
        When(status__in=AWAITING, due_at__lte=now, then=Value(OVERDUE)),
        When(status__in=AWAITING, then=Value(WAITING)),
        default=Value(ENDED),
        output_field=TextField(),
    )
