"""What this app adds to backups: after a restore, and in a drill."""

from django.test import Client
from django.utils.html import escape

from consultations.display import detail_url
from consultations.models import ConsultationRequest, MessageState, OutgoingMessage
from firm.backups.registry import AFTER_RESTORE, DRILL_STEPS, BackupError

HELD = "it waited when the backup was made, and may have been sent since"


def hold_waiting_messages() -> str:
    """Give up what waited when the backup was made, so that a person decides whether it goes out once more."""
    held = OutgoingMessage.objects.filter(state=MessageState.WAITING).update(
        state=MessageState.DEAD, leased_until=None, last_error=HELD
    )
    return (
        f"{held} messages waited then; look at Undelivered mail, and send again what had not gone out." if held else ""
    )


def open_request(browser: Client) -> str:
    request = ConsultationRequest.objects.order_by("-pk").first()
    if request is None:
        return "There is no request to open."
    answer = browser.get(detail_url(request), secure=True)
    if answer.status_code != 200 or escape(request.full_name) not in answer.content.decode():
        raise BackupError("A request cannot be opened in the restored site.")
    return "A request was opened and decrypted."


def register() -> None:
    AFTER_RESTORE.append(hold_waiting_messages)
    DRILL_STEPS.append(open_request)
