"""What the forms of all actions on a request share. Each form calls one action, which decides what is allowed."""

from collections.abc import Callable
from uuid import uuid4

from django import forms
from django.urls import reverse

from consultations.actions.requests import Refused
from consultations.models import ConsultationRequest, RequestEvent

REFUSED = 422


class DeskForm(forms.Form):
    """A form on the screen of a request. There are several on one page, so its ids contain its name."""

    name = ""
    #: The label of its button, and the message when it is done. All that it says of a request is the reference.
    button, done = "Save", "Saved."
    #: The action: a static method of the request's id, ``by``, and `values`.
    verb: Callable | None = None
    #: The field that a refusal belongs to, by its code; all others belong to the form.
    refusals: dict[str, str] = {}
    #: True if the form was valid, but the action refused it.
    is_refused = False

    def __init__(self, data=None, *, user, request: ConsultationRequest, **kwargs):
        self.user, self.request = user, request
        super().__init__(data, auto_id=f"id_{self.name}_%s", **kwargs)

    @property
    def url(self) -> str:
        return reverse(f"consultations:{self.name}", args=[self.request.pk])

    def act(self) -> ConsultationRequest:
        return self.verb(self.request.pk, by=self.user, **self.values())

    def values(self) -> dict:
        return dict(self.cleaned_data)

    def refuse(self, refusal: Refused) -> None:
        """Show the reason at the field at fault, in a form that can be sent again as it is."""
        self.is_refused = True
        field = self.refusals.get(refusal.code)
        self.add_error(field if field in self.fields else None, str(refusal))
        self.data = self.data.copy()
        self.data.update(self.marks(refusal.request))

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        """Return the hidden values of a new form."""
        return {}

    def done_words(self, request: ConsultationRequest) -> str:
        return self.done.format(request=request, status=request.get_status_display().lower())

    def is_done_already(self, refusal: Refused) -> bool:
        return False

    def did_last(self, kind: str, **facts) -> bool:
        """Whether this user caused the last event of a kind, with these facts."""
        last = RequestEvent.objects.filter(request=self.request.pk, kind=kind).order_by("-at", "-pk").first()
        return last is not None and last.actor_id == self.user.pk and facts.items() <= last.facts.items()

    def typed(self) -> list[str]:
        """Return the texts that were typed, for when the form itself has no place on the screen any more."""
        texts = [self.data.get(name, "") for name, field in self.fields.items() if isinstance(field, TextField)]
        return [text for text in texts if text.strip()]


class TextField(forms.CharField):
    """Paragraphs. Without ``maxlength``, so that a text that is too long comes back with an error, and is not cut."""

    def __init__(self, *, rows: int = 3, **kwargs):
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(widget=widget, **{"required": False} | kwargs)


class SeenForm(DeskForm):
    """A form that says which version the user saw, so that a change in between is noticed."""

    seen = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= self.marks(self.request)


class OnceForm(DeskForm):
    """A form that is saved once, however often it is sent."""

    refusals = {"empty": "text", "too_long": "text", "sent_otherwise": "text"}
    once = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, initial=uuid4)

    def clean(self) -> dict:
        """Take an invalid token for a missing one: nobody can correct it."""
        self.errors.pop("once", None)
        return {"once": None} | super().clean()

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        """Return a new token; the old one may have been used."""
        return super().marks(request) | {"once": str(uuid4())}
