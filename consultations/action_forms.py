"""What the forms of all actions on a request share. Each does one thing; the actions decide what may be done."""

from uuid import uuid4

from django import forms

from consultations.actions import requests
from consultations.models import ConsultationRequest

REFUSED = 422


class DeskForm(forms.Form):
    """A form of the screen. Several stand on one page, so its ids carry its name."""

    name = ""
    #: The words on its button, and of the message when it is done; the latter may hold the reference, and no more.
    button, done = "Save", "Saved."
    #: The field that a refusal belongs to, by its code; all others belong to the form.
    refusals: dict[str, str] = {}
    #: True when the form was sound, but a verb refused it.
    is_refused = False

    def __init__(self, data=None, *, user, request: ConsultationRequest, **kwargs):
        self.user, self.request = user, request
        super().__init__(data, auto_id=f"id_{self.name}_%s", **kwargs)

    def act(self) -> ConsultationRequest:
        """Do it and return the request to go on with."""
        raise NotImplementedError

    def refuse(self, refusal: requests.Refused) -> None:
        """Show why not, at the field at fault, in a form that can be sent again as it is."""
        self.is_refused = True
        field = self.refusals.get(refusal.code)
        self.add_error(field if field in self.fields else None, str(refusal))
        self.data = self.data.copy()
        self.data.update(self.marks(refusal.request))

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        """Return the hidden values of a form that is made now."""
        return {}

    def done_words(self, request: ConsultationRequest) -> str:
        """Return what to say when it is done; the reference is the only word of the request in it."""
        return self.done.format(request=request, status=request.get_status_display().lower())

    def is_done_already(self, refusal: requests.Refused) -> bool:
        """True when the same person has just done this very thing: a double click."""
        return False

    def typed(self) -> list[str]:
        """Return the words that somebody typed, for when the form itself has no place on the screen any more."""
        texts = [self.data.get(name, "") for name, field in self.fields.items() if isinstance(field, TextField)]
        return [text for text in texts if text.strip()]


class TextField(forms.CharField):
    """Paragraphs. What is too long comes back with words about it; a browser would cut it without any."""

    def __init__(self, *, rows: int = 3, **kwargs):
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(widget=widget, **{"required": False} | kwargs)


class OnceForm(DeskForm):
    """A form that is kept once, however often it is sent."""

    refusals = {"empty": "text", "too_long": "text", "sent_otherwise": "text"}
    once = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, initial=uuid4)

    def clean(self) -> dict:
        """Take a mark that is none for a missing one: nobody can mend it, and the words matter more."""
        self.errors.pop("once", None)
        return {"once": None} | super().clean()

    def marks(self, request: ConsultationRequest) -> dict[str, str]:
        """Return a new mark; the old one may have been used."""
        return {"once": str(uuid4())}
