"""Figures of a visit, from Lighthouse's report and from the browser itself."""

from bench.rows.first_visit import METRICS, of_report
from bench.rows.first_visit import _line as line
from bench.throttled import figures

REPORT = {
    "categories": {"performance": {"score": 0.99}},
    "audits": {
        name: {"numericValue": value}
        for name, value in {
            "largest-contentful-paint": 1569.2,
            "cumulative-layout-shift": 0.0,
            "total-blocking-time": 0,
            "first-contentful-paint": 1216.0,
            "speed-index": 3445.0,
            "total-byte-weight": 110592,
        }.items()
    },
}
BEST = dict.fromkeys(METRICS, 0.0) | {"first-contentful-paint": 500, "total-byte-weight": 1024, "score": 100}


def test_report_is_read():
    found = of_report(REPORT)
    assert (found["score"], found["largest-contentful-paint"]) == (99, 1569.2)
    assert not line("home", found, "how").is_met
    assert line("home", found, "how").figure == "99; 1569 ms, 0.000, 0 ms"


def test_every_part_of_the_goal_counts():
    assert line("home", BEST, "how").is_met
    for change in (
        {"score": 99},
        {"largest-contentful-paint": 1200},
        {"cumulative-layout-shift": 0.001},
        {"total-blocking-time": 1},
    ):
        assert not line("home", BEST | change, "how").is_met, change


def test_blocking_is_what_long_tasks_last_beyond_50_ms_after_the_first_paint():
    seen = {"first": 500, "largest": 700, "shift": 0, "bytes": 10, "tasks": [[100, 300], [450, 80], [900, 70]]}
    assert figures(seen)["total-blocking-time"] == 30 + 20
