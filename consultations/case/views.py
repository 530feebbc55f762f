"""One request on one screen, and on paper. Accounts that may not see it do not learn that it exists."""

from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from consultations.action_forms import DeskForm
from consultations.actions.mentions import mark_seen
from consultations.audit import record
from consultations.case import facts, status_labels
from consultations.case.appointment_forms import ConfirmTimeForm, ReleaseTimeForm, RescheduleForm, ScheduleForm
from consultations.case.duplicates import likely_duplicates
from consultations.case.forms import ContactForm, MatterForm, MoveForm, NoteForm
from consultations.case.handover_forms import AssignForm, MergeForm, ScreenForm, UnscreenForm
from consultations.case.reply_panel import NotesDesk, notes_desk_of
from consultations.case.timeline import history_of, looks_at
from consultations.colleagues import around
from consultations.conflict_states import BLOCKED_WORDS, may_pass
from consultations.conflicts.check_forms import judging_forms
from consultations.conflicts.first_check import check_opened
from consultations.conflicts.panel import region_of
from consultations.display import user_name
from consultations.intake.spam import SIGNS
from consultations.models import Appointment, AuditAction, ConsultationRequest
from consultations.models.calendar import TAKING, AppointmentState
from consultations.permissions import (
    has_any,
    holds,
    is_intake,
    may_export,
    may_merge,
    may_read_trail,
    moves_for,
    read_by,
)
from consultations.retention.forms import retention_forms
from consultations.retention.panel import outlook_of
from consultations.retention.subject_access import in_words, own_data
from consultations.view_permissions import AdminScreen
from consultations.workflow import Power, Status
from firm.models import FirmSettings


class WithinReach:
    """Restricts a view to the requests that the account may see; first among its bases.

    All other ids give the same response, so that nobody learns which requests there are.
    """

    doing = "view"

    def dispatch(self, request, *args, **kwargs):
        if not has_any(request.user):
            record.refused(request.user, kwargs["pk"], doing=self.doing, why="no_access")
            raise PermissionDenied
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    def find(self) -> ConsultationRequest:
        """Return the request in the URL; 404 if there is none for this account."""
        pk = self.kwargs["pk"]
        found = read_by(self.request.user, pk) if pk <= record.MAX_ID else None
        if found is None:
            record.refused(self.request.user, pk, doing=self.doing, why="out_of_reach")
            raise Http404("No such request")
        return found


@dataclass
class Desk:
    """What this account may do with this request; a form that was refused replaces the new one of its name."""

    #: The forms by their names. No dictionary: a template would call its methods, such as ``clear``, which is a form.
    forms: SimpleNamespace = field(default_factory=SimpleNamespace)
    moves: list[MoveForm] = field(default_factory=list)
    appointment: Appointment | None = None
    chosen: Appointment | None = None
    can_take: bool = False
    screened: list[UnscreenForm] = field(default_factory=list)
    #: The moves that the conflict check stands in the way of, by their words, and why.
    blocked: list[str] = field(default_factory=list)
    blocked_by: str = ""
    notes: NotesDesk = field(default_factory=NotesDesk)

    @property
    def plain_moves(self) -> list[MoveForm]:
        return [form for form in self.moves if form.is_plain]

    @property
    def reasoned_moves(self) -> list[MoveForm]:
        return [form for form in self.moves if not form.is_plain]

    def add(self, *forms: DeskForm) -> None:
        vars(self.forms).update({form.name: form for form in forms})

    def place(self, posted: DeskForm) -> bool:
        if isinstance(posted, MoveForm):
            places = [at for at, form in enumerate(self.moves) if posted.move and form.to == posted.to]
            for at in places:
                self.moves[at] = posted
            return bool(places)
        if hasattr(self.forms, posted.name):
            self.add(posted)
            return True
        return self.notes.place(posted)


def desk_of(user, request: ConsultationRequest, *, is_held: bool, now: datetime) -> Desk:
    """Return the desk of an account at a request; empty for one that may only read it."""
    desk, given = Desk(), {"user": user, "request": request}
    _add_moves(desk, user, request)
    _add_appointments(desk, user, request, now)
    desk.add(*judging_forms(user, request).values(), *retention_forms(is_held=is_held, **given).values())
    if holds(user, Power.WORK, request):
        desk.add(ContactForm(**given), NoteForm(**given), MatterForm(**given))
        desk.can_take = request.assignee_id != user.pk and user in around(request).free
        if is_intake(user):
            desk.add(AssignForm(**given))
    if may_merge(user, request):
        desk.add(MergeForm(**given))
    if holds(user, Power.MANAGE, request):
        desk.add(ScreenForm(**given))
        desk.screened = [UnscreenForm(screened=one, **given) for one in around(request).screened]
    return desk


def _add_moves(desk: Desk, user, request: ConsultationRequest) -> None:
    is_unanswered = request.first_contact_at is None
    for to, way in moves_for(user, request).items():
        if not may_pass(to, request.conflict_state):
            desk.blocked.append(way.label)
        # Logging the call or the message moves it to the one, an appointment to the other.
        elif not (to == Status.CONTACTED and is_unanswered) and to != Status.SCHEDULED:
            desk.moves.append(MoveForm(to=to, user=user, request=request))
    desk.blocked_by = BLOCKED_WORDS.get(request.conflict_state, "")


