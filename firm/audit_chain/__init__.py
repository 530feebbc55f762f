"""Trails in which every change is found: a seal on each entry, and a chain over them."""
