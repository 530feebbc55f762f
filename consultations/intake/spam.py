"""Sorts what the form sends: pure functions from signals to a score with reasons. Nothing is ever dropped by it.

Every signal but one is weak: it happens to honest people too, and only several together put a request aside, for
staff to look at. The language, the script, capitals and missing JavaScript are no signals at all.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

#: The score from which a request is put aside. Only the decoy reaches it by itself.
THRESHOLD = 5
#: Seconds within which nobody has read and filled in the form, not even with the browser's help.
FASTEST = 3
#: Seconds after which a page has been open for longer than people leave it.
STALE = 24 * 3600
MANY_LINKS = 3
#: Submissions of one network within ten minutes: a shelter on a bad night sends fewer.
BUSY, FLOODING = 10, 30
#: Letters from which a text that stands in two fields is no name that was merely needed twice.
LONG_TEXT = 20

DECOY, FAST, UNTIMED, STALE_PAGE = "decoy", "fast", "untimed", "stale"
LINKS, MARKUP, NAME_LINK, NAME_DIGITS = "links", "markup", "name-link", "name-digits"
REPEATED, OFFER, BUSY_NETWORK, FLOODING_NETWORK = "repeated", "offer", "busy-network", "flooding-network"

WEIGHTS = {
    DECOY: 8,
    FAST: 3,
    UNTIMED: 1,
    STALE_PAGE: 1,
    LINKS: 3,
    MARKUP: 3,
    NAME_LINK: 4,
    NAME_DIGITS: 2,
    REPEATED: 3,
    BUSY_NETWORK: 2,
    FLOODING_NETWORK: 4,
}
#: For each phrase of an offer, up to four of them; and what a solved proof of work takes off again.
PHRASE_WEIGHT, MOST_PHRASES, PROOF_WEIGHT = 2, 4, 2

REASONS = {
    DECOY: "It filled in a field that people do not see.",
    FAST: f"It was sent within {FASTEST} seconds after the page was opened.",
    UNTIMED: "It did not bring the mark that shows when the page was opened.",
    STALE_PAGE: "The page had been opened more than a day before it was sent.",
    LINKS: f"The message holds {MANY_LINKS} links or more.",
    MARKUP: "The message holds the code of links.",
    NAME_LINK: "The name holds the address of a website.",
    NAME_DIGITS: "The name has no letters, only digits.",
    REPEATED: "The same text stands in several fields.",
    OFFER: "It reads like an advertisement.",
    BUSY_NETWORK: f"More than {BUSY} requests came from the same network within ten minutes.",
    FLOODING_NETWORK: f"More than {FLOODING} requests came from the same network within ten minutes.",
}

_LINK = re.compile(r"https?://|\bwww\.\w", re.IGNORECASE)
_MARKUP = re.compile(r"\[/?url\b|\[link=|<a\s|</a>", re.IGNORECASE)
#: The part of an e-mail address after the @ is none: people do write their own into the wrong field.
_ADDRESS = re.compile(
    r"https?:|\bwww\.|(?<![@\w.-])[\w-]{2,}\.(?:com|net|org|info|biz|ru|top|xyz|site|shop|online)\b", re.IGNORECASE
)
#: What sellers write and clients do not: each speaks of the website, or of the reader as a customer.
_OFFERS = tuple(
    re.compile(phrase, re.IGNORECASE)
    for phrase in (
        r"\bbacklinks?\b",
        r"\bguest[- ]post(?:s|ing)?\b",
        r"\bdomain authority\b",
        r"\blink[- ]building\b",
        r"\b(?:seo|search engine optimi[sz]ation) (?:services?|agency|company|expert|audit|package)",
        r"\b(?:first|1st|top) (?:page|spot|of) (?:of|on|in) google\b",
        r"\brank(?:ing)? (?:your|higher|#?1|on google)",
        r"\b(?:boost|increase|grow|improve|drive) (?:your|more) (?:\w+ )?(?:traffic|rankings?|sales|leads|revenue)",
        r"\b(?:came across|visited|reviewed|looking at|checked) your (?:web ?)?site\b",
        r"\byour (?:web ?)?site(?:'s|’s)? (?:design|ranking|seo|speed|traffic)",
        r"\b(?:redesign|re-design|rebuild) (?:of )?your (?:web ?)?site\b",
        r"\b(?:exclusive|qualified|legal|more) leads\b",
        r"\bmore (?:customers|clients) for your (?:business|firm|practice)",
        r"\b(?:free|no[- ]obligation) (?:quote|audit|demo|trial)\b",
        r"\b(?:explainer|promotional) videos?\b",
        r"\b(?:followers|5[- ]star reviews) (?:for|on|to) (?:your|instagram|google)",
        r"\b(?:business|merchant) (?:loan|funding|cash advance)s?\b",
        r"\b(?:email|mailing) lists? of\b",
        r"\bclick (?:here|the link|this link)\b",
        r"\bunsubscribe\b",
        r"\blimited[- ]time (?:offer|deal)",
        r"\bwe (?:are|offer|provide|specialize|specialise) (?:\w+ ){0,4}(?:marketing|outsourcing|web design|seo)\b",
        r"\b(?:passive income|make money online|earn \$\d+)",
    )
)


@dataclass(frozen=True)
class Signals:
    """What is known of one submission.

    ``seconds`` lie between drawing the page and sending it, None when that is not known. ``texts`` are what was
    typed, by the name of the field. ``recent`` counts what the same network sent within ten minutes, this included.
    """

    has_decoy: bool = False
    seconds: float | None = None
    has_proof: bool = False
    texts: dict[str, str] = field(default_factory=dict, repr=False)
    recent: int = 0


@dataclass(frozen=True)
class Assessment:
    """How much speaks against a submission, and why: ``reasons`` are codes of `REASONS`."""

    score: int
    reasons: tuple[str, ...] = ()

    @property
    def is_suspicious(self) -> bool:
        """True when staff shall look at it before it counts as a request."""
        return self.score >= THRESHOLD


#: For what did not come through the form.
UNSUSPICIOUS = Assessment(0)


def assess(signals: Signals) -> Assessment:
    """Return the score and its reasons. A solved proof of work speaks for the sender; its absence says nothing."""
    reasons = [*_of_sending(signals), *_of_name(signals.texts), *_of_texts(signals.texts)]
    score = sum(WEIGHTS[code] for code in reasons)
    if phrases := _phrases(signals.texts):
        reasons.append(OFFER)
        score += PHRASE_WEIGHT * min(phrases, MOST_PHRASES)
    if signals.has_proof:
        score -= PROOF_WEIGHT
    return Assessment(max(score, 0), tuple(reasons))


def _of_sending(signals: Signals) -> list[str]:
    """How it was sent."""
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
    """Links in any text; and one text in three fields, or a long one in two."""
    found, whole = [], "\n".join(texts.values())
    if _MARKUP.search(whole):
        found.append(MARKUP)
    if len(_LINK.findall(whole)) >= MANY_LINKS:
        found.append(LINKS)
    standing = Counter(text.strip().casefold() for text in texts.values() if text.strip())
    if any(times > 2 or (times > 1 and len(text) >= LONG_TEXT) for text, times in standing.items()):
        found.append(REPEATED)
    return found


def _phrases(texts: dict[str, str]) -> int:
    """How many different phrases of offers the texts hold."""
    whole = "\n".join(texts.values())
    return sum(1 for phrase in _OFFERS if phrase.search(whole))
