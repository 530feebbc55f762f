"""What the worker does for this app by the clock."""

from django.utils import timezone

from consultations.limits import purge_counts
from firm.schedule import every

every(3600, "forget old counts of the form", lambda: purge_counts(timezone.now()))
