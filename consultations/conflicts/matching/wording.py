"""Explains in words why two names match."""

from consultations.conflicts.matching import given_names
from consultations.conflicts.matching.compare import Explained, explain, readings
from consultations.conflicts.matching.names import Word
from consultations.conflicts.matching.persons import Pair

ERASED = {
    "same": "“{asked}” is the name of a person whose data was erased.",
    "sound": "“{asked}” is similar to the name of a person whose data was erased.",
}
UNREADABLE = "An entry that may match “{asked}” cannot be decrypted."
#: Reasons about two words; ``one`` is from the name that was asked for.
OF_WORDS = {
    "spelling": "{one} and {other} are spellings of one name",
    "sound": "{one} sounds like {other}",
    "typo": "{one} is nearly {other}",
    "initial": "{one} may stand for {other}",
    "gendered": "{one} and {other} are forms of one surname",
    "joined": "{one} is {other} spelled as several words",
}
#: Reasons about the whole names.
OF_NAMES = {
    "order": "the words are in another order",
    "middle": "the middle names differ",
    "missing": "one has more names than the other",
    "missing_initial": "one has an initial that the other lacks",
    "suffix": "the suffixes differ",
    "missing_suffix": "only one has a suffix such as Jr.",
    "lone": "a rare surname alone",
    "acronym": "one is the initials of the other",
    "joined": "the words are joined in another way",
    "contradicted": "other words differ",
}


def sentence(asked: str, found: str, reasons: tuple[str, ...]) -> str:
    """Return the explanation of a match, from its reason codes and the two texts."""
    if "unreadable" in reasons:
        return UNREADABLE.format(asked=asked)
    if "erased" in reasons:
        return ERASED["same" if "same" in reasons else "sound"].format(asked=asked)
    explained = explain(readings(asked), readings(found))
    parts = [] if explained is None else _parts(explained, asked)
    if not parts:
        return f"“{asked}” is the same name as “{found}”."
    text = "; ".join(parts)
    return f"“{asked}” is close to “{found}”: {text[0].upper()}{text[1:]}."


def _parts(explained: Explained, asked: str) -> list[str]:
    one, other = explained.words
    is_turned = explained.first.text not in [reading.text for reading in readings(asked)]
    parts = []
    for pair in explained.match.pairs:
        first, second = _shown(one, pair.first), _shown(other, pair.second)
        texts = (_text(one, pair.first), _text(other, pair.second))
        if is_turned:
            first, second, texts = second, first, texts[::-1]
        if said := _of_words(pair, first, second, texts):
            parts.append(said)
    said = [OF_NAMES[note] for note in explained.match.notes if note in OF_NAMES]
    return list(dict.fromkeys(parts + said))


def _of_words(pair: Pair, first: str, second: str, texts: tuple[str, str]) -> str:
    linked = given_names.link(*texts)
    if pair.reason == "nickname" or (linked and linked[0] == given_names.TRANSLATION):
        if linked and linked[1] == texts[1]:
            return f"{first} is short for {second}"
        if linked and linked[1] == texts[0]:
            return f"{second} is short for {first}"
        return f"{first} and {second} are forms of one name"
    return OF_WORDS.get(pair.reason, "").format(one=first, other=second)


def _shown(words: tuple[Word, ...], places: tuple[int, ...]) -> str:
    shown = " ".join(words[at].shown for at in places)
    return shown.strip(",;") or _text(words, places)


def _text(words: tuple[Word, ...], places: tuple[int, ...]) -> str:
    return "".join(words[at].text for at in places)
