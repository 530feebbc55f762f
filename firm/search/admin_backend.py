"""Wagtail's search on SQLite, fast with many results: used by the admin's lists of pages, images and documents.

Wagtail ranks each result in a query of its own, each of which counts all results again: where thousands of pages share
a word, a search takes minutes. Here one query gives all ranks. Visitors search with `firm.search.site_search`;
PostgreSQL uses Wagtail's own backend.
"""

from modelsearch.backends.database.sqlite.query import MatchExpression, SQLiteFTSIndexEntry, normalize
from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteAutocompleteQueryCompiler,
    SQLiteSearchBackend,
    SQLiteSearchQueryCompiler,
    SQLiteSearchResults,
)
from modelsearch.query import MatchAll, Not
from modelsearch.utils import get_descendants_content_types_pks


class RanksApart:
    """Mixin of query compilers: searches without ranks, and returns these separately."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.is_ranked, self.order_by_relevance = self.order_by_relevance, False

    def ranks(self, config) -> dict[str, float] | None:
        """Return each matching object's rank by id, the lowest being the best; None when the query has no ranks."""
        query = normalize(self.query)
        if isinstance(query, MatchAll | Not):
            return None
        words = MatchExpression(self.fields or self.FTS_TABLE_FIELDS, self.build_search_query(query, config=config))
        kinds = get_descendants_content_types_pks(self.queryset.model)
        entries = SQLiteFTSIndexEntry.objects.filter(words).filter(index_entry__content_type__in=kinds)
        entries = entries.annotate(rank=self._build_rank_expression(self.get_search_vectors(), config))
        return dict(entries.values_list("index_entry__object_id", "rank"))


class RankedSearch(RanksApart, SQLiteSearchQueryCompiler):
    """A search for whole words."""


class RankedAutocomplete(RanksApart, SQLiteAutocompleteQueryCompiler):
    """A search for prefixes."""


class RankedResults(SQLiteSearchResults):
    """The results, best first; equal ranks newest first."""

    def _do_search(self) -> list:
        compiler = self.query_compiler
        config = compiler.get_config(self.backend)
        ranks = compiler.ranks(config) if compiler.is_ranked else None
        if ranks is None:
            return super()._do_search()
        found = compiler.search(config, None, None)
        newest_first = sorted(found.values_list("pk", flat=True), reverse=True)
        keys = sorted(newest_first, key=lambda key: ranks.get(str(key), 0))[self.start : self.stop]
        objects = compiler.queryset.in_bulk(keys)
        if self._score_field:
            for key, one in objects.items():
                setattr(one, self._score_field, ranks.get(str(key)))
        return [objects[key] for key in keys if key in objects]


class SearchBackend(SQLiteSearchBackend):
    """Wagtail's SQLite search with separate ranking."""

    query_compiler_class = RankedSearch
    autocomplete_query_compiler_class = RankedAutocomplete
    results_class = RankedResults
