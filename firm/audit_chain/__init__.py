"""Audit trails in which changes are found: a MAC on each entry, and a hash chain over all of them."""
