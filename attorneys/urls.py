"""This app's URLs without a page."""

from django.urls import path

from attorneys import views

urlpatterns = [path("attorneys/<slug:slug>/contact.vcf", views.contact_card, name="attorney_contact_card")]
