"""What can go wrong with a backup, in one line for people."""


class BackupError(Exception):
    """A backup that cannot be made, read or restored. The text is one line, and holds nothing confidential."""


def one_line(error: Exception) -> str:
    """Return what went wrong in one line."""
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}{f' ({error.filename})' if error.filename else ''}."
    return str(error)
