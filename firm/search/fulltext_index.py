"""The full-text index of the site: FTS5 on SQLite, a GIN index of a tsvector on PostgreSQL.

The database updates it from `firm_pagetext`: triggers on SQLite, a generated column on PostgreSQL. `matching` reads it
from the newest page on and stops when it has enough, so that a word on every page costs no more than a rare one.
"""

import re

from django.db import connection, transaction
from wagtail.models import Page

from firm.models import PageText

TABLE, WORDS = PageText._meta.db_table, "firm_pagetext_words"
COLUMNS = "title, summary, text"
#: The columns that must contain all words, strictest tier first.
TIERS = (("title",), ("title", "summary"), ("title", "summary", "text"))
_WEIGHTS = {"title": "A", "summary": "B", "text": "D"}
_OLD = (
    f"INSERT INTO {WORDS} ({WORDS}, rowid, {COLUMNS}) VALUES ('delete', old.page_id, old.title, old.summary, old.text)"
)
_NEW = f"INSERT INTO {WORDS} (rowid, {COLUMNS}) VALUES (new.page_id, new.title, new.summary, new.text)"
_TRIGGERS = {"insert": _NEW, "delete": _OLD, "update": f"{_OLD}; {_NEW}"}
_PRIVATE = """SELECT 1 FROM wagtailcore_pageviewrestriction r CROSS JOIN wagtailcore_page s
    WHERE s.id = r.page_id AND substr(p.path, 1, length(s.path)) = s.path"""


def install() -> None:
    """Create the index and its triggers unless they exist, and fill it."""
    if TABLE not in connection.introspection.table_names():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        {"sqlite": _install_on_sqlite, "postgresql": _install_on_postgresql}[connection.vendor](cursor)


def _install_on_sqlite(cursor) -> None:
    cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE %s", [f"{WORDS}%"])
    present = {name for (name,) in cursor.fetchall()}
    wanted = {f"{WORDS}_{event}": (event, body) for event, body in _TRIGGERS.items()}
    if WORDS in present and present >= set(wanted):
        return
    if WORDS not in present:
        cursor.execute(
            f"CREATE VIRTUAL TABLE {WORDS} USING fts5({COLUMNS}, content='{TABLE}', content_rowid='page_id',"
            " tokenize='porter unicode61 remove_diacritics 2')"
        )
    for name, (event, body) in wanted.items():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"CREATE TRIGGER {name} AFTER {event.upper()} ON {TABLE} BEGIN {body}; END")
    cursor.execute(f"INSERT INTO {WORDS} ({WORDS}) VALUES ('rebuild')")


def _install_on_postgresql(cursor) -> None:
    parts = " || ".join(
        f"setweight(to_tsvector('english', left({name}, 200000)), '{weight}')" for name, weight in _WEIGHTS.items()
    )
    cursor.execute(f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS words tsvector GENERATED ALWAYS AS ({parts}) STORED")
    cursor.execute(f"CREATE INDEX IF NOT EXISTS {WORDS} ON {TABLE} USING gin (words)")


def matching(words: list[str], root: Page, most: int) -> dict[int, int]:
    """Return at most ``most`` public pages below ``root`` with all of the words, as tiers by page id.

    The best tier comes first; within one, the newest page does.
    """
    words = [part for word in words for part in word.split("_") if part and part.isprintable()]
    found: dict[int, int] = {}
    for tier, number in _in_all_tiers(words, root, most) if words else ():
        if len(found) < most:
            found.setdefault(number, tier)
    return found


def _in_all_tiers(words: list[str], root: Page, most: int) -> list[tuple[int, int]]:
    """Return (tier, page id) of ``most`` pages of each tier, by one statement."""
    statements, given = [], []
    for tier, columns in enumerate(TIERS):
        statement, query = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}[connection.vendor](words, columns)
        statements.append(
            f"""SELECT {tier} AS tier, number FROM ({statement} AND p.live AND p.path LIKE %s
            AND NOT EXISTS ({_PRIVATE}) ORDER BY 1 DESC LIMIT %s) t{tier}"""
        )
        given += [query, f"{root.path}%", most]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), given)
        return sorted(cursor.fetchall(), key=lambda row: (row[0], -row[1]))


def _on_sqlite(words: list[str], columns: tuple[str, ...]) -> tuple[str, str]:
    all_words = " AND ".join(f'"{word}"' for word in words)
    query = f"{{{' '.join(columns)}}} : ({all_words})"
    return (
        f"SELECT f.rowid AS number FROM {WORDS} f CROSS JOIN wagtailcore_page p ON p.id = f.rowid"
        f" WHERE {WORDS} MATCH %s",
        query,
    )


def _on_postgresql(words: list[str], columns: tuple[str, ...]) -> tuple[str, str]:
    weights = "".join(_WEIGHTS[name] for name in columns)
    query = " & ".join(f"'{word}':{weights if len(columns) < len(_WEIGHTS) else ''}".rstrip(":") for word in words)
    return (
        f"SELECT f.page_id AS number FROM {TABLE} f JOIN wagtailcore_page p ON p.id = f.page_id"
        " WHERE f.words @@ to_tsquery('english', %s)",
        query,
    )


def stem_pattern(words: list[str]) -> re.Pattern:
    """Return a pattern of words that begin with one of ``words``, since the index stems them."""
    stems = sorted({re.escape(word) for word in words}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(stems)})\w{{0,4}}", re.IGNORECASE)
