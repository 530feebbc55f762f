"""What the worker does for this app by the clock."""

from django.utils import timezone

from consultations import response_targets
from consultations.actions import reminders
from consultations.audit.nightly_check import verify_nightly
from consultations.calendar.status_effects import end_lapsed_holds
from consultations.conflicts import checks
from consultations.conflicts.first_check import Arrivals
from consultations.mail import notifications, outbox
from consultations.retention.erasing import purge_daily
from consultations.retention.secure_delete import clean_files
from firm.schedule import every

#: Mail has a clock of its own: a mail server that does not answer must hold up nothing else.
every(3, "send messages", outbox.send_due, alone=True)
#: So has the first check: what it waits for must not wait for the other jobs.
every(1, "check what has arrived", Arrivals().check, alone=True)
every(60, "remind of overdue requests", notifications.announce_overdue)
every(60, "tell of reminders", reminders.tell_due)
every(60, "write the morning digest", notifications.announce_digest)
every(60, "check for conflicts again", checks.check_due)
every(60, "release times that were not confirmed", lambda: end_lapsed_holds(timezone.now()))
every(15 * 60, "bring urgencies up to date", response_targets.refresh)
every(24 * 3600, "forget sent messages", outbox.forget_sent)
every(24 * 3600, "erase what is past its date", purge_daily, alone=True)
every(24 * 3600, "verify the trail", verify_nightly, alone=True)
every(600, "clean the files of what was erased", clean_files, alone=True)
