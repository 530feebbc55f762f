"""Forms for reminders, and for answers to the person."""

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from consultations.action_forms import DeskForm, OnceForm, TextField
from consultations.actions import reminders, replies
from consultations.actions.reminder_times import OWN, moments
from consultations.colleagues import around
from consultations.display import user_name
from consultations.mail.render import SUBJECT_LENGTH
from consultations.models import Reminder

CHOOSE_TIME = "Choose a day and a time that lie ahead, within two years."


class FirmTimeField(forms.DateTimeField):
    """Day and time in the firm's time zone, whatever the time zone of the account."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {
        "invalid": "Give a day and a time, such as 2027-03-01 14:30.",
        "ambiguous_timezone": "The clocks change that night: the time comes twice, or not at all. Choose another one.",
    }

    def to_python(self, value):
        try:
            with timezone.override(timezone.get_default_timezone()):
                return super().to_python(value)
        except forms.ValidationError as error:
            code = error.code or "invalid"
            raise forms.ValidationError(self.error_messages.get(code, str(error.messages[0])), code=code) from error


class TimeForm(DeskForm):
    when = forms.ChoiceField(
        label="When", error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose when from the list.")
    )
    due_at = FirmTimeField(label="Day and time", required=False, help_text="For a time of your own. The firm’s time.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.moments = moments(timezone.now(), self.request.court_date, timezone.get_default_timezone())
        ready = [(one.code, f"{one.label}: {date_format(one.at, 'D, M j, g A')}") for one in self.moments]
        self.fields["when"].choices = [*ready, (OWN, "At a time of my own")]

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("when") == OWN and cleaned.get("due_at") is None and "due_at" not in self.errors:
            self.add_error("due_at", CHOOSE_TIME)
        ready = {one.code: one.at for one in self.moments}
        return cleaned | {"at": ready.get(cleaned.get("when"), cleaned.get("due_at"))}


class RemindForm(TimeForm, OnceForm):
    name, button, done = "remind", "Set the reminder", "A reminder is set for {request}."
    verb = staticmethod(reminders.remind)
    refusals = OnceForm.refusals | {"not_ahead": "due_at", "may_not_tell": "for_user"}
    for_user = forms.ChoiceField(
        label="Remind",
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose somebody from the list."),
    )
    text = TextField(
        label="About",
        rows=2,
        required=True,
        help_text="For colleagues. The mail says nothing of it.",
        error_messages={"required": "Write what it is about."},
    )
    field_order = ("for_user", "when", "due_at", "text", "once")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in around(self.request).tellable}
        mine = str(self.user.pk)
        others = [(key, user_name(one)) for key, one in self.people.items() if key != mine]
        self.fields["for_user"].choices = [*([(mine, "Me")] if mine in self.people else []), *others]

    def values(self) -> dict:
        values = {name: self.cleaned_data[name] for name in ("text", "once")}
        return values | {"for_user": self.people[self.cleaned_data["for_user"]], "due_at": self.cleaned_data["at"]}


class OneReminder(forms.Form):
    reminder = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "There is no such reminder on this request."
        ),
    )


class FinishReminderForm(DeskForm, OneReminder):
    """Marks a reminder as done; there is one such form for each."""

    name, button, done = "finish_reminder", "Done", "A reminder of {request} is done."
    verb = staticmethod(reminders.finish_reminder)


class PostponeReminderForm(TimeForm, OneReminder):
    """Sets a reminder to another time; there is one such form for each."""

    name, button, done = "postpone_reminder", "Postpone", "A reminder of {request} is postponed."
    verb = staticmethod(reminders.postpone_reminder)
    refusals = {"not_ahead": "due_at"}

    def __init__(self, *args, reminder: Reminder | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if reminder is not None:
            self.initial = {"reminder": reminder.pk}
        number = reminder.pk if reminder else str(self.data.get("reminder", ""))[:20]
        self.auto_id = f"id_{self.name}_{number}_%s" if str(number).isdecimal() else self.auto_id

    def values(self) -> dict:
        return {"reminder": self.cleaned_data["reminder"], "due_at": self.cleaned_data["at"]}


class AnswerForm(OnceForm):
    name, button, done = "answer", "Send", "The e-mail about {request} is on its way."
    verb = staticmethod(replies.answer)
    refusals = OnceForm.refusals | {
        "no_subject": "subject",
        "long_subject": "subject",
        "open_subject": "subject",
        "open_text": "text",
    }
    subject = forms.CharField(
        label="Subject",
        help_text=f"Nothing of the matter: others may see it on a locked screen. At most {SUBJECT_LENGTH} characters.",
        error_messages={"required": "Write a subject."},
    )
    text = TextField(
        label="Text",
        rows=12,
        required=True,
        help_text="The reference, and the firm’s number and name, are put below it.",
        error_messages={"required": "Write the text first."},
    )

    def typed(self) -> list[str]:
        return [self.data.get("subject", ""), *super().typed()] if self.data.get("subject") else super().typed()
