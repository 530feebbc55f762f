"""What no line of a log may hold: the part of an address after the question mark, where searches and filters stand."""

import logging
import re

_QUERY = re.compile(r"""(/[^\s?"'<>]*)\?[^\s"'<>]+""")


class QueryFilter(logging.Filter):
    """Cuts the query off every address in a line, and lets the line pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut it off where there is one."""
        message = record.getMessage()
        if "?" in message:
            record.msg, record.args = _QUERY.sub(r"\1", message), ()
        return True
