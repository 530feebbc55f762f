"""Self-hosted proof of work (ALTCHA, version 1) that the browser computes while the visitor types.

It counts in favor of a sender; without it, as without JavaScript or on an old phone, the form is accepted as well.
"""

import base64
import json
from datetime import datetime, timedelta
from uuid import UUID

from altcha import ChallengeOptionsV1, create_challenge_v1, extract_params_v1, verify_solution_v1
from django.utils import timezone
from django.utils.crypto import salted_hmac

#: The number to find is between 0 and this: a second on average on a slow phone, two at most.
HIGHEST_NUMBER = 20_000
LIFETIME = timedelta(hours=12)
#: The most characters of a solution; ours have about 450.
LONGEST = 1000
_KINDS = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}


def _key() -> str:
    return salted_hmac("consultations.proof", "key", algorithm="sha256").hexdigest()


def new_challenge(token: UUID, *, now: datetime | None = None) -> str:
    """Return a challenge as JSON, valid for `LIFETIME` and for the form with ``token`` only."""
    options = ChallengeOptionsV1(
        max_number=HIGHEST_NUMBER,
        hmac_key=_key(),
        expires=(now or timezone.now()) + LIFETIME,
        params={"token": token.hex},
    )
    return json.dumps(create_challenge_v1(options).to_dict(), separators=(",", ":"))


def is_solved(solution: str, token: UUID) -> bool:
    """Return whether ``solution``, as the browser sends it, solves a challenge for ``token``."""
    read = _read(solution)
    if not read or extract_params_v1(read).get("token") != [token.hex]:
        return False
    return verify_solution_v1(read, _key())[0]


def _read(solution: str) -> dict:
    """Return the parsed solution, empty if invalid: the package does not check types and encodings itself."""
    if not 0 < len(solution) <= LONGEST:
        return {}
    try:
        read = json.loads(base64.b64decode(solution, validate=True))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(read, dict) or any(type(read.get(name)) is not kind for name, kind in _KINDS.items()):
        return {}
    found = {name: read[name] for name in _KINDS}
    return found if all(str(value).isascii() for value in found.values()) else {}
