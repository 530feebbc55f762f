"""Has the database keep `blog.models.filing`: every post that any visitor may see stands on its shelves, in order.

Triggers do it in the transaction of the change itself, whoever changes what: publishing, moving, a private section, a
date, a category, a tag, an author, a statement by hand. Lists, archives, feeds and counts then never look at more posts
than they show. The triggers are made after every migration, since one may drop them with the table that it rebuilds.
"""

from django.db import connection, transaction

POST, PAGE, FILING, COUNT = "blog_blogpostpage", "wagtailcore_page", "blog_filing", "blog_shelfcount"
PREFIX = "blog_filing_"
_COLUMNS = "shelf, number, date, published_at, post_id"
#: The tables that say where a post belongs: shelf, table, column of the post, column of the number.
_LINKS = (
    ("tag", "blog_posttag", "content_object_id", "tag_id"),
    ("area", "blog_blogpostpage_practice_areas", "blogpostpage_id", "practiceareapage_id"),
    ("attorney", "blog_postauthor", "post_id", "attorney_id"),
)
_PAGE_COLUMNS = ("live", "path", "first_published_at")
_PRIVATE = f"""EXISTS (SELECT 1 FROM wagtailcore_pageviewrestriction r CROSS JOIN {PAGE} s
    WHERE s.id = r.page_id AND substr(g.path, 1, length(s.path)) = s.path)"""
_YEAR = {"sqlite": "CAST(strftime('%Y', p.date) AS INTEGER)", "postgresql": "CAST(EXTRACT(YEAR FROM p.date) AS bigint)"}


def install() -> None:
    """Make the triggers as they are written here; file all posts anew if there was any to make."""
    tables = set(connection.introspection.table_names())
    if not {FILING, COUNT, POST} <= tables:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        if {"sqlite": _install_on_sqlite, "postgresql": _install_on_postgresql}[connection.vendor](cursor):
            refile_all(cursor)


def refile_all(cursor) -> None:
    """File all posts anew."""
    for statement in _refile(f"SELECT page_ptr_id FROM {POST}"):
        cursor.execute(statement)


# --- What a post stands on ------------------------------------------------------------------------


def _refile(posts: str) -> list[str]:
    """Return the statements that file anew the posts whose numbers ``posts`` selects."""
    parts = [("all", "0", ""), ("year", _YEAR[connection.vendor], ""), ("category", "p.category_id", "")]
    parts += [(shelf, f"l.{number}", _join(link)) for link in _LINKS for shelf, _, _, number in [link]]
    filed = " UNION ALL ".join(_places(*part, f"p.page_ptr_id IN ({posts})") for part in parts)
    return [f"DELETE FROM {FILING} WHERE post_id IN ({posts})", _insert(filed)]


def _link(link: tuple, row: str, *, is_new: bool) -> list[str]:
    """Return the statements that follow a row of a table of links: its place is given, or taken if it was the last."""
    shelf, _, post, number = link
    where = f"p.page_ptr_id = {row}.{post} AND l.{number} = {row}.{number}"
    statements = [_insert(_places(shelf, f"l.{number}", _join(link), where))]
    if not is_new:
        gone = f"post_id = {row}.{post} AND shelf = '{shelf}' AND number = {row}.{number}"
        statements.insert(0, f"DELETE FROM {FILING} WHERE {gone}")
    return statements


def _insert(places: str) -> str:
    return f"INSERT INTO {FILING} ({_COLUMNS}) {places} ON CONFLICT DO NOTHING"


def _join(link: tuple) -> str:
    _, table, post, number = link
    return f"JOIN {table} l ON l.{post} = p.page_ptr_id AND l.{number} IS NOT NULL"


def _places(shelf: str, number: str, join: str, where: str) -> str:
    return f"""SELECT '{shelf}', {number}, p.date, g.first_published_at, p.page_ptr_id
        FROM {POST} p JOIN {PAGE} g ON g.id = p.page_ptr_id {join}
        WHERE {where} AND g.live AND NOT {_PRIVATE}"""


def _differs(*columns: str) -> str:
    word = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}[connection.vendor]
    return " OR ".join(f"OLD.{column} {word} NEW.{column}" for column in columns)


