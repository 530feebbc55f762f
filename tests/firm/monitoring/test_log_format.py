import logging

import pytest
from django.conf import settings

from firm.monitoring.log_format import QueryFilter


@pytest.mark.parametrize(
    ("message", "args", "logged"),
    [
        (
            '"%s" %s',
            ("GET /admin/consultations/?q=Jane+Secret HTTP/1.1", "200"),
            '"GET /admin/consultations/ HTTP/1.1" 200',
        ),
        ("Not Found: %s", ("/search/?q=secret&page=2",), "Not Found: /search/"),
        ("https://example.com/a?b=c and more", (), "https://example.com/a and more"),
        ("Who asked? Nobody.", (), "Who asked? Nobody."),
        ("50 % of /a", (), "50 % of /a"),
    ],
)
def test_queries_are_cut_off(message, args, logged):
    record = logging.LogRecord("django.server", logging.INFO, __file__, 1, message, args, None)
    assert QueryFilter().filter(record)
    assert record.getMessage() == logged


def test_every_handler_has_the_filter():
    assert settings.LOGGING["handlers"]
    for handler in settings.LOGGING["handlers"].values():
        assert "no_queries" in handler["filters"]
