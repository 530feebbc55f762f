"""Fields of the consultation form: they clean what is typed before they judge it, and draw the site's own markup."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.widgets import RegionalPhoneNumberWidget

from consultations.text_cleaning import lines, one_line, paragraphs

TOO_LONG = "Please shorten this to %(limit_value)d characters; there are %(show_value)d."
_TEXT = "consultations/fields/text.html"


class DescribedBoundField(forms.BoundField):
    """A field whose control refers to its hint and its error by the ids that the templates give them."""

    @property
    def is_optional(self) -> bool:
        """True where the label says so."""
        return self.name in self.form.optional

    @property
    def shown_when(self) -> str:
        """The choice that shows the field when script runs, as ``name=value,value`` or ``name=*``; empty for always."""
        return self.form.shown_when.get(self.name, "")

    @property
    def is_short(self) -> bool:
        """True for what needs a narrow box only."""
        return getattr(self.field.widget, "input_type", "") in {"date", "tel"}

    def value(self):
        """What the control shows: what was sent. A tick that does not hold is taken out."""
        is_refused_tick = isinstance(self.field, forms.BooleanField) and self.errors
        return False if is_refused_tick else super().value()

    @property
    def hint_id(self) -> str:
        """The id of the hint below the label."""
        return f"{self.auto_id}_hint"

    @property
    def error_id(self) -> str:
        """The id of the error above the control."""
        return f"{self.auto_id}_error"

    @property
    def aria_describedby(self) -> str:
        """The ids of what describes the control."""
        found = [self.hint_id] if self.help_text else []
        return " ".join([*found, self.error_id] if self.errors else found)


class LineField(forms.CharField):
    """One line of text. ``autocomplete`` is the token of the HTML standard."""

    def __init__(self, *, max_length: int, autocomplete: str = "", **kwargs) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": autocomplete} if autocomplete else {}))
        messages = {"max_length": TOO_LONG} | kwargs.pop("error_messages", {})
        super().__init__(max_length=max_length, template_name=_TEXT, error_messages=messages, **kwargs)

    def to_python(self, value) -> str:
        """Return the text without what no keyboard types."""
        return one_line(super().to_python(value))


class ProseField(LineField):
    """Several lines of text. No ``maxlength`` in the page: browsers cut off a pasted text without a word."""

    def __init__(self, *, rows: int, **kwargs) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "cols": False}), **kwargs)

    def to_python(self, value) -> str:
        """Return the text with its paragraphs."""
        return paragraphs(forms.CharField.to_python(self, value))

    def widget_attrs(self, widget) -> dict:
        """Leave ``maxlength`` out."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class ListField(ProseField):
    """A list, one entry on each line."""

    def to_python(self, value) -> str:
        """Return the list without empty lines."""
        return lines(forms.CharField.to_python(self, value))


class AddressField(forms.EmailField):
    """An e-mail address."""

    def __init__(self, **kwargs) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
        super().__init__(max_length=254, widget=widget, template_name=_TEXT, **kwargs)

    def to_python(self, value) -> str:
        """Return the address without what no keyboard types."""
        return one_line(super().to_python(value))


class TelephoneField(PhoneNumberField):
    """A telephone number, as dialled in the United States or with a country code (E.164)."""

    def __init__(self, **kwargs) -> None:
        widget = RegionalPhoneNumberWidget(region="US", attrs={"autocomplete": "tel", "inputmode": "tel"})
        super().__init__(region="US", widget=widget, template_name=_TEXT, **kwargs)

    def to_python(self, value):
        """Read the number in what is left without the characters that no keyboard types."""
        return super().to_python(one_line(str(value or "")))


class CurrentAttorneyField(forms.ModelChoiceField):
    """An attorney by slug, from a profile. A visitor could not mend an error here, so it counts as none."""

    def clean(self, value):
        """Return the attorney, or None."""
        try:
            return super().clean(value)
        except ValidationError:
            return None


class BroughtField(forms.CharField):
    """Text that the page brings along by itself. A visitor could not mend an error here, so it counts as empty."""

    def __init__(self, *, max_length: int, kept: Callable[[str], str] = str) -> None:
        """``kept`` returns what is good of a text."""
        super().__init__(required=False, max_length=max_length, widget=forms.HiddenInput)
        self.kept = kept

    def clean(self, value) -> str:
        """Return the text as far as it is good."""
        try:
            return self.kept(super().clean(value))
        except ValidationError:
            return ""


class TokenField(forms.UUIDField):
    """The form's token. A visitor could not mend an error here, so it counts as none."""

    def clean(self, value):
        """Return the token, or None."""
        try:
            return super().clean(value)
        except ValidationError:
            return None