def _add_appointments(desk: Desk, user, request: ConsultationRequest, now: datetime) -> None:
    times = list(Appointment.objects.filter(request=request, state__in=TAKING).select_related("calendar"))
    desk.appointment = next((one for one in times if one.state == AppointmentState.HELD), None)
    desk.chosen = next((one for one in times if one.state == AppointmentState.HOLD and one.hold_until > now), None)
    if not holds(user, Power.WORK, request):
        return
    given = {"user": user, "request": request}
    if desk.chosen:
        desk.add(ConfirmTimeForm(held=desk.chosen, **given), ReleaseTimeForm(held=desk.chosen, **given))
    if Status.SCHEDULED in moves_for(user, request) and may_pass(Status.SCHEDULED, request.conflict_state):
        desk.add(ScheduleForm(**given))
    if request.status == Status.SCHEDULED:
        desk.add(RescheduleForm(held=desk.appointment, **given))


class RequestScreen(WithinReach, AdminScreen):
    """The screen of a request, shown on opening it and after a refused action."""

    template_name = "consultations/admin/request.html"
    header_icon = "mail"

    def screen(self, found: ConsultationRequest, refused: DeskForm | None = None) -> dict:
        """Return the context of the template, and audit that the request was viewed."""
        user, now = self.request.user, timezone.now()
        record.record(AuditAction.VIEWED, by=user, request=found)
        mark_seen(found, user, now)
        self.page_title = str(found)
        duplicates = likely_duplicates(found, user)
        conflict = region_of(found, user)
        retention = outlook_of(found, user)
        desk = desk_of(user, found, is_held=retention["hold"] is not None, now=now)
        desk.notes = notes_desk_of(user, found, template=self.request.GET.get("template", ""), now=now)
        is_placed = refused is not None and desk.place(refused)
        if hasattr(desk.forms, "merge"):
            desk.forms.merge.offer(duplicates)
        can_read_trail = may_read_trail(user)
        shared = shared_context(found, user, now)
        signs = [SIGNS[code][1] if code in SIGNS else str(code) for code in found.suspicions]
        return self.get_context_data(
            **shared,
            person_beside=[fact for fact in shared["person"] if fact.before or fact.name not in facts.HEADLINE],
            desk=desk,
            conflict=conflict,
            duplicates=[one for one in duplicates if one.request.pk not in shared["history"].linked],
            refused=refused,
            homeless=refused.typed() if refused is not None and not is_placed else [],
            ways=facts.ways_to_reach(found),
            status_tone=status_labels.status_tone(found),
            suspicions=signs if found.status == Status.QUARANTINE else [],
            looks=looks_at(found, user) if can_read_trail else None,
            trail_url=f"{reverse('consultations:trail')}?reference={found.reference}" if can_read_trail else "",
            retention=retention,
            zone=timezone.localtime(now).tzname(),
        )


def shared_context(found: ConsultationRequest, user, now) -> dict:
    history = history_of(found, user)
    return {
        "consultation": found,
        "assignee_name": user_name(found.assignee),
        "clock": status_labels.clock_of(found, now),
        "urgency": status_labels.urgency_words(found),
        "alerts": status_labels.alerts_of(found, now),
        "person": facts.person_facts(found, history.before),
        "matter": facts.matter_facts(found, history.before, now),
        "origin": facts.origin_facts(found),
        "consent": facts.consent_facts(found),
        "history": history,
    }


class RequestView(RequestScreen, TemplateView):
    def get(self, request, *args, **kwargs):
        """Show the request, after its conflict check if it has just arrived."""
        found = self.find()
        return self.render_to_response(self.screen(self.find() if check_opened(found) else found))


class PrintView(WithinReach, TemplateView):
    doing = "print"
    template_name = "consultations/admin/request_print.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs) -> dict:
        found, user, now = self.find(), self.request.user, timezone.now()
        record.record(AuditAction.PRINTED, by=user, request=found)
        return super().get_context_data(**shared_context(found, user, now), printed_at=now, printed_by=user_name(user))


class OwnDataView(WithinReach, View):
    """A copy of their data for the person: ``?as=page`` to read and print, otherwise JSON. Always a file."""

    doing = "own_data"
    http_method_names = ["get", "options"]

    def get(self, request, pk: int) -> HttpResponse:
        found = self.find()
        if not may_export(request.user):
            record.refused(request.user, pk, doing=self.doing, why="not_permitted")
            raise PermissionDenied
        kind = "html" if request.GET.get("as") == "page" else "json"
        data = own_data(found, timezone.now())
        record.record(AuditAction.EXPORTED, by=request.user, request=found, kind=kind, set=self.doing)
        response = self._page(data) if kind == "html" else JsonResponse(data, json_dumps_params={"indent": 2})
        response["Content-Disposition"] = f'attachment; filename="own-data-{found.reference}.{kind}"'
        return response

    def _page(self, data: dict) -> HttpResponse:
        context = {
            "reference": data["reference"],
            "sections": in_words(data),
            "firm": FirmSettings.for_request(self.request),
        }
        return render(self.request, "consultations/admin/own_data.html", context)
