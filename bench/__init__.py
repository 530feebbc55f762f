"""Measures the site beside others on the same machine: ``python -m bench --help``, see docs/performance.md."""
