"""Models of the consultations app."""

from consultations.models.limits import SubmissionCount
from consultations.models.pages import ConsultationPage
from consultations.models.requests import (
    ConsultationRequest,
    PreferredContact,
    Relationship,
)

__all__ = ["ConsultationPage", "ConsultationRequest", "PreferredContact", "Relationship", "SubmissionCount"]
