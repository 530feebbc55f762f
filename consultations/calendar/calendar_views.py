"""Screens of calendars: managers change all of them, an attorney the own one."""

from http import HTTPStatus

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from django.views.generic import TemplateView
from wagtail.admin import messages

from consultations.audit import record
from consultations.calendar import calendar_actions
from consultations.calendar.access import calendars_of, may_edit_calendars
from consultations.calendar.calendar_forms import AbsenceForm, CalendarForm, HoursForm
from consultations.calendar.feeds import feed_url
from consultations.models import AttorneyCalendar, AuditAction
from consultations.permissions import may_manage
from consultations.view_permissions import AdminScreen, Guarded


class CalendarScreen(Guarded, AdminScreen, TemplateView):
    doing = "calendar"
    may_enter = staticmethod(may_edit_calendars)
    above = (("appointments:index", "Appointments"), ("appointments:calendars", "Calendars of attorneys"))
    header_icon = "calendar"
    page_title = "Calendars of attorneys"
    http_method_names = ["get", "head", "post", "options"]

    def find(self) -> AttorneyCalendar:
        """Return the calendar in the URL; 404 when there is none that the account may change."""
        found = calendars_of(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            record.record(AuditAction.REFUSED, by=self.request.user, doing="calendar", why="out_of_reach")
            raise Http404("No such calendar")
        return found

    def form_of(self, calendar: AttorneyCalendar, data=None) -> HoursForm:
        form = CalendarForm if may_manage(self.request.user) else HoursForm
        return form(data, instance=calendar)


class CalendarsView(CalendarScreen):
    doing = "calendars"
    template_name = "consultations/admin/calendars.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        found = calendars_of(user).select_related("user")
        return super().get_context_data(calendars=found, may_add=may_manage(user), **kwargs)


class AddCalendarView(CalendarScreen):
    template_name = "consultations/admin/calendar_edit.html"
    page_title = "Add a calendar"

    may_enter = staticmethod(may_manage)

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**{"form": self.form_of(AttorneyCalendar())} | kwargs)

    def post(self, request):
        form = self.form_of(AttorneyCalendar(), request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=HTTPStatus.UNPROCESSABLE_ENTITY)
        made = calendar_actions.save_calendar(form.save(commit=False), by=request.user)
        messages.success(request, f"The calendar of {made} was added. Next, add absences or a private feed.")
        return HttpResponseRedirect(reverse("appointments:calendar", args=[made.pk]))


class CalendarView(CalendarScreen):
    template_name = "consultations/admin/calendar_edit.html"

    def get(self, request, pk: int):
        return self.show(self.find())

    def show(self, calendar: AttorneyCalendar, status: int = 200, **changed):
        self.page_title = calendar.name
        absences = calendar.absences.filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")
        context = {
            "calendar": calendar,
            "form": self.form_of(AttorneyCalendar.objects.get(pk=calendar.pk)),
            "absence": AbsenceForm(),
            "absences": absences,
        }
        return self.render_to_response(self.get_context_data(**context | changed), status=status)

    def post(self, request, pk: int):
        calendar = self.find()
        ways = {"absence": self.add_absence, "no_absence": self.remove_absence, "feed": self.make_feed}
        ways |= {"no_feed": self.revoke_feed}
        return ways.get(request.POST.get("do", ""), self.save)(calendar)

    def save(self, calendar: AttorneyCalendar):
        form = self.form_of(calendar, self.request.POST)
        if not form.is_valid():
            return self.show(calendar, HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
        calendar_actions.save_calendar(form.save(commit=False), by=self.request.user)
        return self.back(calendar, "The calendar was saved.")

    def add_absence(self, calendar: AttorneyCalendar):
        form = AbsenceForm(self.request.POST)
        if not form.is_valid():
            return self.show(calendar, HTTPStatus.UNPROCESSABLE_ENTITY, absence=form)
        values = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "kind")}
        calendar_actions.add_absence(calendar, by=self.request.user, **values)
        count = calendar.appointments.held().within(values["starts_at"], values["ends_at"]).count()
        if count:
            words = "1 appointment is" if count == 1 else f"{count} appointments are"
            messages.warning(self.request, f"{words} within the absence. Change or cancel what cannot take place.")
        return self.back(calendar, "The absence was added.")

    def remove_absence(self, calendar: AttorneyCalendar):
        number = self.request.POST.get("absence", "")
        is_number = number.isascii() and number.isdigit() and len(number) <= 18
        if is_number and calendar_actions.remove_absence(calendar, int(number), by=self.request.user):
            return self.back(calendar, "The absence was removed.")
        return self.back(calendar, "That absence was already removed.")

    @method_decorator(sensitive_variables())
    def make_feed(self, calendar: AttorneyCalendar):
        """Create a feed, and show its address this once."""
        token = calendar_actions.make_feed(calendar, by=self.request.user)
        calendar.refresh_from_db()
        return self.show(calendar, new_feed=feed_url(token))

    def revoke_feed(self, calendar: AttorneyCalendar):
        is_closed = calendar_actions.revoke_feed(calendar, by=self.request.user)
        return self.back(calendar, "The feed was closed." if is_closed else "There was no feed.")

    def back(self, calendar: AttorneyCalendar, words: str) -> HttpResponseRedirect:
        messages.success(self.request, words)
        return HttpResponseRedirect(reverse("appointments:calendar", args=[calendar.pk]))
