"""Named sets of consultation requests."""

import re
from datetime import datetime, timedelta

from django.apps import apps
from django.db import models
from django.db.models import F
from django.utils import timezone

from consultations.due_dates import COURT_SOON
from consultations.reference import read_reference
from consultations.text_cleaning import one_line
from consultations.workflow import AWAITING, CLOSED, OPEN, Status
from firm.encryption.blind_index import normalise_email, normalise_phone

MAX_SEARCH = 100
#: As many digits as staff remember of a number without its area code.
ENDING_DIGITS = 7
_NUMBER = re.compile(r"[\d\s()+./–-]+")


class ConsultationRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status__in=OPEN)

    def closed(self):
        return self.filter(status__in=CLOSED)

    def quarantined(self):
        return self.filter(status=Status.QUARANTINE)

    def unassigned(self):
        return self.filter(assignee=None)

    def awaiting_first_contact(self):
        return self.filter(status__in=AWAITING, first_contact_at=None)

    def overdue(self, now: datetime | None = None):
        return self.awaiting_first_contact().filter(due_at__lte=now or timezone.now())

    def in_custody(self):
        return self.filter(in_custody=True)

    def in_court_soon(self, now: datetime | None = None):
        today = timezone.localdate(now)
        return self.filter(court_date__range=(today, today + COURT_SOON))

    def received_since(self, age: timedelta, now: datetime | None = None):
        return self.filter(submitted_at__gte=(now or timezone.now()) - age)

    def for_queue(self):
        """With what a line of the list shows, in one query: the assignee, and the area's title as ``area_title``."""
        return (
            self.select_related("assignee")
            .annotate(area_title=F("practice_area__title"))
            .defer("message", "other_parties", "acknowledgement", "sms_consent_wording", "best_time", "court")
        )

    def with_matter(self):
        return self.select_related("practice_area", "attorney", "assignee", "follows", "merged_into").defer(
            "practice_area__body", "practice_area__faq", "attorney__biography", "attorney__matters"
        )

    def matching(self, text: str):
        """Those with this reference, e-mail address, telephone number or its last seven digits, in any notation, or
        with a name that has words beginning with all words of ``text``. Found by digests: nothing is opened.

        Each way of matching is asked of its own index, and what they find is put together: alternatives of one
        condition would have the database go through all requests.
        """
        text = one_line(text[: MAX_SEARCH * 4])[:MAX_SEARCH]
        if not text:
            return self
        entries = apps.get_model("consultations", "RequestEntry").objects
        ways = [entries.matching("name", text), entries.equal_to("email", normalise_email(text))]
        if reference := read_reference(text):
            ways.append(self._of_all(reference=reference))
        elif len(text) >= 3 and text.isascii() and text.replace("-", "").isalnum():
            ways.append(self._of_all(reference__startswith=text.upper()))
        if number := normalise_phone(text):
            ways.append(entries.equal_to("phone", number))
        digits = re.sub(r"\D", "", text) if _NUMBER.fullmatch(text) else ""
        if len(digits) >= ENDING_DIGITS:
            ways.append(entries.equal_to("ending", digits[-ENDING_DIGITS:]))
        return self.filter(pk__in=ways[0].union(*ways[1:], all=True))

    def _of_all(self, **condition):
        return self.model._base_manager.filter(**condition).order_by().values("pk")
