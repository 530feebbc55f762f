from django.utils.module_loading import import_module

from consultations import response_targets
from consultations.mail import notifications, outbox
from firm import schedule


def test_mail_leaves_within_seconds_and_has_a_clock_of_its_own():
    import_module("consultations.schedule_entries")
    entries = {entry.job: entry for entry in schedule._entries.values()}
    mail = entries[outbox.send_due]
    assert mail.alone
    assert mail.seconds <= 5


def test_the_rest_is_done_by_the_clock_that_others_share():
    import_module("consultations.schedule_entries")
    entries = {entry.job: entry for entry in schedule._entries.values()}
    every_minute = (notifications.announce_overdue, notifications.announce_digest)
    assert [(entries[job].seconds, entries[job].alone) for job in every_minute] == [(60, False)] * 2
    assert entries[response_targets.refresh].seconds == 15 * 60
    assert entries[outbox.forget_sent].seconds == 24 * 3600
