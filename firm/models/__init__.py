"""Models of the firm app."""

from firm.models.accounts import AccountMail, Attempt, SignInEvent, SignInKind
from firm.models.backups import BackupRun, BackupState
from firm.models.changes import PublicChange
from firm.models.images import FirmImage, FirmRendition
from firm.models.pages import ContactPage, HomePage, PracticeAreaIndexPage, PracticeAreaPage, StandardPage
from firm.models.search import PageText, Word
from firm.models.settings import FirmSettings, Office
from firm.models.watch import JobRun, Measurement, TrailHead
