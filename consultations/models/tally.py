"""How many requests there are of each kind, kept by the database, so that nobody has to count them."""

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Sum

from consultations.conflict_states import ConflictState
from consultations.workflow import Status

#: What requests are counted by; the columns have the names of those of the request.
KEYS = ("status", "assignee_id", "practice_area_id", "conflict_state", "in_custody")
#: As many rows may pile up before they are summed up.
MOST_ROWS = 2000


class TallyQuerySet(models.QuerySet):
    """Rows of the tally."""

    def compact(self) -> bool:
        """Put one row in the place of all those of a kind; return whether there was anything to do."""
        if self.count() <= MOST_ROWS:
            return False
        table, keys = self.model._meta.db_table, ", ".join(KEYS)
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"""WITH gone AS (DELETE FROM {table} RETURNING *) INSERT INTO {table} ({keys}, requests)
                    SELECT {keys}, sum(requests) FROM gone GROUP BY {keys} HAVING sum(requests) <> 0"""
                )
            else:
                sums = list(self.order_by().values_list(*KEYS).annotate(Sum("requests")).exclude(requests__sum=0))
                self.all()._raw_delete(self.db)
                self.bulk_create([self.model(**dict(zip(KEYS, row, strict=False)), requests=row[-1]) for row in sums])
        return True


class RequestTally(models.Model):
    """So many requests more, or fewer, of one kind. Triggers add a row for each change, which holds up no other."""

    status = models.CharField(max_length=16, choices=Status)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    practice_area = models.ForeignKey(
        "firm.PracticeAreaPage",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    conflict_state = models.CharField(max_length=10, choices=ConflictState)
    in_custody = models.BooleanField()
    requests = models.IntegerField()

    objects = TallyQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.requests} requests"
