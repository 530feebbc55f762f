"""Mails about accounts. A request only leaves a row, the same for everybody; the worker looks up, writes and sends."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from firm.models import AccountMail

logger = logging.getLogger(__name__)

SUBJECTS = {
    "reset": "Set a new password",
    "factor_added": "A second step was added to your account",
    "factor_removed": "A second step was removed from your account",
    "code_used": "A recovery code of your account was used",
    "codes_made": "New recovery codes were made for your account",
    "password_changed": "Your password was changed",
    "address_changed": "The e-mail address of your account was changed",
}
#: For how long a mail is tried, and the pause between two attempts.
TRIED, PAUSE = timedelta(hours=6), timedelta(minutes=1)
BATCH = 50


def notify(user, kind: str, *, address: str | None = None) -> None:
    """Notify an account by mail, in the transaction of what happened to it.

    The mail goes to the address that the account has now, or to ``address``: who takes an account over and then changes
    its address does not get the earlier notices.
    """
    address = user.email if address is None else address
    if address:
        AccountMail.objects.create(kind=kind, user=user, address=address)


def request_reset(address: str) -> None:
    """Send a link to the accounts with this address, if there are any; the row is the same if there are none."""
    AccountMail.objects.create(kind="reset", address=address)


def send_waiting(now: datetime | None = None) -> int:
    """Send the mails that are due; return how many. One that fails is tried again for some hours."""
    sent, start = 0, now or timezone.now()
    for mail in AccountMail.objects.filter(next_attempt_at__lte=start).select_related("user").order_by("pk")[:BATCH]:
        taken = AccountMail.objects.filter(pk=mail.pk, next_attempt_at=mail.next_attempt_at)
        if not taken.update(next_attempt_at=start + PAUSE):
            continue
        try:
            sent += sum(_send(mail, user, address) for user, address in _recipients(mail))
        except Exception as error:
            logger.warning("%s could not be sent: %s", mail, type(error).__name__)
            if mail.created_at > start - TRIED:
                continue
        mail.delete()
    return sent


def _recipients(mail: AccountMail) -> list[tuple]:
    """Return accounts, each with the address to write to."""
    if mail.user_id:
        address = mail.address or mail.user.email
        return [(mail.user, address)] if address else []
    users = get_user_model().objects.filter(email__iexact=mail.address, is_active=True)
    may = [user for user in users if user.has_usable_password() and user.has_perm("wagtailadmin.access_admin")]
    return [(user, user.email) for user in may]


def _send(mail: AccountMail, user, address: str) -> int:
    link = ""
    if mail.kind == "reset":
        uid = urlsafe_base64_encode(force_bytes(user.pk))
        names = {"uidb64": uid, "token": default_token_generator.make_token(user)}
        link = settings.SITE_URL + reverse("wagtailadmin_password_reset_confirm", kwargs=names)
    context = {"kind": mail.kind, "user": user, "link": link, "site": settings.SITE_URL, "at": mail.created_at}
    body = render_to_string("firm/accounts/mail.txt", context)
    return send_mail(SUBJECTS[mail.kind], body, None, [address])
