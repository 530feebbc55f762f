"""Deletes messages about erased requests from the mail folder of an installation without a mail server."""

import logging
import os
from collections.abc import Iterable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)
#: Separates the messages in a file (`django.core.mail.backends.filebased`).
_BORDER = b"\n" + b"-" * 79 + b"\n"
_BACKEND = "django.core.mail.backends.filebased.EmailBackend"


def delete_mail(references: Iterable[str]) -> int:
    """Delete every message that names one of the references; return how many. Does nothing with a mail server.

    Every message about a request names its reference, including those to the person.
    """
    if settings.EMAIL_BACKEND != _BACKEND:
        return 0
    references = list(references)
    return sum(_clean(path, references) for path in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log")))


def _clean(path: Path, references: list[str]) -> int:
    """Rewrite a file without those messages, or delete it when none is left."""
    try:
        found = [part for part in path.read_bytes().split(_BORDER) if part.strip()]
        others = [part for part in found if not _names(part, references)]
        if len(others) == len(found):
            return 0
        if not others:
            path.unlink()
            return len(found)
        draft = path.with_suffix(".draft")
        draft.write_bytes(b"".join(part + _BORDER for part in others))
        os.replace(draft, path)
    except OSError as error:
        logger.error("A file of the mail folder could not be cleaned: %s", type(error).__name__)
        return 0
    return len(found) - len(others)


def _names(raw: bytes, references: list[str]) -> bool:
    """Return whether a message names one of the references, in any encoding."""
    message = message_from_bytes(raw, policy=default)
    texts = [str(value) for value in message.values()]
    texts += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return any(reference in text for reference in references for text in texts)
