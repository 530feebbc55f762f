"""Named sets of consultation requests."""

import re

from django.db import models
from django.db.models import F, Q
from phonenumber_field.phonenumber import to_python

from consultations.reference import read_reference
from consultations.text import one_line
from consultations.workflow import OPEN, Status

MAX_SEARCH = 100
MIN_DIGITS = 4
_NUMBER = re.compile(r"[\d\s()+./–-]+")


class ConsultationRequestQuerySet(models.QuerySet):
    """Requests for a consultation."""

    def new(self):
        """Those that nobody has looked at yet."""
        return self.filter(status=Status.NEW)

    def open(self):
        """Those in which somebody still waits for an answer."""
        return self.filter(status__in=OPEN)

    def unassigned(self):
        """Those that are nobody's yet."""
        return self.filter(assignee=None)

    def assigned_to(self, user):
        """Those that ``user`` sees to."""
        return self.filter(assignee=user)

    def suspicious(self):
        """Those that look as if no person had sent them. They are kept like all others."""
        return self.filter(is_suspicious=True)

    def for_queue(self):
        """With what a line of the list shows, in one query: the assignee, and the area's title as ``area_title``."""
        return self.select_related("assignee").annotate(area_title=F("practice_area__title"))

    def with_matter(self):
        """With the pages of practice area and attorney, without their long texts."""
        return self.select_related("practice_area", "attorney", "assignee").defer(
            "practice_area__body", "practice_area__faq", "attorney__biography", "attorney__matters"
        )

    def matching(self, text: str):
        """Those whose reference, name, e-mail address or telephone number, in any notation, contains ``text``."""
        text = one_line(text[: MAX_SEARCH * 4])[:MAX_SEARCH]
        if not text:
            return self
        condition = Q(email__icontains=text) | Q(reference__icontains=text) | _named(text)
        if reference := read_reference(text):
            condition |= Q(reference=reference)
        number = to_python(text)
        if number and number.is_valid():
            condition |= Q(phone=number.as_e164)
        digits = re.sub(r"\D", "", text) if _NUMBER.fullmatch(text) else ""
        if len(digits) >= MIN_DIGITS:
            condition |= Q(phone__contains=digits)
        return self.filter(condition)


def _named(text: str) -> Q:
    """All words of ``text`` occur in the name of the sender, or of the person who needs help, in any order."""
    sender, person = Q(), Q()
    for word in text.split():
        sender &= Q(full_name__icontains=word)
        person &= Q(person_in_need__icontains=word)
    return sender | person


ConsultationRequestManager = models.Manager.from_queryset(ConsultationRequestQuerySet)
