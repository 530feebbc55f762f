"""Models of the attorneys app."""

from attorneys.models.attorneys import AttorneyIndexPage, AttorneyPage, AttorneyRole, Language
from attorneys.models.testimonials import TestimonialIndexPage, TestimonialPage
