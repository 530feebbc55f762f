"""Takes each code of an authenticator app once (RFC 6238, section 5.2).

Allauth remembers used codes in the cache for 30 seconds: a code lives longer where clocks may differ, and another
process has another cache. The step of the last code that was taken is stored with the key instead.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.core.exceptions import ValidationError
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from firm.accounts.adapter import AccountAdapter


@sensitive_variables()
@transaction.atomic
def spend_step(factor: Authenticator, code: str) -> None:
    """Note the step of a code that is right; raise `ValidationError` when it, or a later one, was taken before."""
    factor = Authenticator.objects.select_for_update().get(pk=factor.pk)
    secret = decrypt(factor.data["secret"])
    steps = [step for step in yield_hotp_counters_from_time() if format_hotp_value(hotp_value(secret, step)) == code]
    if not steps or max(steps) <= factor.data.get("last_step", 0):
        raise ValidationError(AccountAdapter.error_messages["incorrect_code"], code="used")
    factor.data["last_step"] = max(steps)
    factor.save(update_fields=["data"])
