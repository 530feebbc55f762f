"""What is read from Lighthouse's report."""

import copy

from bench.rows.first_visit import CATEGORIES, line

REPORT = {
    "categories": {name: {"score": 0.99} for name in CATEGORIES},
    "audits": {
        "largest-contentful-paint": {"numericValue": 1569.2},
        "cumulative-layout-shift": {"numericValue": 0.0},
        "total-blocking-time": {"numericValue": 0},
        "total-byte-weight": {"numericValue": 110592},
        "uses-http2": {"score": 1},
    },
}


def test_report_is_read():
    found = line("home", REPORT)
    assert found.is_met
    assert found.figure == "performance 99, accessibility 99, best-practices 99, seo 99"
    assert found.note == "largest paint 1569 ms, shift 0.000, blocking 0 ms, 108 KiB"


def test_every_score_counts():
    for name in CATEGORIES:
        report = copy.deepcopy(REPORT)
        report["categories"][name]["score"] = 0.89
        assert not line("home", report).is_met, name
