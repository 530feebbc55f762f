"""Models of the firm app."""

from firm.models.backups import BackupRun, BackupState
from firm.models.changes import PublicChange
from firm.models.images import FirmImage, FirmRendition
from firm.models.pages import (
    ContactPage,
    HomePage,
    PracticeAreaIndexPage,
    PracticeAreaPage,
    StandardPage,
)
from firm.models.search import PageText, Word
from firm.models.settings import FirmSettings, Office

__all__ = [
    "BackupRun",
    "BackupState",
    "ContactPage",
    "FirmImage",
    "FirmRendition",
    "FirmSettings",
    "HomePage",
    "Office",
    "PageText",
    "PracticeAreaIndexPage",
    "PracticeAreaPage",
    "PublicChange",
    "StandardPage",
    "Word",
]
