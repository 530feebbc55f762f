"""The conflict check."""
