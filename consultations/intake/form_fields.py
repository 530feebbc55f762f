"""Fields of the consultation form: they clean the input before validating it, and render the site's own markup."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.widgets import RegionalPhoneNumberWidget

from consultations.text_cleaning import lines, one_line, paragraphs

TOO_LONG = "Please shorten this to %(limit_value)d characters; there are %(show_value)d."
_TEXT = "consultations/fields/text.html"


class DescribedBoundField(forms.BoundField):
    """A field whose control refers to its hint and its error by their ids in the templates."""

    @property
    def is_optional(self) -> bool:
        return self.name in self.form.optional

    @property
    def shown_when(self) -> str:
        """The choice on which script shows the field, as ``name=value,value`` or ``name=*``; empty for always."""
        return self.form.shown_when.get(self.name, "")

    @property
    def is_short(self) -> bool:
        return getattr(self.field.widget, "input_type", "") in {"date", "tel"}

    def value(self):
        """Return what was sent, but clear a checkbox that was refused."""
        is_refused_box = isinstance(self.field, forms.BooleanField) and self.errors
        return False if is_refused_box else super().value()

    @property
    def hint_id(self) -> str:
        return f"{self.auto_id}_hint"

    @property
    def error_id(self) -> str:
        return f"{self.auto_id}_error"

    @property
    def aria_describedby(self) -> str:
        found = [self.hint_id] if self.help_text else []
        return " ".join([*found, self.error_id] if self.errors else found)


class LineField(forms.CharField):
    """One line of text. ``autocomplete`` is the token of the HTML standard."""

    def __init__(self, *, max_length: int, autocomplete: str = "", **kwargs) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": autocomplete} if autocomplete else {}))
        messages = {"max_length": TOO_LONG} | kwargs.pop("error_messages", {})
        super().__init__(max_length=max_length, template_name=_TEXT, error_messages=messages, **kwargs)

    def to_python(self, value) -> str:
        return one_line(super().to_python(value))


class ProseField(LineField):
    """Several lines of text. No ``maxlength`` in the page: browsers silently cut off a pasted text."""

    def __init__(self, *, rows: int, **kwargs) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "cols": False}), **kwargs)

    def to_python(self, value) -> str:
        return paragraphs(forms.CharField.to_python(self, value))

    def widget_attrs(self, widget) -> dict:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class ListField(ProseField):
    def to_python(self, value) -> str:
        return lines(forms.CharField.to_python(self, value))


class AddressField(forms.EmailField):
    def __init__(self, **kwargs) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
        super().__init__(max_length=254, widget=widget, template_name=_TEXT, **kwargs)

    def to_python(self, value) -> str:
        return one_line(super().to_python(value))


class TelephoneField(PhoneNumberField):
    """A telephone number, as dialled in the United States or with a country code (E.164)."""

    def __init__(self, **kwargs) -> None:
        widget = RegionalPhoneNumberWidget(region="US", attrs={"autocomplete": "tel", "inputmode": "tel"})
        super().__init__(region="US", widget=widget, template_name=_TEXT, **kwargs)

    def to_python(self, value):
        return super().to_python(one_line(str(value or "")))


class Forgiving:
    """Mixin of hidden fields: an invalid value counts as empty, since the visitor could not correct it."""

    invalid_value = None

    def clean(self, value):
        try:
            return super().clean(value)
        except ValidationError:
            return self.invalid_value


class CurrentAttorneyField(Forgiving, forms.ModelChoiceField):
    """An attorney by slug, from a profile."""


class HiddenTextField(Forgiving, forms.CharField):
    """Text that the page sends by itself. ``cleaned`` returns the valid part of a text."""

    invalid_value = ""

    def __init__(self, *, max_length: int, cleaned: Callable[[str], str] = str) -> None:
        super().__init__(required=False, max_length=max_length, widget=forms.HiddenInput)
        self.cleaned = cleaned

    def to_python(self, value) -> str:
        return self.cleaned(super().to_python(value))


class TokenField(Forgiving, forms.UUIDField):
    """The form's token."""
