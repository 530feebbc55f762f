"""What a visitor and staff write is nowhere to be read in the database, and is found nevertheless."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from consultations.actions import requests
from consultations.models import ConsultationRequest, RequestEntry, RequestEvent
from firm.encryption.cipher import Unreadable
from tests.consultations.conftest import make_user
from tests.consultations.factories import ConsultationRequestFactory as Request

#: One word for each field, so that a leak says where it came from.
WORDS = {
    "full_name": "Zebrawine Okapistone",
    "email": "giraffe.moss@example.com",
    "best_time": "Whenever the heronbell rings",
    "person_in_need": "Lynxfield Ottershore",
    "court": "Part Pelicanhall",
    "other_parties": "Badgerlamp Incorporated",
    "message": "The marmotkey was under the mat",
}
PHONE = "+12125550163"
NOTE = "Called the cormorantdoor and spoke"
OLD_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NEW_KEY = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


def everything_stored(database: str) -> bytes:
    """All bytes of the database, write-ahead log included; on PostgreSQL all rows of the app's tables."""
    if connection.vendor == "sqlite":
        path = Path(database)
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names() if name.startswith("consultations_")]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows).encode()


def store() -> ConsultationRequest:
    request = Request(**WORDS, phone=PHONE, relationship="family")
    user = make_user("owner", is_superuser=True)
    requests.add_note(request.pk, text=NOTE, by=user)
    requests.move(request.pk, to="declined", reason=f"{NOTE} twice", by=user)
    return request


def test_nothing_is_readable_in_the_database(threads):
    request = threads(store)[0]
    stored = everything_stored(threads.database)
    assert request.reference.encode() in stored
    for text in [*WORDS.values(), NOTE]:
        for word in text.split():
            if len(word) > 7:
                assert word.encode() not in stored
                assert word.lower().encode() not in stored.lower()
    assert PHONE[-7:].encode() not in stored


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["okapi", "ottershore lynx", "GIRAFFE.MOSS@EXAMPLE.COM", "(212) 555-0163", "555 0163"]
)
def test_found_and_read_again_after_the_keys_have_changed(settings, typed):
    settings.FIELD_ENCRYPTION_KEYS = [OLD_KEY]
    request = store()
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, OLD_KEY]
    assert ConsultationRequest.objects.matching(typed).get() == request
    call_command("rotate_field_keys", verbosity=0)
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    found = ConsultationRequest.objects.matching(typed).get()
    assert {name: getattr(found, name) for name in WORDS} == WORDS
    assert RequestEvent.objects.get(kind="noted").text == NOTE


@pytest.mark.django_db
def test_ciphertext_moved_to_another_request_does_not_open():
    victim, thief = Request(full_name="Zebrawine"), Request()
    ConsultationRequest.objects.filter(pk=thief.pk).update(
        full_name_encrypted=ConsultationRequest.objects.get(pk=victim.pk).full_name_encrypted
    )
    with pytest.raises(Unreadable):
        _ = ConsultationRequest.objects.get(pk=thief.pk).full_name


@pytest.mark.django_db
def test_digests_go_with_the_request():
    Request(full_name="Zebrawine").delete()
    assert not RequestEntry.objects.exists()
