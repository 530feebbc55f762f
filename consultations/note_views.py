"""The buttons for reminders and answers on the screen of a request."""

from consultations.case.action_views import REFUSED, DeskView
from consultations.case.reply_forms import AnswerForm, FinishReminderForm, PostponeReminderForm, RemindForm
from consultations.models.answers import answer_letter
from consultations.text_cleaning import one_line, paragraphs


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
            desk.answer, desk.preview = form, answer_letter(subject, text, found.reference)
        return self.render_to_response(context, status=200 if is_sound else REFUSED)
