"""The reference that a visitor reads out on the telephone."""

import secrets

#: No 0, O, 1 or I, which are mistaken for each other, and no vowels, so that no words come about.
ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"
GROUP = 4
LENGTH = 2 * GROUP + 1


def new_reference() -> str:
    """Return an unguessable reference such as ``K7MW-3QFP`` (38 bits); the database ensures that it is unique."""
    return format_reference("".join(secrets.choice(ALPHABET) for _ in range(2 * GROUP)))


def format_reference(characters: str) -> str:
    return f"{characters[:GROUP]}-{characters[GROUP:]}"


def read_reference(text: str) -> str:
    """Return a typed reference in its printed form; empty if it cannot be one."""
    characters = "".join(text.upper().replace("-", " ").split())
    is_one = len(characters) == 2 * GROUP and all(character in ALPHABET for character in characters)
    return format_reference(characters) if is_one else ""
