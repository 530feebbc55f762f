"""Models of the consultations app."""

from consultations.models.answers import AnswerTemplate
from consultations.models.calendar import Absence, AbsenceKind, Appointment, AppointmentState, AttorneyCalendar, Way
from consultations.models.conflicts import ConflictHit, Verdict
from consultations.models.events import AuditAction, AuditEntry, EventKind, RequestEvent, Screen
from consultations.models.messages import MessageKind, MessageState, MessageText, OutgoingMessage
from consultations.models.notes import Mention, Reminder
from consultations.models.pages import ConsultationPage
from consultations.models.parties import Party, PartyEntry, PartyKind, PartyRole, PartySource
from consultations.models.requests import ConsultationRequest, PreferredContact, Relationship
from consultations.models.retention import ConsentReceipt, Erasure, ErasureReason, LegalHold, RetentionSettings
from consultations.models.search import RequestEntry
from consultations.models.settings import ClockHours, IntakeSettings
