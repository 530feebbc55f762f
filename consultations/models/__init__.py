"""Models of the consultations app."""

from consultations.models.events import AuditAction, AuditEntry, EventKind, RequestEvent, Screen
from consultations.models.limits import SubmissionCount
from consultations.models.messages import MessageKind, MessageState, MessageText, OutgoingMessage
from consultations.models.pages import ConsultationPage
from consultations.models.requests import (
    ConsultationRequest,
    PreferredContact,
    Relationship,
)
from consultations.models.retention import ConsentReceipt, Erasure, ErasureReason, LegalHold, RetentionSettings
from consultations.models.search import RequestEntry
from consultations.models.settings import ClockHours, IntakeSettings

__all__ = [
    "AuditAction",
    "AuditEntry",
    "ClockHours",
    "ConsentReceipt",
    "ConsultationPage",
    "ConsultationRequest",
    "Erasure",
    "ErasureReason",
    "EventKind",
    "IntakeSettings",
    "LegalHold",
    "MessageKind",
    "MessageState",
    "MessageText",
    "OutgoingMessage",
    "PreferredContact",
    "Relationship",
    "RequestEntry",
    "RequestEvent",
    "RetentionSettings",
    "Screen",
    "SubmissionCount",
]
