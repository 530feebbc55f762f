"""The buttons on the screen of a request: each sends one form and leads back to the screen."""

from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View
from wagtail.admin import messages

from consultations.action_forms import REFUSED, DeskForm
from consultations.actions.requests import Refused
from consultations.case.appointment_forms import ConfirmTimeForm, ReleaseTimeForm, RescheduleForm, ScheduleForm
from consultations.case.forms import ContactForm, MatterForm, MoveForm, NoteForm
from consultations.case.handover_forms import AssignForm, MergeForm, ScreenForm, UnscreenForm
from consultations.case.reply_forms import AnswerForm, FinishReminderForm, PostponeReminderForm, RemindForm
from consultations.case.views import RequestScreen
from consultations.conflicts.check_forms import ClearForm, DeclineForm, FlagForm, RecheckForm
from consultations.display import detail_url
from consultations.mail.previews import render_answer
from consultations.models import ConsultationRequest
from consultations.retention.forms import EraseForm, HoldForm, ReleaseForm
from consultations.text_cleaning import one_line, paragraphs

#: The form behind each address below the one of a request. The form's name is the name of the address.
ACTIONS: dict[str, type[DeskForm]] = {
    "move": MoveForm,
    "schedule": ScheduleForm,
    "reschedule": RescheduleForm,
    "time/confirm": ConfirmTimeForm,
    "time/release": ReleaseTimeForm,
    "assign": AssignForm,
    "contact": ContactForm,
    "note": NoteForm,
    "remind": RemindForm,
    "reminder/done": FinishReminderForm,
    "reminder/later": PostponeReminderForm,
    "matter": MatterForm,
    "merge": MergeForm,
    "screen": ScreenForm,
    "unscreen": UnscreenForm,
    "conflict/clear": ClearForm,
    "conflict/flag": FlagForm,
    "conflict/decline": DeclineForm,
    "conflict/check": RecheckForm,
    "hold": HoldForm,
    "release": ReleaseForm,
    "erase": EraseForm,
}


@method_decorator(sensitive_post_parameters(), name="dispatch")
class ActionView(RequestScreen, View):
    """Does what its form says. If that is refused, the screen comes back with what was typed and the reason."""

    form_class: type[DeskForm] | None = None
    http_method_names = ["get", "head", "post", "options"]

    @property
    def doing(self) -> str:
        return self.form_class.name

    def get(self, request, pk: int):
        """Redirect to the screen: an account that had to log in again in between arrives here."""
        return HttpResponseRedirect(reverse("consultations:request", args=[pk]))

    def post(self, request, pk: int):
        form = self.form_class(request.POST, user=request.user, request=self.find())
        try:
            done = self.act(form)
        except ConsultationRequest.DoesNotExist as error:
            raise Http404("No such request") from error
        if done is not None:
            # Where the request is gone, there is no screen to lead back to.
            is_there = isinstance(done, ConsultationRequest)
            return HttpResponseRedirect(detail_url(done) if is_there else reverse("consultations:index"))
        # A form that was wrong by itself has changed nothing; a refused action has seen what has changed since.
        found = self.find() if form.is_refused else form.request
        return self.render_to_response(self.screen(found, refused=form), status=REFUSED)

    def act(self, form: DeskForm):
        """Do what the form says and return the request to go on with; None if it was refused."""
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


class AnswerView(ActionView):
    """Writes to the person; asked for a preview, it shows what would be sent, and sends nothing."""

    form_class = AnswerForm

    def post(self, request, pk: int):
        if "preview" not in request.POST:
            return super().post(request, pk)
        found = self.find()
        form = AnswerForm(request.POST, user=request.user, request=found)
        is_valid = form.is_valid()
        context = self.screen(found, refused=None if is_valid else form)
        desk = context["desk"].notes
        if is_valid and desk.answer is None:  # the action says why not
            return super().post(request, pk)
        if is_valid:
            subject, text = one_line(form.cleaned_data["subject"]), paragraphs(form.cleaned_data["text"])
            desk.answer, desk.preview = form, render_answer(subject, text, found.reference)
        return self.render_to_response(context, status=200 if is_valid else REFUSED)
