"""What the screens on which a second factor is set up show, at the first login and later."""

from django.views.decorators.debug import sensitive_variables

from firm.accounts import passkeys, totp
from firm.accounts.networks import browser_of
from firm.models import FirmSettings, SecondFactor


@sensitive_variables()
def app_context(request, user, factor: SecondFactor) -> dict:
    """Return the key as a picture and as text, and whether there may be a passkey instead."""
    issuer = FirmSettings.for_request(request).firm_name or request.get_host()
    key = factor.secret
    return {
        "picture": totp.picture_of(totp.address_for(key, issuer=issuer, account=user.get_username())),
        "key": " ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        "passkeys": passkeys.are_possible(request),
    }


def passkey_name(request, form) -> str:
    """Return what a new passkey is called: what was typed, else the browser it was made with."""
    typed = form.cleaned_data["name"].strip()
    return typed or f"Passkey of {browser_of(request.headers.get('User-Agent', ''))}"[:60]
