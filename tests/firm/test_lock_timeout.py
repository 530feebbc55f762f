from threading import Event

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, transaction

from firm.lock_timeout import at_most


def waiting_time() -> str:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def test_a_locked_database_is_given_up_after_the_time_and_the_usual_patience_comes_back(threads):
    Group.objects.get_or_create(name="Locked")
    is_locked, is_over = Event(), Event()

    def lock():
        with transaction.atomic():
            Group.objects.select_for_update().filter(name="Locked").update(name="Locked")
            is_locked.set()
            assert is_over.wait(20)

    def knock() -> bool:
        usual = waiting_time()
        assert is_locked.wait(20)
        try:
            with pytest.raises(OperationalError), at_most(0.5):
                Group.objects.filter(name="Locked").update(name="Locked")
        finally:
            is_over.set()
        return waiting_time() == usual

    assert threads(lock, knock)[1]


@pytest.mark.django_db
def test_the_time_is_the_given_one():
    with at_most(3):
        assert waiting_time() in {"3000", "3s"}


def test_behind_a_pooler_nothing_is_set_between_two_transactions(threads):
    def visit():
        usual = waiting_time()
        with at_most(3):
            between = waiting_time()
            for _ in range(2):
                with transaction.atomic():
                    assert waiting_time() in {"3000", "3s"}
                    with transaction.atomic():
                        assert waiting_time() in {"3000", "3s"}
        assert waiting_time() == usual
        assert between == (usual if connection.vendor == "postgresql" else "3000")

    configured = connection.settings_dict
    before = configured.get("DISABLE_SERVER_SIDE_CURSORS", False)
    configured["DISABLE_SERVER_SIDE_CURSORS"] = True
    try:
        threads(visit)
    finally:
        configured["DISABLE_SERVER_SIDE_CURSORS"] = before
