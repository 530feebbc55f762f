"""Scores two names of persons: pairs words that agree, then subtracts for what differs."""

from dataclasses import dataclass

from consultations.conflicts.matching.given_names import KNOWN
from consultations.conflicts.matching.names import Person, Word
from consultations.conflicts.matching.surnames import COMMON, EAST_ASIAN
from consultations.conflicts.matching.word_similarity import INITIAL, REACH, SAME, alike, written_alike

#: Deductions from 100.
EXTRA_WORD, OTHER_ORDER, OTHER_SUFFIX, MISSING_SUFFIX = 3, 2, 14, 5
COMMON_WITH_INITIAL, MIDDLE_DIFFERS, MIDDLE_DIFFERS_COMMON, BOTH_UNSURE = 7, 27, 40, 6
ONLY_GIVEN, SURNAME_AS_GIVEN = 34, 25
LONE_RARE, LONE_COMMON, CONTRADICTED = 74, 50, 40
MAX_WORDS = 7


@dataclass(frozen=True)
class Pair:
    """Words taken as the same: their positions in the two names, a weight from 0 to 1, and a reason code."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    worth: float
    reason: str


@dataclass(frozen=True)
class Match:
    """A score from 0 to 100, the pairs of words, and codes of other findings."""

    score: int
    pairs: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()


def match(first: Person, second: Person) -> Match:
    """Score two names of persons."""
    one, other = first.words[:MAX_WORDS], second.words[:MAX_WORDS]
    if not one or not other:
        return Match(0)
    pairs = align(one, other, is_east=is_eastern(one) and is_eastern(other))
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
    left, right = unpaired(one, [pair.first for pair in pairs]), unpaired(other, [pair.second for pair in pairs])
    notes: list[str] = []
    score = _worth(pairs, strong)
    if len(strong) == 1 and all(is_common(one[at]) for at in strong[0].first):
        score -= COMMON_WITH_INITIAL
    if sum(pair.worth < 0.9 for pair in strong) > 1:
        score -= BOTH_UNSURE
    if left and right:
        if not (_is_inner(left, one) and _is_inner(right, other)):
            return Match(CONTRADICTED, tuple(pairs), ("contradicted",))
        surname = max(strong, key=lambda pair: pair.first)
        score -= MIDDLE_DIFFERS_COMMON if is_common(one[surname.first[-1]]) else MIDDLE_DIFFERS
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
    """Score the pairs. Initials count only beside a single full word; each further initial that agrees raises it."""
    if len(strong) > 1:
        worths = [pair.worth for pair in strong]
        return 100 * (min(worths) + sum(worths) / len(worths)) / 2
    initials = [pair.worth for pair in pairs if pair.reason == INITIAL]
    return min(100 * (min(initials) * 0.75 + strong[0].worth * 0.25) + 4 * len(initials) - 1, 88)


def _lone(one: tuple[Word, ...], other: tuple[Word, ...], pairs: list[Pair]) -> Match:
    """Score one word against a name: a rare surname is a weak hit; a common one, or a given name, is none."""
    word = one[pairs[0].first[0]]
    if len(one) == len(other):
        weight = 1 if not is_common(word) or pairs[0].reason == SAME else 0.7
        return Match(round(100 * pairs[0].worth * weight), tuple(pairs), ())
    longer, at = (one, pairs[0].first[0]) if len(one) > 1 else (other, pairs[0].second[0])
    is_rare = not is_common(word) and not is_common(longer[at]) and len(word.text) > 3
    if is_rare and pairs[0].worth >= 0.93 and (at == len(longer) - 1 or at == 0):
        return Match(LONE_RARE, tuple(pairs), ("lone",))
    return Match(LONE_COMMON, tuple(pairs), ("lone",))


def align(one: tuple[Word, ...], other: tuple[Word, ...], *, is_east: bool) -> list[Pair]:
    """Return the best pairing of words. Neighboring words may pair with one word written together."""
    options = [
        Pair((a,), (b,), worth, reason)
        for a, left in enumerate(one)
        for b, right in enumerate(other)
        for worth, reason in [alike(left, right, is_east=is_east)]
        if worth
    ]
    if len(one) + len(other) > 2 and not _covers(options, one, other):
        options += _joints(one, other, is_east)
    # Heaviest first; ties go to the closer positions, so that the result is deterministic.
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


def _covers(options: list[Pair], one: tuple[Word, ...], other: tuple[Word, ...]) -> bool:
    """Return whether all words of the shorter name are in the longer one unchanged."""
    same = [pair for pair in options if pair.reason == SAME]
    return min(len({pair.first for pair in same}), len({pair.second for pair in same})) == min(len(one), len(other))


def _joints(one: tuple[Word, ...], other: tuple[Word, ...], is_east: bool) -> list[Pair]:
    """Return pairs of a word with two or three neighboring words of the other name that are spelled like it."""
    found = []
    for single, several, is_turned in ((one, other, False), (other, one, True)):
        for places, text in neighbours(several, None if is_east else _longest(single)):
            for at, word in enumerate(single):
                if word.particles:
                    best = max(written_alike(written, text, is_east=is_east) for written in word.texts)
                else:
                    best = written_alike(word.text, text, is_east=is_east)
                if best[0]:
                    first, second = (places, (at,)) if is_turned else ((at,), places)
                    # Slightly less than for two words written together.
                    found.append(Pair(first, second, best[0] * 0.99, "joined" if best[1] == SAME else best[1]))
    return found


def _longest(words: tuple[Word, ...]) -> dict[str, int]:
    """Return the length of the longest word by first letter."""
    found: dict[str, int] = {}
    for word in words:
        for text in word.texts:
            found[text[0]] = max(len(text), found.get(text[0], 0))
    return found


def neighbours(words: tuple[Word, ...], beside: dict[str, int] | None = None) -> list[tuple[tuple[int, ...], str]]:
    """Return every two or three neighboring words, joined, with their positions.

    With ``beside``, the longest lengths by first letter, leave out those that `written_alike` cannot match.
    """
    return [
        (tuple(range(at, at + size)), words[at].text + "".join(word.glued for word in words[at + 1 : at + size]))
        for size in (2, 3)
        for at in range(len(words) - size + 1)
        if beside is None
        or len(words[at].text) + len(words[at + 1].text) <= beside.get(words[at].text[0], -REACH) + REACH
    ]


def is_eastern(words: tuple[Word, ...]) -> bool:
    """Return whether a name begins or ends with a Chinese or Korean surname."""
    return bool({words[0].text, words[-1].text} & EAST_ASIAN)


def is_common(word: Word) -> bool:
    """Return whether a word alone identifies nobody: a common surname, a given name, or a very short word."""
    return word.text in COMMON or word.text in KNOWN or len(word.text) < 3


def unpaired(words: tuple[Word, ...], used: list[tuple[int, ...]]) -> list[int]:
    """Return the positions of the words that are not used."""
    taken = {at for places in used for at in places}
    return [at for at in range(len(words)) if at not in taken]


def _is_inner(places: list[int], words: tuple[Word, ...]) -> bool:
    return all(0 < at < len(words) - 1 for at in places)


def _is_turned(pairs: list[Pair]) -> bool:
    """Return whether the paired words are in another order in the second name."""
    places = [pair.second[0] for pair in pairs]
    return places != sorted(places)


def _lacks_surname(first: Person, second: Person, pairs: list[Pair], *, is_first_longer: bool) -> int:
    """Return the deduction if only given names agree, or a surname agrees with a given name."""
    longer, shorter = (first, second) if is_first_longer else (second, first)
    places = [(pair.first if is_first_longer else pair.second)[0] for pair in pairs]
    if is_eastern(longer.words):
        return 0
    last = len(longer.words) - 1
    given = [longer.words[at].text in KNOWN or longer.words[at].is_initial for at in places]
    if last not in places and all(given):
        return ONLY_GIVEN
    if _is_turned(pairs) and not shorter.is_ordered and not longer.is_ordered and last not in places:
        return SURNAME_AS_GIVEN
    return 0
