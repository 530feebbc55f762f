"""The time at which a form was rendered, signed for that form alone."""

import time
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner, b62_decode

_SALT = "consultations.form-rendered"


def stamp(token: UUID) -> str:
    """Return the current time, signed for the form with ``token``."""
    return TimestampSigner(salt=_SALT).sign(token.hex)


def seconds_since(stamped: str, token: UUID) -> float | None:
    """Return the seconds since ``stamped``, up to one too many; None if it is invalid or of another form."""
    try:
        signed_for = TimestampSigner(salt=_SALT).unsign(stamped)
    except (BadSignature, ValueError):  # a character that cannot be encoded is a ValueError
        return None
    seconds = time.time() - b62_decode(stamped.rsplit(":", 2)[1])
    return seconds if signed_for == token.hex and seconds >= 0 else None
