"""Models of the consultations app."""

from consultations.models.calendar import Absence, AbsenceKind, Appointment, AppointmentState, AttorneyCalendar, Way
from consultations.models.events import AuditAction, AuditEntry, EventKind, RequestEvent, Screen
from consultations.models.limits import SubmissionCount
from consultations.models.messages import MessageKind, MessageState, MessageText, OutgoingMessage
from consultations.models.pages import ConsultationPage
from consultations.models.requests import (
    ConsultationRequest,
    PreferredContact,
    Relationship,
)
from consultations.models.search import RequestEntry
from consultations.models.settings import ClockHours, IntakeSettings

__all__ = [
    "Absence",
    "AbsenceKind",
    "Appointment",
    "AppointmentState",
    "AttorneyCalendar",
    "AuditAction",
    "AuditEntry",
    "ClockHours",
    "ConsultationPage",
    "ConsultationRequest",
    "EventKind",
    "IntakeSettings",
    "MessageKind",
    "MessageState",
    "MessageText",
    "OutgoingMessage",
    "PreferredContact",
    "Relationship",
    "RequestEntry",
    "RequestEvent",
    "Screen",
    "SubmissionCount",
    "Way",
]
