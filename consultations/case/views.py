"""One request on one screen, and on paper. Whom it is hidden from learns nothing of it, not even that it exists."""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from consultations.action_forms import DeskForm
from consultations.actions.mentions import mark_seen
from consultations.audit import record
from consultations.calendar.booking_forms import RescheduleForm, ScheduleForm
from consultations.calendar.self_booking_forms import ConfirmTimeForm, ReleaseTimeForm
from consultations.case import facts, status_labels
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
from consultations.models import Appointment, AuditAction, ConsultationRequest
from consultations.models.calendar import AppointmentState
from consultations.permissions import has_any, holds, is_intake, may_merge, moves_for, read_by
from consultations.retention.forms import EraseForm, HoldForm, ReleaseForm, retention_forms
from consultations.retention.panel import outlook_of
from consultations.view_permissions import may_read_trail
from consultations.workflow import Power, Status

#: The times of a request that are agreed, and those that wait to be confirmed.
SHOWN_TIMES = (AppointmentState.HELD, AppointmentState.HOLD)


class WithinReach:
    """Lets in who has anything to do with intake, to the requests that they may see; first among a view's bases.

    For all others every number gives the same answer, so that nobody learns which requests there are.
    """

    doing = "view"

    def dispatch(self, request, *args, **kwargs):
        """Refuse before anything is looked up, and keep answers out of every cache."""
        if not has_any(request.user):
            record.refused(request.user, kwargs["pk"], doing=self.doing, why="no_access")
            raise PermissionDenied
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    def find(self) -> ConsultationRequest:
        """Return the request that the address names. 404 when there is none for this account."""
        pk = self.kwargs["pk"]
        found = read_by(self.request.user, pk) if pk <= record.MAX_ID else None
        if found is None:
            record.refused(self.request.user, pk, doing=self.doing, why="out_of_reach")
            raise Http404("No such request")
        return found


@dataclass
class Desk:
    """The forms that this account may use on this request; one that was sent and refused stands in its place."""

    moves: list[MoveForm] = field(default_factory=list)
    appointment: Appointment | None = None
    schedule: ScheduleForm | None = None
    reschedule: RescheduleForm | None = None
    chosen: Appointment | None = None
    confirm_time: ConfirmTimeForm | None = None
    let_go_time: ReleaseTimeForm | None = None
    contact: ContactForm | None = None
    note: NoteForm | None = None
    assign: AssignForm | None = None
    can_take: bool = False
    matter: MatterForm | None = None
    merge: MergeForm | None = None
    screen: ScreenForm | None = None
    screened: list[UnscreenForm] = field(default_factory=list)
    clear: DeskForm | None = None
    flag: DeskForm | None = None
    decline: DeskForm | None = None
    recheck: DeskForm | None = None
    #: The moves that the conflict check stands in the way of, by their words, and why.
    blocked: list[str] = field(default_factory=list)
    blocked_by: str = ""
    notes: NotesDesk = field(default_factory=NotesDesk)
    hold: HoldForm | None = None
    release: ReleaseForm | None = None
    erase: EraseForm | None = None

    @property
    def plain_moves(self) -> list[MoveForm]:
        """The moves that are a single button."""
        return [form for form in self.moves if form.is_plain]

    @property
    def reasoned_moves(self) -> list[MoveForm]:
        """The moves that ask for a reason."""
        return [form for form in self.moves if "reason" in form.fields]

    def place(self, posted: DeskForm) -> bool:
        """Put a form that was refused where it belongs; return whether there is such a place."""
        if isinstance(posted, MoveForm):
            for at, form in enumerate(self.moves):
                if form.to == posted.to and posted.move:
                    self.moves[at] = posted
                    return True
            return False
        if self.notes.place(posted):
            return True
        if getattr(self, posted.name, None) is None:
            return False
        setattr(self, posted.name, posted)
        return True


