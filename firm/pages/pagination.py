"""Pagination of listings; an invalid ``?page=`` gives the nearest valid page."""

from django.core.paginator import Page, Paginator


class Pages(Page):
    """One page of a listing, and the URLs of the others, which preserve the rest of the query string."""

    def __init__(self, items, per_page: int, query) -> None:
        page = Paginator(items, per_page).get_page(query.get("page"))
        super().__init__(page.object_list, page.number, page.paginator)
        self._query = query.copy()
        self._query.pop("page", None)

    def url(self, number: int) -> str:
        query = self._query.copy()
        if number > 1:
            query["page"] = number
        return f"?{query.urlencode()}" if query else "?"

    @property
    def own_query(self) -> str:
        """The query string of the canonical URL: the page's number alone; empty on the first page."""
        return f"?page={self.number}" if self.number > 1 else ""

    @property
    def previous_url(self) -> str:
        return self.url(self.number - 1) if self.has_previous() else ""

    @property
    def next_url(self) -> str:
        return self.url(self.number + 1) if self.has_next() else ""

    @property
    def links(self) -> list[dict]:
        """The page numbers to show; an entry without a number stands for omitted pages."""
        numbers = self.paginator.get_elided_page_range(self.number, on_each_side=1, on_ends=1)
        return [
            {"number": number, "url": self.url(number), "is_current": number == self.number}
            if isinstance(number, int)
            else {"number": None}
            for number in numbers
        ]
