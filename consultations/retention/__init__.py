"""Keeping and forgetting: when a request is erased, what holds it back, and that nothing of it is left."""
