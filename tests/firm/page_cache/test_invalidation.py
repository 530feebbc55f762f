"""That every change of what visitors see is noticed, by whatever way it is made, and that a draft is none."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from firm.models import Attempt, FirmSettings, PublicChange
from firm.page_cache import invalidation
from firm.page_cache.invalidation import watched_models
from firm.page_cache.state import STATE_SECONDS, StateReader, read_state
from tests import factories
from tests.firm.accounts.conftest import give_password, sign_in, staff


@pytest.fixture
def change(db):
    """Return a function that says whether what it does changes the state."""

    def changes_state(action) -> bool:
        before = read_state()
        assert before
        action()
        return read_state() != before

    return changes_state


@pytest.fixture
def page(home):
    return factories.StandardPageFactory(parent=home)


def test_every_name_among_the_unseen_is_one_of_ours():
    known = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    known |= {config.label for config in apps.get_app_configs()}
    assert known >= invalidation.UNSEEN | invalidation.SEEN


def test_what_visitors_read_is_watched():
    labels = {model._meta.label_lower for model in watched_models()}
    assert labels >= {
        "wagtailcore.page",
        "firm.homepage",
        "firm.firmsettings",
        "firm.office",
        "firm.firmimage",
        "blog.blogpostpage",
        "blog.postauthor",
        "blog.posttag",
        "blog.blogpostpage_practice_areas",
        "attorneys.testimonialpage",
        "wagtail_footnotes.footnote",
        "wagtailcore.pageviewrestriction",
        "wagtailcore.site",
        "wagtailredirects.redirect",
        "consultations.consultationpage",
    }
    assert "consultations.consultationrequest" not in labels


def _tables() -> list[str]:
    return sorted(model._meta.db_table for model in watched_models())


@pytest.mark.parametrize("table", _tables())
@pytest.mark.parametrize("event", ["INSERT", "UPDATE", "DELETE"])
def test_every_watched_table_has_its_triggers(db, table, event):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            found = any(f"AFTER {event}" in sql for (sql,) in cursor.fetchall())
        else:
            cursor.execute(
                "SELECT 1 FROM information_schema.triggers WHERE trigger_name = 'public_change'"
                " AND event_object_table = %s AND event_manipulation = %s",
                [table, event],
            )
            found = cursor.fetchone() is not None
    assert found


def test_publishing_is_noticed(change, page):
    page.title = "Another title"
    revision = page.save_revision()
    assert change(revision.publish)


def test_a_draft_is_no_change(change, page):
    page.title = "Not yet"
    assert not change(page.save_revision)
    assert Page.objects.get(pk=page.pk).draft_title == "Not yet"


@pytest.mark.parametrize(
    "action",
    [
        lambda page: page.unpublish(),
        lambda page: page.delete(),
        lambda page: page.move(factories.StandardPageFactory(parent=page.get_parent()), pos="right"),
        lambda page: Page.objects.filter(pk=page.pk).update(title="By a statement"),
        lambda page: PageViewRestriction.objects.create(page=page, restriction_type="login"),
        lambda page: FirmSettings.objects.update(firm_name="Other & Partners"),
        lambda page: factories.ImageFactory(),
        lambda page: factories.OfficeFactory(),
    ],
    ids=["unpublish", "delete", "move", "statement", "restrict", "settings", "image", "office"],
)
def test_other_ways_are_noticed(change, page, action):
    assert change(lambda: action(page))


def test_a_schedule_is_noticed_when_its_time_has_come(change, home):
    page = factories.StandardPageFactory(parent=home)
    page.go_live_at = timezone.now() + timedelta(hours=1)
    page.title = "Later"
    page.save_revision().publish()
    later = timezone.now() + timedelta(hours=2)
    with time_machine.travel(later):
        assert change(lambda: call_command("publish_scheduled"))


def test_what_nobody_sees_is_no_change(change, home):
    assert not change(lambda: factories.UserFactory())


def test_neither_signing_in_nor_a_failed_attempt_is_a_change(change, home):
    user = staff()
    assert not change(lambda: give_password(Client(), user, "wrong-wrong-wrong"))
    assert Attempt.objects.exists()
    assert not change(lambda: sign_in(user))


def test_a_change_that_is_undone_was_none(change, page):
    def undone():
        with transaction.atomic():
            Page.objects.filter(pk=page.pk).update(title="Never")
            transaction.set_rollback(True)

    assert not change(undone)


def test_a_new_day_is_a_change(db):
    with time_machine.travel("2026-12-31T23:59:00-05:00", tick=False):
        before = read_state()
    with time_machine.travel("2027-01-01T00:01:00-05:00", tick=False):
        assert read_state() != before


def test_triggers_come_back_with_the_next_migration(db, change, page):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER public_change_wagtailcore_page_update")
        else:
            cursor.execute("DROP TRIGGER public_change ON wagtailcore_page")
    assert not change(lambda: Page.objects.filter(pk=page.pk).update(title="Unnoticed"))
    invalidation.install()
    assert change(lambda: Page.objects.filter(pk=page.pk).update(title="Noticed"))


def test_clearing_many_marks_is_a_change_and_leaves_one(change, monkeypatch):
    monkeypatch.setattr(invalidation, "MOST_MARKS", 3)
    PublicChange.objects.bulk_create(PublicChange() for _ in range(5))
    assert change(invalidation.clear_marks)
    assert PublicChange.objects.count() == 1
    assert not invalidation.clear_marks()


def test_without_a_mark_nothing_may_be_kept_on_sqlite(db):
    PublicChange.objects.all().delete()
    assert (read_state() is None) == (connection.vendor == "sqlite")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_database_is_asked_again_only_after_a_while(monkeypatch):
    monkeypatch.setattr("firm.page_cache.state.STATE_SECONDS", STATE_SECONDS)
    asked, clock = [], Clock()
    watch = StateReader(lambda: asked.append(1) or str(len(asked)), clock)
    assert [watch.state(), watch.state()] == ["1", "1"]
    clock.now += 2 * STATE_SECONDS
    assert watch.state() == "2"


def test_a_change_is_seen_within_a_second():
    assert STATE_SECONDS < 1


def test_without_a_database_what_is_known_goes_on_to_hold():
    clock, answers = Clock(), iter(["first", Error("gone"), "second"])

    def read():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watch = StateReader(read, clock)
    known = []
    for _ in range(3):
        known.append(watch.state())
        clock.now += 2 * STATE_SECONDS
    assert known == ["first", "first", "second"]


def test_a_change_of_another_connection_is_seen(threads):
    def change_something():
        FirmSettings.objects.create(site_id=1, firm_name="Elsewhere")
        return read_state()

    before = read_state()
    [there] = threads(change_something)
    assert before != there == read_state()


def test_a_lower_number_committed_later_is_a_change(threads):
    """On PostgreSQL numbers overtake each other; SQLite lets the second one wait until the first is done."""
    begun, ended = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            PublicChange.objects.create()
            begun.set()
            if connection.vendor == "postgresql":
                ended.wait(30)
        return read_state()

    def quick():
        begun.wait(30)
        PublicChange.objects.create()
        state = read_state()
        ended.set()
        return state

    after_slow, after_quick = threads(slow, quick)
    if connection.vendor == "postgresql":
        assert after_slow != after_quick
    assert read_state() in {after_slow, after_quick}
