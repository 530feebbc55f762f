"""Has the database note when something that visitors may see has changed, by any writer and in any way.

Triggers leave a mark in the transaction of the change itself, so that no way of writing can be forgotten: publishing, a
schedule, a bulk update, another server, a statement by hand. All servers see it as soon as it is committed:
`firm.page_cache.state` reads the marks.

Watched are the tables of all models but those in `UNSEEN`: a new model counts until somebody says that visitors never
see it. The triggers are created after every migration, since a migration may drop them with the table it rebuilds.
"""

from django.apps import apps
from django.db import connection, transaction

from firm.models.changes import PublicChange

#: Apps and models of which visitors see nothing, or only in responses that are never cached (search, the form).
UNSEEN = frozenset(
    {
        "account",
        "auth",
        "consultations",
        "contenttypes",
        "django_tasks_database",
        "firm.accountmail",
        "firm.attempt",
        "firm.backuprun",
        "firm.firmrendition",
        "firm.jobrun",
        "firm.measurement",
        "firm.pagetext",
        "firm.publicchange",
        "firm.signinevent",
        "firm.trailhead",
        "firm.word",
        "mfa",
        "sessions",
        "usersessions",
        "wagtailadmin",
        "wagtailcore.comment",
        "wagtailcore.commentreply",
        "wagtailcore.groupapprovaltask",
        "wagtailcore.groupapprovaltask_groups",
        "wagtailcore.groupcollectionpermission",
        "wagtailcore.grouppagepermission",
        "wagtailcore.groupsitepermission",
        "wagtailcore.modellogentry",
        "wagtailcore.pagelogentry",
        "wagtailcore.pagesubscription",
        "wagtailcore.referenceindex",
        "wagtailcore.revision",
        "wagtailcore.task",
        "wagtailcore.taskstate",
        "wagtailcore.uploadedfile",
        "wagtailcore.workflow",
        "wagtailcore.workflowcontenttype",
        "wagtailcore.workflowpage",
        "wagtailcore.workflowstate",
        "wagtailcore.workflowtask",
        "wagtailembeds",
        "wagtailimages",
        "wagtailsearch",
        "wagtailusers",
    }
)
#: Of apps above, what visitors do see.
SEEN = frozenset({"consultations.consultationpage"})
#: What Wagtail writes on a page's row when a draft is saved: no visitor sees it.
DRAFT_COLUMNS = frozenset(
    {
        "draft_title",
        "has_unpublished_changes",
        "latest_revision_id",
        "latest_revision_created_at",
        "live_revision_id",
        "locked",
        "locked_at",
        "locked_by_id",
        "owner_id",
    }
)
MARKS = PublicChange._meta.db_table
#: A number that comes once: one that is counted would come again after a transaction that was undone.
RAISE = "UPDATE firm_publicchange SET count = abs(random() / 2)"
ADD = "INSERT INTO firm_publicchange (count) VALUES (0)"
FUNCTION = "firm_note_public_change"
#: As many marks may pile up on PostgreSQL before they are cleared away.
MOST_MARKS = 1000


def watched_models() -> list:
    """Return the models whose rows visitors may see, those between two others included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and _is_seen(model._meta)
    ]


def _is_seen(meta) -> bool:
    return meta.label_lower in SEEN or not UNSEEN & {meta.label_lower, meta.app_label}


def install() -> None:
    """Make the triggers of all watched tables that there are, and drop those of other tables."""
    existing = set(connection.introspection.table_names())
    if MARKS not in existing:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        make = {"sqlite": _install_on_sqlite, "postgresql": _install_on_postgresql}[connection.vendor]
        make(cursor, [model for model in watched_models() if model._meta.db_table in existing])


def _columns(model) -> list[str]:
    """Return the columns of which a change counts; all of them as an empty list."""
    names = [field.column for field in model._meta.local_concrete_fields]
    return [name for name in names if name not in DRAFT_COLUMNS] if DRAFT_COLUMNS & set(names) else []


def _of(model) -> str:
    names = ", ".join(f'"{name}"' for name in _columns(model))
    return f" OF {names}" if names else ""


def _install_on_sqlite(cursor, models: list) -> None:
    PublicChange.objects.get_or_create(pk=1)
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'public_change_%'")
    present = dict(cursor.fetchall())
    wanted = {}
    for model in models:
        table = model._meta.db_table
        for event in ("INSERT", f"UPDATE{_of(model)}", "DELETE"):
            name = f"public_change_{table}_{event.split()[0].lower()}"
            wanted[name] = f'CREATE TRIGGER {name} AFTER {event} ON "{table}" BEGIN {RAISE}; END'
    for name in present:
        if wanted.get(name) != present[name]:
            cursor.execute(f"DROP TRIGGER {name}")
    for name, statement in wanted.items():
        if present.get(name) != statement:
            cursor.execute(statement)


def _install_on_postgresql(cursor, models: list) -> None:
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {ADD}; RETURN NULL; END $$"
    )
    cursor.execute(
        """SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgname = 'public_change' AND p.proname = %s
        AND c.relnamespace = current_schema()::regnamespace""",
        [FUNCTION],
    )
    for (table,) in cursor.fetchall():
        cursor.execute(f'DROP TRIGGER public_change ON "{table}"')
    for model in models:
        cursor.execute(
            f"""CREATE TRIGGER public_change AFTER INSERT OR UPDATE{_of(model)} OR DELETE OR TRUNCATE
            ON "{model._meta.db_table}" FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"""
        )


def clear_marks() -> bool:
    """Put one mark in the place of many, which is a change like any other; return whether there were many."""
    if PublicChange.objects.count() <= MOST_MARKS:
        return False
    with transaction.atomic():
        last = PublicChange.objects.create()
        PublicChange.objects.filter(pk__lt=last.pk).delete()
    return True
