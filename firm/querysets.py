"""Sets of pages that every app's listings build on."""

from django.db.models import CharField, Exists, ExpressionWrapper, F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONArray
from wagtail.models import Page, PageManager, PageViewRestriction
from wagtail.query import PageQuerySet


def in_private_section(path: str = "path") -> Exists:
    """True for pages that are restricted themselves or lie below one that is; ``path`` leads to the page's path.

    The path of each restriction is asked for by itself: joined, a planner might begin with all pages of the site.
    """
    listed = ExpressionWrapper(OuterRef(path), output_field=CharField())
    section = Subquery(Page.objects.filter(pk=OuterRef("page_id")).order_by().values("path"))
    restrictions = PageViewRestriction.objects.annotate(listed=listed, section=section)
    return Exists(restrictions.filter(listed__startswith=F("section")))


#: What a link to a page, in a list or elsewhere, needs of its row. The rest is not even fetched.
LINE = ("title", "slug", "path", "depth", "url_path", "live", "content_type")
#: What a picture needs of its image's row, with the name of the foreign key before it.
_PICTURE = ("title", "file", "description", "width", "height", "credit", "file_hash", "variants", "variants_of")
_FOCUS = ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")


def of(relation: str, names) -> tuple[str, ...]:
    """Return the names of columns as those of a related row."""
    return tuple(f"{relation}__{name}" for name in names)


def picture_of(relation: str) -> tuple[str, ...]:
    """Return the columns that a picture needs of the image at ``relation``."""
    return of(relation, _PICTURE + _FOCUS)


class RowsBeside(Subquery):
    """A few rows of another table as a list of lists, in the same query as the row that they belong to."""

    template = "(SELECT json_group_array(json(row_beside)) FROM (%(subquery)s) AS rows_beside)"

    def __init__(self, rows: QuerySet, *names: str) -> None:
        """Take the rows, in their order, with a reference to the outer row, and the columns that each list has."""
        super().__init__(rows.values(row_beside=JSONArray(*names)), output_field=JSONField())

    def as_postgresql(self, compiler, connection):
        """Return the statement in PostgreSQL's words."""
        template = "(SELECT coalesce(jsonb_agg(row_beside), '[]') FROM (%(subquery)s) AS rows_beside)"
        return self.as_sql(compiler, connection, template=template)


class FirmPageQuerySet(PageQuerySet):
    """Pages, with the restriction of private sections in the same query instead of one more each time."""

    def public(self):
        """Leave out pages in a private section."""
        return self.exclude(in_private_section())

    def visible(self):
        """The pages that any visitor may see: published and not private."""
        return self.live().public()

    def of_few(self):
        """Begin with the model's own table, for types of which there are few, and not with all pages of the site."""
        return self.filter(pk__in=self.model._base_manager.order_by().values("pk"))

    def for_display(self):
        """The rows that a page needs to draw itself, in one query."""
        return self.select_related(*self.model.drawn_with).annotate(**self.model.rows_beside())


FirmPageManager = PageManager.from_queryset(FirmPageQuerySet)


class PracticeAreaQuerySet(FirmPageQuerySet):
    """Practice areas."""

    def listed(self):
        """Those that may be seen, in the editors' order, with what a line of a list draws."""
        return self.visible().of_few().only(*LINE, "summary").order_by("path")


PracticeAreaManager = PageManager.from_queryset(PracticeAreaQuerySet)
