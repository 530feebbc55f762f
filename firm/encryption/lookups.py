"""The lookups that an encrypted column allows. None of them takes plaintext."""

from django.db.models.lookups import BuiltinLookup, Exact, IsNull

from firm.encryption.cipher import prefix


class IsBlank(BuiltinLookup):
    """``field__isblank=True``: nothing was entered. The empty text is stored as it is; NULL counts as blank.

    Ask for the contrary with ``isblank=False``: a negated condition on a nullable column lets NULL through.
    """

    lookup_name = "isblank"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        if not isinstance(self.rhs, bool):
            raise ValueError("isblank takes True or False.")
        sql, params = self.process_lhs(compiler, connection)
        return f"COALESCE({sql}, '') {'=' if self.rhs else '<>'} ''", params


class IsToken(Exact):
    """``field__is_token=token``: the column still contains exactly this ciphertext (compare and set)."""

    lookup_name = "is_token"

    def get_rhs_op(self, connection, rhs):
        return f"= {rhs}"


class IsOutdated(BuiltinLookup):
    """``field__outdated_for=key_id``: the value is encrypted with another key than this one."""

    lookup_name = "outdated_for"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        sql, params = self.process_lhs(compiler, connection)
        beginning = prefix(self.rhs)
        condition = f"(COALESCE({sql}, '') <> '' AND SUBSTR({sql}, 1, {len(beginning)}) <> %s)"
        return condition, [*params, *params, beginning]


LOOKUPS = {lookup.lookup_name: lookup for lookup in (IsNull, IsBlank, IsToken, IsOutdated)}
