"""What can go wrong with a backup, in one line for people."""


class BackupError(Exception):
    """A backup that cannot be made, read or restored. The text is one line, and holds nothing confidential."""


class Damaged(BackupError):
    """A file that is not, or not all, what was written."""
