"""Spam filter of the form: pure functions from signals to a score with reasons. Nothing is dropped because of it.

Every sign but one is weak: it occurs with honest people too, and only several together quarantine a request for review
by staff. Language, script, capitals and missing JavaScript are no signs at all.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

#: The score from which a request is quarantined. Only the decoy reaches it by itself.
THRESHOLD = 5
#: Seconds in which nobody can fill in the form, not even with autofill; and after which a page is unusually old.
FASTEST, STALE = 3, 24 * 3600
MANY_LINKS = 3
#: Submissions of one network within ten minutes: a shelter on a bad night sends fewer.
BUSY, FLOODING = 10, 30
#: The length from which a text in two fields is not merely a name that is needed twice.
LONG_TEXT = 20

DECOY, FAST, UNTIMED, STALE_PAGE = "decoy", "fast", "untimed", "stale"
LINKS, MARKUP, NAME_LINK, NAME_DIGITS = "links", "markup", "name-link", "name-digits"
REPEATED, OFFER, BUSY_NETWORK, FLOODING_NETWORK = "repeated", "offer", "busy-network", "flooding-network"

#: The weight of each sign, and its explanation for staff. Each phrase of an offer weighs, up to four of them.
SIGNS = {
    DECOY: (8, "It filled in a field that people do not see."),
    FAST: (3, f"It was sent within {FASTEST} seconds after the page was opened."),
    UNTIMED: (1, "It did not bring the mark that shows when the page was opened."),
    STALE_PAGE: (1, "The page had been opened more than a day before it was sent."),
    LINKS: (3, f"The message has {MANY_LINKS} links or more."),
    MARKUP: (3, "The message has the code of links."),
    NAME_LINK: (4, "The name has the address of a website."),
    NAME_DIGITS: (2, "The name has no letters, only digits."),
    REPEATED: (3, "Several fields have the same text."),
    OFFER: (2, "It reads like an advertisement."),
    BUSY_NETWORK: (2, f"More than {BUSY} requests came from the same network within ten minutes."),
    FLOODING_NETWORK: (4, f"More than {FLOODING} requests came from the same network within ten minutes."),
}
#: The most phrases of an offer that count, and what a solved proof of work subtracts.
MOST_PHRASES, PROOF_WEIGHT = 4, 2

_LINK = re.compile(r"https?://|\bwww\.\w", re.IGNORECASE)
_MARKUP = re.compile(r"\[/?url\b|\[link=|<a\s|</a>", re.IGNORECASE)
#: Not the domain of an e-mail address: people do enter their own in the wrong field.
_ADDRESS = re.compile(
    r"https?:|\bwww\.|(?<![@\w.-])[\w-]{2,}\.(?:com|net|org|info|biz|ru|top|xyz|site|shop|online)\b", re.IGNORECASE
)
#: What sellers write and clients do not, about the website or about the reader as a customer: one phrase per line.
_OFFERS = [
    re.compile(phrase, re.IGNORECASE)
    for phrase in (Path(__file__).parent / "offers.txt").read_text(encoding="utf-8").splitlines()
]


@dataclass(frozen=True)
class Signals:
    """What is known of one submission.

    ``seconds`` between rendering the page and sending it; None if unknown. ``texts`` by field. ``recent`` counts the
    submissions of the same network within ten minutes, this one included.
    """

    has_decoy: bool = False
    seconds: float | None = None
    has_proof: bool = False
    texts: dict[str, str] = field(default_factory=dict, repr=False)
    recent: int = 0


@dataclass(frozen=True)
class Assessment:
    """The score of a submission; ``reasons`` are codes of `SIGNS`."""

    score: int
    reasons: tuple[str, ...] = ()

    @property
    def is_suspicious(self) -> bool:
        return self.score >= THRESHOLD


#: For requests that did not come through the form.
UNSUSPICIOUS = Assessment(0)


def assess(signals: Signals) -> Assessment:
    """Score a submission. A solved proof of work lowers the score; its absence is no sign."""
    reasons = [*_of_sending(signals), *_of_name(signals.texts), *_of_texts(signals.texts)]
    score = sum(SIGNS[code][0] for code in reasons)
    whole = "\n".join(signals.texts.values())
    if phrases := sum(1 for phrase in _OFFERS if phrase.search(whole)):
        reasons.append(OFFER)
        score += SIGNS[OFFER][0] * min(phrases, MOST_PHRASES)
    if signals.has_proof:
        score -= PROOF_WEIGHT
    return Assessment(max(score, 0), tuple(reasons))


def _of_sending(signals: Signals) -> list[str]:
    found = [DECOY] if signals.has_decoy else []
    if signals.seconds is None:
        found.append(UNTIMED)
    elif signals.seconds < FASTEST:
        found.append(FAST)
    elif signals.seconds > STALE:
        found.append(STALE_PAGE)
    if signals.recent > FLOODING:
        found.append(FLOODING_NETWORK)
    elif signals.recent > BUSY:
        found.append(BUSY_NETWORK)
    return found


def _of_name(texts: dict[str, str]) -> list[str]:
    name = texts.get("full_name", "")
    if _ADDRESS.search(name):
        return [NAME_LINK]
    return [NAME_DIGITS] if any(map(str.isdigit, name)) and not any(map(str.isalpha, name)) else []


def _of_texts(texts: dict[str, str]) -> list[str]:
    """Signs of links in any text; and of one text in three fields, or a long one in two."""
    found, whole = [], "\n".join(texts.values())
    if _MARKUP.search(whole):
        found.append(MARKUP)
    if len(_LINK.findall(whole)) >= MANY_LINKS:
        found.append(LINKS)
    counts = Counter(text.strip().casefold() for text in texts.values() if text.strip())
    if any(times > 2 or (times > 1 and len(text) >= LONG_TEXT) for text, times in counts.items()):
        found.append(REPEATED)
    return found
