"""Scores two names of persons: which words of the one are words of the other, and what speaks against it."""

from dataclasses import dataclass

from consultations.conflicts.given_names import KNOWN
from consultations.conflicts.likeness import INITIAL, SAME, alike, written_alike
from consultations.conflicts.names import Person, Word
from consultations.conflicts.surnames import COMMON, EAST_ASIAN

#: What is taken off, of 100.
EXTRA_WORD, OTHER_ORDER, OTHER_SUFFIX, MISSING_SUFFIX = 3, 2, 14, 5
COMMON_WITH_INITIAL, MIDDLE_DIFFERS, MIDDLE_DIFFERS_COMMON, BOTH_UNSURE = 7, 27, 40, 6
ONLY_GIVEN, SURNAME_AS_GIVEN = 34, 25
LONE_RARE, LONE_COMMON, CONTRADICTED = 74, 50, 40
MAX_WORDS = 7


@dataclass(frozen=True)
class Pair:
    """Words that are taken for one: their places in the two names, what that is worth, and why."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    worth: float
    reason: str


@dataclass(frozen=True)
class Match:
    """What two names come to, of 100; the pairs of words, and codes for what else was seen."""

    score: int
    pairs: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()


def match(first: Person, second: Person) -> Match:
    """Return how far two names may be those of one person."""
    one, other = first.words[:MAX_WORDS], second.words[:MAX_WORDS]
    if not one or not other:
        return Match(0)
    pairs = align(one, other, is_eastern=_is_eastern(one) and _is_eastern(other))
    strong = [pair for pair in pairs if pair.reason != INITIAL]
    if not strong:
        return Match(0)
    if min(len(one), len(other)) == 1 and len(pairs) == 1 and (len(pairs[0].first), len(pairs[0].second)) == (1, 1):
        return _lone(one, other, pairs)
    if len(pairs) == 1 and len(pairs[0].first) == len(one) and len(pairs[0].second) == len(other):
        return Match(round(100 * pairs[0].worth) - OTHER_ORDER, tuple(pairs), ("joined",))
    if len(pairs) < 2:
        return Match(0)
    return _weigh(first, second, pairs, strong)


def _weigh(first: Person, second: Person, pairs: list[Pair], strong: list[Pair]) -> Match:
    one, other = first.words[:MAX_WORDS], second.words[:MAX_WORDS]
    left, right = _unpaired(one, [pair.first for pair in pairs]), _unpaired(other, [pair.second for pair in pairs])
    notes: list[str] = []
    score = _worth(pairs, strong)
    if len(strong) == 1 and all(_is_common(one[at]) for at in strong[0].first):
        score -= COMMON_WITH_INITIAL
    if sum(pair.worth < 0.9 for pair in strong) > 1:
        score -= BOTH_UNSURE
    if left and right:
        if not (_is_inner(left, one) and _is_inner(right, other)):
            return Match(CONTRADICTED, tuple(pairs), ("contradicted",))
        surname = max(strong, key=lambda pair: pair.first)
        score -= MIDDLE_DIFFERS_COMMON if _is_common(one[surname.first[-1]]) else MIDDLE_DIFFERS
        notes.append("middle")
    elif left or right:
        longer, extra = (one, left) if left else (other, right)
        score -= min(EXTRA_WORD * len(extra), 9) + _lacks_surname(first, second, pairs, is_first_longer=bool(left))
        notes.append("missing" if all(not longer[at].is_initial for at in extra) else "missing_initial")
    if _is_turned(pairs):
        score -= OTHER_ORDER
        notes.append("order")
    if first.suffix != second.suffix:
        both = first.suffix and second.suffix
        score -= OTHER_SUFFIX if both else MISSING_SUFFIX
        notes.append("suffix" if both else "missing_suffix")
    return Match(max(0, round(score)), tuple(pairs), tuple(notes))


def _worth(pairs: list[Pair], strong: list[Pair]) -> float:
    """Initials weigh only when there is a single word beside them; each further one that agrees then helps."""
    if len(strong) > 1:
        worths = [pair.worth for pair in strong]
        return 100 * (min(worths) + sum(worths) / len(worths)) / 2
    initials = [pair.worth for pair in pairs if pair.reason == INITIAL]
    return min(100 * (min(initials) * 0.75 + strong[0].worth * 0.25) + 4 * len(initials) - 1, 88)


def _lone(one: tuple[Word, ...], other: tuple[Word, ...], pairs: list[Pair]) -> Match:
    """One word against a name: a rare surname is a weak hit, a common one or a given name is none."""
    word = one[pairs[0].first[0]]
    if len(one) == len(other):
        weight = 1 if not _is_common(word) or pairs[0].reason == SAME else 0.7
        return Match(round(100 * pairs[0].worth * weight), tuple(pairs), ())
    longer, at = (one, pairs[0].first[0]) if len(one) > 1 else (other, pairs[0].second[0])
    is_rare = not _is_common(word) and not _is_common(longer[at]) and len(word.text) > 3
    if is_rare and pairs[0].worth >= 0.93 and (at == len(longer) - 1 or at == 0):
        return Match(LONE_RARE, tuple(pairs), ("lone",))
    return Match(LONE_COMMON, tuple(pairs), ("lone",))


def align(one: tuple[Word, ...], other: tuple[Word, ...], *, is_eastern: bool) -> list[Pair]:
    """Return the pairs of words that together are worth most; neighbours may stand for one word written together."""
    options = []
    for a, left in _units(one):
        for b, right in _units(other):
            if len(a) > 1 and len(b) > 1:
                continue
            alone = len(a) + len(b) == 2
            worth, reason = alike(left, right, is_eastern=is_eastern) if alone else _joint(left, right, is_eastern)
            if worth:
                options.append(Pair(a, b, worth, reason))
    # The most telling first; of equal ones the order of the words decides, so that the result is always the same.
    options.sort(
        key=lambda pair: (-pair.worth * (len(pair.first) + len(pair.second)), abs(pair.first[0] - pair.second[0]))
    )
    best: list[Pair] = []
    for start in options[:3]:
        chosen = _choose([start, *options])
        if _total(chosen) > _total(best):
            best = chosen
    return sorted(best, key=lambda pair: pair.first)


def _choose(options: list[Pair]) -> list[Pair]:
    used_one: set[int] = set()
    used_other: set[int] = set()
    chosen = []
    for pair in options:
        if used_one.isdisjoint(pair.first) and used_other.isdisjoint(pair.second):
            chosen.append(pair)
            used_one.update(pair.first)
            used_other.update(pair.second)
    return chosen


def _total(pairs: list[Pair]) -> float:
    return sum(pair.worth * (len(pair.first) + len(pair.second)) for pair in pairs)


def _units(words: tuple[Word, ...]) -> list[tuple[tuple[int, ...], Word]]:
    """Return every word, and every two or three neighbours as one."""
    found = [((at,), word) for at, word in enumerate(words)]
    for size in (2, 3):
        for at in range(len(words) - size + 1):
            part = words[at : at + size]
            text = part[0].text + "".join(word.glued for word in part[1:])
            found.append((tuple(range(at, at + size)), Word(text, " ".join(word.shown for word in part))))
    return found


def _joint(left: Word, right: Word, is_eastern: bool) -> tuple[float, str]:
    """What one word is worth as several written together: a little less than if it were written so."""
    best = max(written_alike(one, other, is_eastern=is_eastern) for one in left.texts for other in right.texts)
    return best[0] * 0.99, "joined" if best[1] == SAME else best[1]


def _is_eastern(words: tuple[Word, ...]) -> bool:
    return bool({words[0].text, words[-1].text} & EAST_ASIAN)


def _is_common(word: Word) -> bool:
    return word.text in COMMON or word.text in KNOWN or len(word.text) < 3


def _unpaired(words: tuple[Word, ...], used: list[tuple[int, ...]]) -> list[int]:
    taken = {at for places in used for at in places}
    return [at for at in range(len(words)) if at not in taken]


def _is_inner(places: list[int], words: tuple[Word, ...]) -> bool:
    return all(0 < at < len(words) - 1 for at in places)


def _is_turned(pairs: list[Pair]) -> bool:
    """Whether the words of the second name stand in another order."""
    places = [pair.second[0] for pair in pairs]
    return places != sorted(places)


def _lacks_surname(first: Person, second: Person, pairs: list[Pair], *, is_first_longer: bool) -> int:
    """What is taken off when the words in common are the given names alone, or a surname is a given name there."""
    longer, shorter = (first, second) if is_first_longer else (second, first)
    places = [(pair.first if is_first_longer else pair.second)[0] for pair in pairs]
    if _is_eastern(longer.words):
        return 0
    last = len(longer.words) - 1
    given = [longer.words[at].text in KNOWN or longer.words[at].is_initial for at in places]
    if last not in places and all(given):
        return ONLY_GIVEN
    if _is_turned(pairs) and not shorter.is_ordered and not longer.is_ordered and last not in places:
        return SURNAME_AS_GIVEN
    return 0
