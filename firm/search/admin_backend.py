"""Wagtail's search on SQLite, quick with many results: the admin's lists of pages, images and documents use it.

Wagtail asks for the rank of each result in a question of its own, and each of those counts all results anew: where
thousands of pages have a word in common, a search takes minutes. Here all ranks come from one question. Visitors search
by `firm.search.site_search`; PostgreSQL keeps Wagtail's own.
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
    """For a compiler of queries: finds without ranks, and gives these separately."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.is_ranked, self.order_by_relevance = self.order_by_relevance, False

    def ranks(self, config) -> dict[str, float] | None:
        """Return the rank of each object that has the words, the best being the least; None where there is none."""
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
    """A search for the beginnings of words."""


class RankedResults(SQLiteSearchResults):
    """What was found, the best first; of equals the newest."""

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
    """The search of Wagtail, with ranks apart."""

    query_compiler_class = RankedSearch
    autocomplete_query_compiler_class = RankedAutocomplete
    results_class = RankedResults
