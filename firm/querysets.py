"""Base querysets of pages."""

from django.db.models import CharField, Exists, ExpressionWrapper, F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONArray
from wagtail.models import Page, PageManager, PageViewRestriction
from wagtail.query import PageQuerySet


def in_private_section(path: str = "path") -> Exists:
    """True for restricted pages and their descendants; ``path`` is the lookup of the page's path.

    Each restriction's path is a subquery: with a join, the planner might start from all pages of the site.
    """
    listed = ExpressionWrapper(OuterRef(path), output_field=CharField())
    section = Subquery(Page.objects.filter(pk=OuterRef("page_id")).order_by().values("path"))
    restrictions = PageViewRestriction.objects.annotate(listed=listed, section=section)
    return Exists(restrictions.filter(listed__startswith=F("section")))


#: The columns that a link to a page needs; the others are not fetched.
LINE = ("title", "slug", "path", "depth", "url_path", "live", "content_type")
#: The columns that rendering a picture needs of its image.
_PICTURE = ("title", "file", "description", "width", "height", "credit", "file_hash", "variants", "variants_of")
_FOCUS = ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")


def of(relation: str, names) -> tuple[str, ...]:
    """Prefix column names with a relation."""
    return tuple(f"{relation}__{name}" for name in names)


def picture_of(relation: str) -> tuple[str, ...]:
    """Return the columns that rendering a picture needs of the image at ``relation``."""
    return of(relation, _PICTURE + _FOCUS)


class RowsBeside(Subquery):
    """Rows of a related table as a JSON list of lists, fetched in the main row's query."""

    template = "(SELECT json_group_array(json(row_beside)) FROM (%(subquery)s) AS rows_beside)"

    def __init__(self, rows: QuerySet, *names: str) -> None:
        """``rows`` in their order, with an OuterRef to the main row; ``names``: the columns of each list."""
        super().__init__(rows.values(row_beside=JSONArray(*names)), output_field=JSONField())

    def as_postgresql(self, compiler, connection):
        template = "(SELECT coalesce(jsonb_agg(row_beside), '[]') FROM (%(subquery)s) AS rows_beside)"
        return self.as_sql(compiler, connection, template=template)


class FirmPageQuerySet(PageQuerySet):
    """Pages. Checks private sections in the same query, where Wagtail uses one more."""

    def public(self):
        """Exclude pages in a private section."""
        return self.exclude(in_private_section())

    def visible(self):
        """Pages that any visitor may see: published and not private."""
        return self.live().public()

    def of_few(self):
        """Make the planner start from the model's own table, for types with few pages."""
        return self.filter(pk__in=self.model._base_manager.order_by().values("pk"))

    def for_display(self):
        """With everything that rendering a page needs, in one query."""
        return self.select_related(*self.model.drawn_with).annotate(**self.model.rows_beside())


FirmPageManager = PageManager.from_queryset(FirmPageQuerySet)


class PracticeAreaQuerySet(FirmPageQuerySet):
    def listed(self):
        """Visible areas in the editors' order, with the columns of a list."""
        return self.visible().of_few().only(*LINE, "summary").order_by("path")


PracticeAreaManager = PageManager.from_queryset(PracticeAreaQuerySet)
