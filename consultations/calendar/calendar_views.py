"""The screens by which calendars are kept: managers all of them, an attorney the own one."""

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from consultations.action_forms import REFUSED
from consultations.audit import record
from consultations.calendar import calendar_actions
from consultations.calendar.access import ForCalendarKeepers, calendars_of, manages_calendars
from consultations.calendar.calendar_forms import AbsenceForm, CalendarForm, HoursForm
from consultations.calendar.feeds import feed_url
from consultations.models import AttorneyCalendar, AuditAction


class CalendarScreen(ForCalendarKeepers, WagtailAdminTemplateMixin, TemplateView):
    """What the screens of calendars share."""

    header_icon = "calendar"
    page_title = "Calendars of attorneys"
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request, *args, **kwargs):
        """Keep answers out of every cache: one of them shows the address of a feed."""
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    def get_breadcrumbs_items(self) -> list[dict]:
        """The way to this screen: appointments, the calendars, then this one."""
        above = [{"url": reverse("appointments:index"), "label": "Appointments"}]
        if self.page_title != CalendarScreen.page_title:
            above.append({"url": reverse("appointments:calendars"), "label": CalendarScreen.page_title})
        return [*self.breadcrumbs_items, *above, {"url": "", "label": self.page_title}]

    def find(self) -> AttorneyCalendar:
        """Return the calendar that the address names; 404 when there is none for this account."""
        found = calendars_of(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            record.record(AuditAction.REFUSED, by=self.request.user, doing="calendar", why="out_of_reach")
            raise Http404("No such calendar")
        return found

    def form_of(self, calendar: AttorneyCalendar, data=None) -> HoursForm:
        """Return the form with what this account may change."""
        form = CalendarForm if manages_calendars(self.request.user) else HoursForm
        return form(data, instance=calendar)


class CalendarsView(CalendarScreen):
    """The calendars that an account may change."""

    doing = "calendars"
    template_name = "consultations/admin/calendars.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs) -> dict:
        """Add the calendars."""
        user = self.request.user
        found = calendars_of(user).select_related("user")
        return super().get_context_data(calendars=found, may_add=manages_calendars(user), **kwargs)


class AddCalendarView(CalendarScreen):
    """Makes a calendar; for managers."""

    template_name = "consultations/admin/calendar_edit.html"
    page_title = "Add a calendar"

    def may_enter(self, user) -> bool:
        """True for managers."""
        return manages_calendars(user)

    def get_context_data(self, **kwargs) -> dict:
        """Add the form."""
        return super().get_context_data(**{"form": self.form_of(AttorneyCalendar())} | kwargs)

    def post(self, request):
        """Make it."""
        form = self.form_of(AttorneyCalendar(), request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=REFUSED)
        made = calendar_actions.save_calendar(form.save(commit=False), by=request.user)
        messages.success(request, f"The calendar of {made} is there. Add absences, or a feed for their own programs.")
        return HttpResponseRedirect(reverse("appointments:calendar", args=[made.pk]))


class CalendarView(CalendarScreen):
    """One calendar: hours, absences and feed, each with a button of its own."""

    template_name = "consultations/admin/calendar_edit.html"

    def get(self, request, pk: int):
        """Show it."""
        return self.show(self.find())

    def show(self, calendar: AttorneyCalendar, status: int = 200, **changed):
        """Answer with the screen."""
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
        """Do what the button says."""
        calendar = self.find()
        ways = {"absence": self.add_absence, "no_absence": self.remove_absence, "feed": self.make_feed}
        ways |= {"no_feed": self.revoke_feed}
        return ways.get(request.POST.get("do", ""), self.save)(calendar)

    def save(self, calendar: AttorneyCalendar):
        """Keep hours and all the rest."""
        form = self.form_of(calendar, self.request.POST)
        if not form.is_valid():
            return self.show(calendar, REFUSED, form=form)
        calendar_actions.save_calendar(form.save(commit=False), by=self.request.user)
        return self.back(calendar, "The calendar is saved.")

    def add_absence(self, calendar: AttorneyCalendar):
        """Keep an absence."""
        form = AbsenceForm(self.request.POST)
        if not form.is_valid():
            return self.show(calendar, REFUSED, absence=form)
        values = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "kind")}
        calendar_actions.add_absence(calendar, by=self.request.user, **values)
        there = calendar.appointments.held().within(values["starts_at"], values["ends_at"]).count()
        if there:
            words = "1 appointment lies" if there == 1 else f"{there} appointments lie"
            messages.warning(self.request, f"{words} within the absence. Change or cancel what cannot take place.")
        return self.back(calendar, "The absence is kept.")

    def remove_absence(self, calendar: AttorneyCalendar):
        """Take an absence out."""
        number = self.request.POST.get("absence", "")
        is_number = number.isascii() and number.isdigit() and len(number) <= 18
        if is_number and calendar_actions.remove_absence(calendar, int(number), by=self.request.user):
            return self.back(calendar, "The absence is taken out.")
        return self.back(calendar, "That absence was gone already.")

    @method_decorator(sensitive_variables())
    def make_feed(self, calendar: AttorneyCalendar):
        """Make a feed, and show its address for the only time."""
        token = calendar_actions.make_feed(calendar, by=self.request.user)
        calendar.refresh_from_db()
        return self.show(calendar, new_feed=feed_url(token))

    def revoke_feed(self, calendar: AttorneyCalendar):
        """Close the feed."""
        is_closed = calendar_actions.revoke_feed(calendar, by=self.request.user)
        return self.back(calendar, "The feed is closed." if is_closed else "There was no feed.")

    def back(self, calendar: AttorneyCalendar, words: str) -> HttpResponseRedirect:
        """Lead back to the screen."""
        messages.success(self.request, words)
        return HttpResponseRedirect(reverse("appointments:calendar", args=[calendar.pk]))
