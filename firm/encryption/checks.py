"""System checks of models with encrypted fields: no index, search or chooser may store or compare their values."""

from django.core.checks import Error
from django.core.exceptions import FieldDoesNotExist
from django.db.models import NOT_PROVIDED, UUIDField
from wagtail.search.index import Indexed
from wagtail.snippets.models import get_snippet_models


def check_encrypted_field(field) -> list[Error]:
    model = field.model
    rules = [
        (_has_row_uuid(model), "E001", f"{model.__name__} needs row_uuid = UUIDField(default=uuid4, unique=True)."),
        (not _is_compared(field), "E002", "Ciphertext is different each time: no index, key, choice or order on it."),
        (not _has_default(field), "E003", "An encrypted field has no default: it would be stored in the clear."),
        (not issubclass(model, Indexed), "E004", f"{model.__name__} must not be indexed for search."),
        (
            getattr(model, "wagtail_reference_index_ignore", False) is True,
            "E005",
            f"{model.__name__} must set wagtail_reference_index_ignore = True.",
        ),
        (model not in get_snippet_models(), "E006", f"{model.__name__} must not be a snippet: snippets have choosers."),
    ]
    return [Error(text, obj=field, id=f"encryption.{number}") for is_met, number, text in rules if not is_met]


def check_blind_index(model) -> list[Error]:
    try:
        row = model._meta.get_field("row")
    except FieldDoesNotExist:
        row = None
    if row is None or not row.many_to_one:
        return [Error(f"{model.__name__} needs a foreign key named row.", obj=model, id="encryption.E007")]
    return []


def _has_row_uuid(model) -> bool:
    try:
        row_uuid = model._meta.get_field("row_uuid")
    except FieldDoesNotExist:
        return False
    return isinstance(row_uuid, UUIDField) and row_uuid.unique and row_uuid.has_default() and not row_uuid.null


def _is_compared(field) -> bool:
    """Whether an index, constraint, choice or ordering would compare ciphertext."""
    meta = field.model._meta
    names = {field.name, field.attname}
    ordered = {str(name).lstrip("-") for name in meta.ordering or ()}
    for options in (*meta.indexes, *meta.constraints):
        ordered |= {name.lstrip("-") for name in getattr(options, "fields", ())}
    together = {name for group in meta.unique_together for name in group}
    return bool(field.unique or field.db_index or field.choices or names & (ordered | together))


def _has_default(field) -> bool:
    return field.db_default is not NOT_PROVIDED or (field.has_default() and field.default not in ("", None))