def _triggers() -> dict[str, tuple[str, str, str, list[str]]]:
    """Return the triggers by name: event, table, condition, statements."""
    below = f"SELECT g.id FROM {PAGE} s CROSS JOIN {PAGE} g WHERE substr(g.path, 1, length(s.path)) = s.path"
    private = "wagtailcore_pageviewrestriction"
    moved = f"SELECT NEW.id UNION {below} AND s.id IN (SELECT page_id FROM {private} WHERE page_id = NEW.id)"
    triggers = {
        "page": ("UPDATE OF live, path, first_published_at", PAGE, _differs(*_PAGE_COLUMNS), _refile(moved)),
        "post_insert": ("INSERT", POST, "", _refile("SELECT NEW.page_ptr_id")),
        "post_update": ("UPDATE", POST, _differs("date", "category_id"), _refile("SELECT NEW.page_ptr_id")),
        "post_delete": ("DELETE", POST, "", _refile("SELECT OLD.page_ptr_id")),
    }
    for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
        name = event.lower()
        statements = [one for row in rows for one in _refile(f"{below} AND s.id = {row}.page_id")]
        triggers[f"private_{name}"] = (event, private, "", statements)
        for link in _LINKS:
            statements = [one for row in rows for one in _link(link, row, is_new=row == "NEW")]
            triggers[f"{link[0]}_{name}"] = (event, link[1], "", statements)
    return {PREFIX + name: trigger for name, trigger in triggers.items()}


# --- SQLite ---------------------------------------------------------------------------------------


_COUNTS_ON_SQLITE = {
    f"{PREFIX}count_insert": f"""AFTER INSERT ON {FILING} BEGIN
        INSERT INTO {COUNT} (shelf, number, posts) VALUES (NEW.shelf, NEW.number, 1)
        ON CONFLICT (shelf, number) DO UPDATE SET posts = posts + 1; END""",
    f"{PREFIX}count_delete": f"""AFTER DELETE ON {FILING} BEGIN
        UPDATE {COUNT} SET posts = posts - 1 WHERE shelf = OLD.shelf AND number = OLD.number; END""",
}


def _install_on_sqlite(cursor) -> bool:
    wanted = {name: f"CREATE TRIGGER {name} {body}" for name, body in _COUNTS_ON_SQLITE.items()}
    for name, (event, table, condition, statements) in _triggers().items():
        when = f"WHEN {condition}" if condition else ""
        wanted[name] = f"CREATE TRIGGER {name} AFTER {event} ON {table} {when} BEGIN {'; '.join(statements)}; END"
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"])
    present = dict(cursor.fetchall())
    if present == wanted:
        return False
    for name in present:
        cursor.execute(f"DROP TRIGGER {name}")
    for statement in wanted.values():
        cursor.execute(statement)
    cursor.execute(f"DELETE FROM {FILING}")
    cursor.execute(f"DELETE FROM {COUNT}")
    return True


# --- PostgreSQL -----------------------------------------------------------------------------------

_COUNT_ON_POSTGRESQL = f"""BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO {COUNT} (shelf, number, posts)
            SELECT shelf, number, count(*) FROM changed GROUP BY 1, 2 ORDER BY 1, 2
            ON CONFLICT (shelf, number) DO UPDATE SET posts = {COUNT}.posts + excluded.posts;
    ELSE
        UPDATE {COUNT} c SET posts = c.posts - d.lost
            FROM (SELECT shelf, number, count(*) AS lost FROM changed GROUP BY 1, 2) d
            WHERE c.shelf = d.shelf AND c.number = d.number;
    END IF;
    RETURN NULL; END"""


def _install_on_postgresql(cursor) -> bool:
    """Functions and triggers are replaced each time, which costs nothing; posts are filed when some were missing."""
    cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE %s", [f"{PREFIX}%"])
    (present,) = cursor.fetchone()
    triggers = _triggers()
    _define(cursor, f"{PREFIX}count", _COUNT_ON_POSTGRESQL)
    for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
        cursor.execute(
            f"""CREATE OR REPLACE TRIGGER {PREFIX}count_{event.lower()} AFTER {event} ON {FILING}
            REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}count()"""
        )
    for name, (event, table, condition, statements) in triggers.items():
        _define(cursor, name, f"BEGIN {'; '.join(statements)}; RETURN NULL; END")
        when = f"WHEN ({condition})" if condition else ""
        cursor.execute(
            f"""CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when}
            EXECUTE FUNCTION {name}()"""
        )
    return present < len(triggers) + 2


def _define(cursor, name: str, body: str) -> None:
    cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
