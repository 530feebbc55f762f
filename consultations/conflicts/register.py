"""The register of known parties."""

from consultations.models.requests import ConsultationRequest


def bury(request: ConsultationRequest) -> None:
    """Leave keyed tombstones of a request that is about to be erased."""
