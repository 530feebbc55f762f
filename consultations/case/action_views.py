"""The buttons on the screen of a request: each sends one form and leads back to the screen."""

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View
from wagtail.admin import messages

from consultations.action_forms import REFUSED, DeskForm
from consultations.actions.requests import Refused
from consultations.calendar.booking_forms import RescheduleForm, ScheduleForm
from consultations.calendar.self_booking_forms import ConfirmTimeForm, ReleaseTimeForm
from consultations.case.forms import ContactForm, MatterForm, MoveForm, NoteForm
from consultations.case.handover_forms import AssignForm, MergeForm, ScreenForm, UnscreenForm
from consultations.case.reply_forms import AnswerForm, FinishReminderForm, PostponeReminderForm, RemindForm
from consultations.case.views import RequestScreen
from consultations.conflicts.check_forms import ClearForm, DeclineForm, FlagForm, RecheckForm
from consultations.display import detail_url
from consultations.models import ConsultationRequest
from consultations.models.answers import render_answer
from consultations.text_cleaning import one_line, paragraphs


@method_decorator(sensitive_post_parameters(), name="dispatch")
class DeskView(RequestScreen, View):
    """Does what a form says. Refused, the screen comes back with what was typed and with words about it."""

    form_class: type[DeskForm]
    http_method_names = ["get", "head", "post", "options"]

    @property
    def doing(self) -> str:
        """The button's name, for the trail."""
        return self.form_class.name

    def get(self, request, pk: int):
        """Do nothing and lead to the screen: whoever had to log in again in between arrives here."""
        return HttpResponseRedirect(reverse("consultations:request", args=[pk]))

    def post(self, request, pk: int):
        """Do it; 404 when there is no such request for this account."""
        form = self.form_class(request.POST, user=request.user, request=self.find())
        try:
            done = self.do(form)
        except ConsultationRequest.DoesNotExist as error:
            raise Http404("No such request") from error
        if done is not None:
            return HttpResponseRedirect(self.next_url(done))
        # A form that was wrong by itself has changed nothing; a verb that refused has seen what has changed since.
        found = self.find() if form.is_refused else form.request
        return self.render_to_response(self.screen(found, refused=form), status=REFUSED)

    def next_url(self, done: ConsultationRequest) -> str:
        """Return where to go on."""
        return detail_url(done)

    def do(self, form: DeskForm) -> ConsultationRequest | None:
        """Do what the form says and return the request to go on with; None when it was refused."""
        if not form.is_valid():
            return None
        try:
            done = form.act()
        except Refused as refusal:
            if form.is_done_already(refusal):
                return refusal.request
            form.refuse(refusal)
            return None
        messages.success(self.request, form.done_words(done))
        return done


class MoveView(DeskView):
    """Brings the request into another state."""

    form_class = MoveForm


class ContactView(DeskView):
    """Logs a call or a message."""

    form_class = ContactForm


class NoteView(DeskView):
    """Keeps a note."""

    form_class = NoteForm


class AssignView(DeskView):
    """Assigns the request."""

    form_class = AssignForm


class MatterView(DeskView):
    """Keeps what was learnt of custody and court."""

    form_class = MatterForm


class MergeView(DeskView):
    """Merges the request into another one."""

    form_class = MergeForm


class ScreenView(DeskView):
    """Screens somebody off."""

    form_class = ScreenForm


class UnscreenView(DeskView):
    """Takes a screen down."""

    form_class = UnscreenForm


class ScheduleView(DeskView):
    """Makes an appointment."""

    form_class = ScheduleForm


class RescheduleView(DeskView):
    """Changes an appointment."""

    form_class = RescheduleForm


class ConfirmTimeView(DeskView):
    """Confirms the time that the person chose."""

    form_class = ConfirmTimeForm


class LetGoTimeView(DeskView):
    """Frees the time that the person chose."""

    form_class = ReleaseTimeForm


class ClearView(DeskView):
    """Finds that there is no conflict."""

    form_class = ClearForm


class FlagView(DeskView):
    """Leaves it to a manager."""

    form_class = FlagForm


class DeclineView(DeskView):
    """Ends the request for a conflict of interest."""

    form_class = DeclineForm


class RecheckView(DeskView):
    """Looks in the register once more."""

    form_class = RecheckForm


class RemindView(DeskView):
    """Sets a reminder."""

    form_class = RemindForm


class FinishReminderView(DeskView):
    """Keeps that a reminder is done."""

    form_class = FinishReminderForm


class PostponeReminderView(DeskView):
    """Puts a reminder off."""

    form_class = PostponeReminderForm


class AnswerView(DeskView):
    """Writes to the person; asked for a preview, it shows what would be sent, and sends nothing."""

    form_class = AnswerForm

    def post(self, request, pk: int):
        """Preview or send it; 404 when there is no such request for this account."""
        if "preview" not in request.POST:
            return super().post(request, pk)
        found = self.find()
        form = AnswerForm(request.POST, user=request.user, request=found)
        is_sound = form.is_valid()
        context = self.screen(found, refused=None if is_sound else form)
        desk = context["desk"].notes
        if is_sound and desk.answer is None:  # the verb says why not
            return super().post(request, pk)
        if is_sound:
            subject, text = one_line(form.cleaned_data["subject"]), paragraphs(form.cleaned_data["text"])
            desk.answer, desk.preview = form, render_answer(subject, text, found.reference)
        return self.render_to_response(context, status=200 if is_sound else REFUSED)
