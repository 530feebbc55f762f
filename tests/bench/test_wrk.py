"""What wrk prints is read in all its units, and failures are seen."""

import pytest

from bench.wrk import read

REPORT = """Running 5s test @ http://127.0.0.1:8600/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.21ms    1.05ms  20.11ms   91.20%
    Req/Sec     4.85k   312.00     5.20k    80.00%
  Latency Distribution
     50%  812.00us
     75%    3.40ms
     90%    1.20s
     99%    1.50m
  24160 requests in 5.00s, 312.00MB read
{trouble}Requests/sec:   4832.17
Transfer/sec:     62.40MB
"""
SOCKETS = "  Socket errors: connect 1, read 2, write 3, timeout 4\n"
STATUS = "  Non-2xx or 3xx responses: 12\n"


def test_rate_and_latency_are_read():
    found = read(REPORT.format(trouble=""))
    assert found.rate == 4832.17
    assert found.latency == pytest.approx({50: 0.000812, 75: 0.0034, 90: 1.2, 99: 90})
    assert found.failures == 0


@pytest.mark.parametrize(("trouble", "failures"), [(SOCKETS, 10), (STATUS, 12), (SOCKETS + STATUS, 22)])
def test_failures_are_counted(trouble, failures):
    assert read(REPORT.format(trouble=trouble)).failures == failures


def test_anything_else_is_no_report():
    with pytest.raises(ValueError, match="no report"):
        read("unable to connect to 127.0.0.1:8600 Connection refused")
