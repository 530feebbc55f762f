"""Models of the consultations app."""

from consultations.models.conflicts import ConflictHit, Verdict
from consultations.models.events import AuditAction, AuditEntry, EventKind, RequestEvent, Screen
from consultations.models.limits import SubmissionCount
from consultations.models.messages import MessageKind, MessageState, MessageText, OutgoingMessage
from consultations.models.pages import ConsultationPage
from consultations.models.parties import Party, PartyEntry, PartyField, PartyKind, PartyRole, PartySource
from consultations.models.requests import (
    ConsultationRequest,
    PreferredContact,
    Relationship,
)
from consultations.models.search import RequestEntry
from consultations.models.settings import ClockHours, IntakeSettings

__all__ = [
    "AuditAction",
    "AuditEntry",
    "ClockHours",
    "ConflictHit",
    "ConsultationPage",
    "ConsultationRequest",
    "EventKind",
    "IntakeSettings",
    "MessageKind",
    "MessageState",
    "MessageText",
    "OutgoingMessage",
    "Party",
    "PartyEntry",
    "PartyField",
    "PartyKind",
    "PartyRole",
    "PartySource",
    "PreferredContact",
    "Relationship",
    "RequestEntry",
    "RequestEvent",
    "Screen",
    "SubmissionCount",
    "Verdict",
]
