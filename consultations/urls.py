"""Addresses of this app that are not pages."""

from django.urls import path

from consultations.calendar.feeds import feed

urlpatterns = [path("calendar/<str:token>.ics", feed, name="calendar_feed")]
