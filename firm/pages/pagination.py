"""Pagination of listings; an invalid ``?page=`` gives the nearest valid page."""

from django.core.paginator import Paginator


class Pages:
    """One page of a listing, and the URLs of the others, which preserve the rest of the query string."""

    def __init__(self, items, per_page: int, query) -> None:
        self.paginator = Paginator(items, per_page)
        self.page = self.paginator.get_page(query.get("page"))
        self._query = query.copy()
        self._query.pop("page", None)

    def __iter__(self):
        return iter(self.page.object_list)

    def __len__(self) -> int:
        return len(self.page.object_list)

    @property
    def count(self) -> int:
        """The number of items on all pages."""
        return self.paginator.count

    @property
    def number(self) -> int:
        """The current page, from 1."""
        return self.page.number

    @property
    def total(self) -> int:
        """The number of pages."""
        return self.paginator.num_pages

    def url(self, number: int) -> str:
        """The URL of a page, relative to the listing."""
        query = self._query.copy()
        if number > 1:
            query["page"] = number
        return f"?{query.urlencode()}" if query else "?"

    @property
    def own_query(self) -> str:
        """The query string of the canonical URL: the page's number alone; nothing on the first."""
        return f"?page={self.number}" if self.number > 1 else ""

    @property
    def previous_url(self) -> str:
        """Empty on the first page."""
        return self.url(self.number - 1) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        """Empty on the last page."""
        return self.url(self.number + 1) if self.page.has_next() else ""

    @property
    def links(self) -> list[dict]:
        """The page numbers to show; an entry without number stands for those left out."""
        numbers = self.paginator.get_elided_page_range(self.number, on_each_side=1, on_ends=1)
        return [
            {"number": number, "url": self.url(number), "is_current": number == self.number}
            if isinstance(number, int)
            else {"number": None}
            for number in numbers
        ]
