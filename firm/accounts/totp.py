"""Codes of an authenticator app (RFC 6238: SHA-1, 30 seconds, 6 digits), each taken once."""

import base64
import hmac
import os
from urllib.parse import quote, urlencode

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_variables

STEP, DIGITS, KEY_BYTES = 30, 6, 20
#: Steps before and after the present one whose codes are taken: clocks differ, and typing takes time.
DRIFT = 1


def new_key() -> str:
    """Return a key of 160 bits in base32."""
    return base64.b32encode(os.urandom(KEY_BYTES)).decode()


@sensitive_variables()
def code_at(key: str, step: int) -> str:
    """Return the code of a step (RFC 4226, section 5.3)."""
    mac = hmac.digest(base64.b32decode(key), step.to_bytes(8), "sha1")
    at = mac[-1] & 15
    return str((int.from_bytes(mac[at : at + 4]) & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)


@sensitive_variables()
def matching_step(key: str, code: str, seconds: float) -> int | None:
    """Return the step near the time ``seconds`` whose code it is; None when there is none."""
    present = int(seconds) // STEP
    steps = range(max(present - DRIFT, 0), present + DRIFT + 1)
    found = [step for step in steps if hmac.compare_digest(code_at(key, step).encode(), code.encode())]
    return found[-1] if found else None


@sensitive_variables()
def address_for(key: str, *, issuer: str, account: str) -> str:
    """Return what the app reads from the picture: an ``otpauth`` address."""
    given = urlencode({"secret": key, "issuer": issuer, "digits": DIGITS, "period": STEP}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='')}?{given}"


@sensitive_variables()
def picture_of(address: str) -> SafeString:
    """Return a QR code as SVG, drawn here: the key goes through no other service."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(address)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return format_html(
        '<svg class="door-qr" viewBox="0 0 {0} {0}" role="img" aria-label="QR code for the authenticator app"'
        ' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#000" d="{1}"/></svg>',
        len(rows),
        path,
    )
