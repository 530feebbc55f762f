"""Proof of work, self-hosted: a small sum that the sender's browser does while somebody types (ALTCHA, version 1).

It speaks for a sender and never against one: without JavaScript, or on an old phone, the form is sent without it.
"""

import base64
import json
from datetime import datetime, timedelta
from uuid import UUID

from altcha import ChallengeOptionsV1, create_challenge_v1, extract_params_v1, verify_solution_v1
from django.utils import timezone
from django.utils.crypto import salted_hmac

#: The number to be found lies between nought and this: a second on average on a slow phone, two at most.
HIGHEST_NUMBER = 20_000
#: As long as somebody may reasonably write.
LIFETIME = timedelta(hours=12)
#: Characters of a solution; ours have about 450.
LONGEST = 1000
_KINDS = {"algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str}


def _key() -> str:
    return salted_hmac("consultations.proof", "key", algorithm="sha256").hexdigest()


def new_challenge(token: UUID, *, now: datetime | None = None) -> str:
    """Return a task, as JSON, whose solution is good for the form with ``token`` alone, and not for ever."""
    options = ChallengeOptionsV1(
        max_number=HIGHEST_NUMBER,
        hmac_key=_key(),
        expires=(now or timezone.now()) + LIFETIME,
        params={"token": token.hex},
    )
    return json.dumps(create_challenge_v1(options).to_dict(), separators=(",", ":"))


def is_solved(solution: str, token: UUID) -> bool:
    """True when ``solution``, as the browser sends it, solves a task that was given out for ``token``."""
    read = _read(solution)
    if not read or extract_params_v1(read).get("token") != [token.hex]:
        return False
    return verify_solution_v1(read, _key())[0]


def _read(solution: str) -> dict:
    """Return what a solution holds, of the right kinds; nothing of anything else. The package takes much on trust."""
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
