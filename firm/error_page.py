"""The settings that error pages show without a database: written to a file whenever the settings are saved."""

import json
import logging

from django.conf import settings

from firm.templatetags.firm_tags import national

logger = logging.getLogger(__name__)
FILE = "error-page.json"


def remember(firm) -> None:
    """Store the firm's name, number and menu. A failure is logged and does not stop the saving."""
    known = {
        "firm_name": firm.firm_name,
        "phone": str(firm.phone.as_e164) if firm.phone else "",
        "phone_label": national(firm.phone),
        "entries": [entry for item in firm.header_nav if (entry := _entry(item.value))],
    }
    try:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        (settings.DATA_DIR / FILE).write_text(json.dumps(known))
    except OSError:
        logger.exception("The error page could not be updated")


def _entry(link) -> dict | None:
    url = link["url"] or (link["page"].url if link["page"] else "")
    return {"label": link["label"], "url": url} if url else None


def recall() -> dict:
    """Return what was stored, or an empty dict. Reads one small file."""
    try:
        return json.loads((settings.DATA_DIR / FILE).read_text())
    except (OSError, ValueError):
        return {}
