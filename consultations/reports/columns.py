"""Columns that the database computes from others, the same on PostgreSQL and SQLite."""

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

#: The length of a slot in seconds: every zone of the world begins its days and hours at the beginning of one.
SLOT = 15 * 60


class Seconds(Func):
    """Whole seconds since 1970 of a moment; what is left over is cut off."""

    arity = 1
    output_field = IntegerField()

    def as_sql(self, compiler, connection, **extra):
        """For PostgreSQL."""
        return super().as_sql(
            compiler, connection, template="FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint", **extra
        )

    def as_sqlite(self, compiler, connection, **extra):
        """For SQLite, which would round up to the next second."""
        template = "CAST(STRFTIME('%%%%s', SUBSTR(%(expressions)s, 1, 19)) AS INTEGER)"
        return super().as_sql(compiler, connection, template=template, **extra)


class Code(Func):
    """The text of one key of the facts of an event; ``key`` is a word of ours."""

    arity = 1
    output_field = TextField()

    def __init__(self, expression, key: str):
        super().__init__(expression, key=key)

    def as_sql(self, compiler, connection, **extra):
        """For PostgreSQL."""
        return super().as_sql(compiler, connection, template="(%(expressions)s ->> '%(key)s')", **extra)

    def as_sqlite(self, compiler, connection, **extra):
        """For SQLite."""
        return super().as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$.%(key)s')", **extra)


#: What the moves of a request tell, the greater counts: it was given an appointment; a consultation was held.
SCHEDULED, CONSULTED = 1, 2
_WEIGHT = Case(
    When(Q(to__in=(Status.CONSULTED, Status.RETAINED)), then=CONSULTED),
    When(Q(to=Status.SCHEDULED), then=SCHEDULED),
    default=0,
    output_field=IntegerField(),
)
_MOVES = RequestEvent.objects.filter(request=OuterRef("pk"), kind=EventKind.MOVED)
#: The states of requests whose moves may tell of more than the state does; the others need not be looked at.
_WENT_ON = (
    Status.IN_REVIEW,
    Status.CONTACTED,
    Status.SCHEDULED,
    Status.DECLINED,
    Status.REFERRED,
    Status.NOT_REACHED,
    Status.CONFLICT,
)
#: The course of a request of the period: the greatest of the two among its moves; 0 or none for others. Nobody is given
#: an appointment before a first contact.
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
#: From where a declined request was moved last; nothing for all others, whose moves need not be looked at.
DECLINED_FROM = Case(
    When(status=Status.DECLINED, then=Subquery(_MOVES.order_by("-at", "-pk").values(origin=Code("facts", "from"))[:1])),
    output_field=TextField(),
)
#: True once somebody has called or written.
IS_ANSWERED = Case(
    When(first_contact_at__isnull=False, then=Value(True)), default=Value(False), output_field=BooleanField()
)
#: Quarter of an hour in which a request was received, as a number since 1970.
RECEIVED_IN = Seconds(F("submitted_at")) / Value(SLOT)
#: Whole minutes until the first contact. One made on an earlier request that was merged may lie before this one: 0.
MINUTES = Case(
    When(first_contact_at__lt=F("submitted_at"), then=Value(0)),
    When(
        first_contact_at__isnull=False,
        then=(Seconds(F("first_contact_at")) - Seconds(F("submitted_at"))) / Value(60),
    ),
    output_field=IntegerField(),
)
#: The events that may be a first contact: a call or message that was logged, an e-mail written here.
_ANSWERS = (EventKind.CONTACT, EventKind.ANSWERED)
#: Who made the first contact; for a request without one, whose it is. Nobody for those before the period.
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

#: How a request stands against its target.
IN_TIME, LATE, OVERDUE, WAITING, ENDED = "in_time", "late", "overdue", "waiting", "ended"


def answer_state(now) -> Case:
    """Return how a request stands at ``now``: answered in time or late, waiting, overdue, ended without."""
    return Case(
        When(first_contact_at__isnull=False, due_at__lt=F("first_contact_at"), then=Value(LATE)),
        When(first_contact_at__isnull=False, then=Value(IN_TIME)),
        When(status__in=AWAITING, due_at__lte=now, then=Value(OVERDUE)),
        When(status__in=AWAITING, then=Value(WAITING)),
        default=Value(ENDED),
        output_field=TextField(),
    )