def desk_of(user, request: ConsultationRequest, *, is_held: bool, now: datetime) -> Desk:
    """Return the desk of an account at a request; empty for one that may only read it."""
    desk, given = Desk(), {"user": user, "request": request}
    is_unanswered = request.first_contact_at is None
    ways = moves_for(user, request)
    desk.blocked = [way.label for to, way in ways.items() if not may_pass(to, request.conflict_state)]
    desk.blocked_by = BLOCKED_WORDS.get(request.conflict_state, "")
    desk.moves = [
        MoveForm(to=to, **given)
        for to in ways
        if may_pass(to, request.conflict_state)
        # Logging the call or the message moves it to the one, an appointment to the other.
        and not (to == Status.CONTACTED and is_unanswered)
        and to != Status.SCHEDULED
    ]
    for name, form in judging_forms(user, request).items():
        setattr(desk, name, form)
    times = list(Appointment.objects.filter(request=request, state__in=SHOWN_TIMES).select_related("calendar"))
    desk.appointment = next((one for one in times if one.state == AppointmentState.HELD), None)
    desk.chosen = next((one for one in times if one.state == AppointmentState.HOLD and one.hold_until > now), None)
    if desk.chosen and holds(user, Power.WORK, request):
        desk.confirm_time = ConfirmTimeForm(held=desk.chosen, **given)
        desk.let_go_time = ReleaseTimeForm(held=desk.chosen, **given)
    if holds(user, Power.WORK, request):
        if Status.SCHEDULED in ways and may_pass(Status.SCHEDULED, request.conflict_state):
            desk.schedule = ScheduleForm(**given)
        if request.status == Status.SCHEDULED:
            desk.reschedule = RescheduleForm(held=desk.appointment, **given)
    if holds(user, Power.WORK, request):
        desk.contact, desk.note, desk.matter = ContactForm(**given), NoteForm(**given), MatterForm(**given)
        desk.can_take = request.assignee_id != user.pk and user in around(request).free
        desk.assign = AssignForm(**given) if is_intake(user) else None
    if may_merge(user, request):
        desk.merge = MergeForm(**given)
    if holds(user, Power.MANAGE, request):
        desk.screen = ScreenForm(**given)
        desk.screened = [UnscreenForm(screened=one, **given) for one in around(request).screened]
    for name, form in retention_forms(is_held=is_held, **given).items():
        setattr(desk, name, form)
    return desk


class RequestScreen(WithinReach, WagtailAdminTemplateMixin):
    """What the screen shows, for those who open it and for those whose button was refused."""

    template_name = "consultations/admin/request.html"
    header_icon = "mail"

    def screen(self, found: ConsultationRequest, refused: DeskForm | None = None) -> dict:
        """Return what the template needs, and keep in the trail that it was shown."""
        user, now = self.request.user, timezone.now()
        record.record(AuditAction.VIEWED, by=user, request=found)
        mark_seen(found, user, now)
        self.page_title = str(found)
        duplicates = likely_duplicates(found, user)
        conflict = region_of(found, user)
        retention = outlook_of(found, user)
        desk = desk_of(user, found, is_held=retention.hold is not None, now=now)
        desk.notes = notes_desk_of(user, found, template=self.request.GET.get("template", ""), now=now)
        is_placed = refused is not None and desk.place(refused)
        if desk.merge:
            desk.merge.offer(duplicates)
        can_read_trail = may_read_trail(user)
        shared = paper(found, user, now)
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
            suspicions=status_labels.suspicion_words(found.suspicions) if found.status == Status.QUARANTINE else [],
            looks=looks_at(found, user) if can_read_trail else None,
            trail_url=_trail_url(found) if can_read_trail else "",
            retention=retention,
            zone=timezone.localtime(now).tzname(),
        )

    def get_breadcrumbs_items(self) -> list[dict]:
        """The way to this screen: the list, for those who have it, then the reference."""
        above = {"url": reverse("consultations:index"), "label": "Consultations"}
        here = {"url": "", "label": self.page_title}
        return [*self.breadcrumbs_items, above, here]


def paper(found: ConsultationRequest, user, now) -> dict:
    """Return what the screen and the print have in common."""
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


def _trail_url(found: ConsultationRequest) -> str:
    """Return where the whole trail of a request is read."""
    return f"{reverse('consultations:trail')}?reference={found.reference}"


class RequestView(RequestScreen, TemplateView):
    """One request on one screen."""

    http_method_names = ["get", "head", "options"]

    def get(self, request, *args, **kwargs):
        """Show it; checked, if it has just arrived."""
        found = self.find()
        return self.render_to_response(self.screen(self.find() if check_opened(found) else found))


class PrintView(WithinReach, TemplateView):
    """The same for paper: nothing but what belongs into the file."""

    doing = "print"
    template_name = "consultations/admin/request_print.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs) -> dict:
        """Add the request, and keep in the trail that it was printed."""
        found, user, now = self.find(), self.request.user, timezone.now()
        record.record(AuditAction.PRINTED, by=user, request=found)
        return super().get_context_data(**paper(found, user, now), printed_at=now, printed_by=user_name(user))
