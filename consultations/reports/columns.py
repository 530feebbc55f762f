"""Computed columns, the same on PostgreSQL and SQLite."""

from django.db.models import (
    BooleanField,
    Case,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)

from consultations.models import EventKind, RequestEvent
from consultations.workflow import AWAITING, Status

#: The length of a slot in seconds. Days and hours of every time zone begin with a slot.
SLOT = 15 * 60


class Seconds(Func):
    """Whole seconds since 1970 of a moment, rounded down."""

    arity = 1
    output_field = IntegerField()

    def as_sql(self, compiler, connection, **extra):
        return super().as_sql(
            compiler, connection, template="FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint", **extra
        )

    def as_sqlite(self, compiler, connection, **extra):
        """SQLite would round up to the next second."""
        template = "CAST(STRFTIME('%%%%s', SUBSTR(%(expressions)s, 1, 19)) AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, **extra)


class Code(Func):
    """The text of one key of an event's facts. ``key`` goes into the SQL: it must be a constant."""

    arity = 1
    output_field = TextField()

    def __init__(self, expression, key: str):
        super().__init__(expression, key=key)

    def as_sql(self, compiler, connection, **extra):
        return super().as_sql(compiler, connection, template="(%(expressions)s ->> '%(key)s')", **extra)

    def as_sqlite(self, compiler, connection, **extra):
        return super().as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$.%(key)s')", **extra)


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
    Status.IN_REVIEW,
    Status.CONTACTED,
    Status.SCHEDULED,
    Status.DECLINED,
    Status.REFERRED,
    Status.NOT_REACHED,
    Status.CONFLICT,
)
#: The course of a request of the period; 0 or null for the others. No appointment is made before a first contact.
COURSE = Case(
    When(
        is_now=True,
        first_contact_at__isnull=False,
        status__in=_WENT_ON,
        then=Subquery(
            _MOVES.order_by()
            .annotate(to=Code("facts", "to"))
            .values("request")
            .annotate(course=Max(_WEIGHT))
            .values("course")
        ),
    ),
    output_field=IntegerField(),
)
#: The status before a declined request was last moved; null for all others.
DECLINED_FROM = Case(
    When(status=Status.DECLINED, then=Subquery(_MOVES.order_by("-at", "-pk").values(origin=Code("facts", "from"))[:1])),
    output_field=TextField(),
)
#: Whether a first contact was made.
IS_ANSWERED = Case(
    When(first_contact_at__isnull=False, then=Value(True)), default=Value(False), output_field=BooleanField()
)
#: The slot in which a request was received, counted since 1970.
RECEIVED_IN = Seconds(F("submitted_at")) / Value(SLOT)
#: Whole minutes until the first contact; 0 if it was made earlier, on a request that was merged into this one.
MINUTES = Case(
    When(first_contact_at__lt=F("submitted_at"), then=Value(0)),
    When(
        first_contact_at__isnull=False,
        then=(Seconds(F("first_contact_at")) - Seconds(F("submitted_at"))) / Value(60),
    ),
    output_field=IntegerField(),
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
