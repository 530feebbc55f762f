"""Model fields whose values are ciphertext in the database, bound to their row and field.

On an instance, ``request.message`` is the plaintext, opened when it is first read, and ``request.message_sealed`` the
ciphertext. The second is what Django knows as the ``attname``: all that Django does on its own (loading, deferring,
bulk writes, ``values()``, constraints) handles ciphertext, and the plaintext is met only where code asks for it by
name. ``update(message="…")`` and lookups by plaintext raise `FieldError`. To copy a row, read the values and set them
on a new one: ciphertext does not open under another ``seal_id``. An upsert (``bulk_create(update_conflicts=True)``)
that writes a sealed field has to write ``seal_id`` with it.
"""

import json
from functools import partial
from uuid import UUID

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, Value
from django.db.models.functions import Cast
from phonenumber_field.formfields import PhoneNumberField as PhoneNumberFormField
from phonenumber_field.phonenumber import PhoneNumber, to_python
from phonenumber_field.validators import validate_international_phonenumber

from firm.encryption.checks import check_sealed_field
from firm.encryption.cipher import Place, Token, Unreadable, is_current, is_token, seal, unseal
from firm.encryption.field_value import Cell, PlainAttribute, TokenAttribute
from firm.encryption.lookups import LOOKUPS


class SealedTextField(models.TextField):
    """Text that is encrypted at rest. The model needs a ``seal_id``; see `firm.encryption.models.SealedModel`.

    ``place`` keeps the name ``app.model.field`` under which existing rows were sealed when model or field are renamed.
    The empty text is stored as it is, so that constraints may ask for it (``message__isblank=False``).
    """

    descriptor_class = TokenAttribute
    value_types: tuple[type, ...] = (str,)

    def __init__(self, *args, place: str = "", **kwargs):
        self.place = place
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    # --- What Django is told ----------------------------------------------------------------------

    def get_attname(self) -> str:
        """Return the name of the attribute with the ciphertext."""
        return f"{self.name}_sealed"

    def get_attname_column(self) -> tuple[str, str]:
        """Return it with the column, which is called after the field."""
        return self.get_attname(), self.db_column or self.name

    def contribute_to_class(self, cls, name, private_only=False):
        """Add the attribute with the plaintext."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, PlainAttribute(self))

    def deconstruct(self):
        """Add the place, if one was given."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"place": self.place} if self.place else {})

    def check(self, **kwargs):
        """Check the model too: what is sealed must not be told elsewhere."""
        return [*super().check(**kwargs), *check_sealed_field(self)]

    def get_lookup(self, lookup_name):
        """Refuse lookups by plaintext: nothing would ever match, and the value would reach the database's log."""
        if lookup_name not in LOOKUPS:
            raise FieldError(f"{self} is sealed and cannot be looked up by {lookup_name!r}; use a blind index.")
        return LOOKUPS[lookup_name]

    def get_transform(self, lookup_name):
        """Refuse transforms."""
        raise FieldError(f"{self} is sealed and has no {lookup_name!r}; use a blind index.")

    # --- Towards the database ---------------------------------------------------------------------

    def pre_save(self, model_instance, add):
        """Return the token. A new row is proven to open; what was sealed with an older key is sealed anew."""
        held = model_instance.__dict__.get(self.attname)
        if isinstance(held, Token) and held and (add or not is_current(held)):
            try:
                getattr(model_instance, self.name)
            except Unreadable:
                if add:
                    raise
        return getattr(model_instance, self.attname)

    def get_prep_value(self, value):
        """Return the token as plain text; refuse anything that is not one."""
        if value is not None and value != "" and not isinstance(value, Token):
            raise FieldError(f"{self} is sealed: assign to an instance and save it. Queries take no plaintext.")
        return None if value is None else str(value)

    def get_db_prep_save(self, value, connection):
        """Let pass tokens, and the expression that ``bulk_update`` makes of them; no other expression."""
        if hasattr(value, "as_sql") and not _holds_tokens_alone(value):
            raise FieldError(f"{self} is sealed: assign to an instance and save it. Expressions cannot be stored.")
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value, expression, connection):
        """Mark what comes from the database as ciphertext."""
        return None if value is None else Token(value)

    # --- Values -----------------------------------------------------------------------------------

    @staticmethod
    def dump(value) -> str:
        """Return the text to seal."""
        return value

    @staticmethod
    def load(text: str):
        """Return the value of a text that was sealed."""
        return text

    def cell(self, value, **known) -> Cell:
        """Return what holds ``value`` on an instance."""
        return Cell(value, dump=self.dump, load=self.load, **known)

    def blank_value(self, held):
        """Return what stands for an empty column."""
        return None if held is None else ""

    def accept(self, value):
        """Return a value that is set as it is kept; raise `TypeError`, which does not show it, if it cannot be."""
        if not isinstance(value, self.value_types):
            raise TypeError(f"{self} cannot hold {type(value).__name__}.")
        return value

    def place_of(self, instance) -> Place:
        """Return where the value of this instance belongs."""
        seal_id = instance.seal_id
        return Place(self.place or self.path, seal_id if isinstance(seal_id, UUID) else UUID(seal_id))

    @property
    def path(self) -> str:
        """``app.model.field``."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def open(self, token: Token | None, seal_id: UUID):
        """Return the value of a token that was read without its instance; raise `Unreadable` when it does not open."""
        if not token:
            return self.blank_value(token)
        return self.load(unseal(token, Place(self.place or self.path, seal_id)))

    def reseal(self, token: Token, seal_id: UUID) -> Token:
        """Return what ``token`` holds, sealed with the newest key; raise `Unreadable` when it does not open."""
        place = Place(self.place or self.path, seal_id)
        return seal(unseal(token, place), place)

    # --- Forms and fixtures -----------------------------------------------------------------------

    def clean(self, value, model_instance):
        """Validate the plaintext; return the ciphertext, which is what Django puts back."""
        plain = getattr(model_instance, self.name)
        self.validate(plain, model_instance)
        self.run_validators(plain)
        return value

    def value_from_object(self, obj):
        """Return the plaintext, for forms."""
        return getattr(obj, self.name)

    def value_to_string(self, obj) -> str:
        """Return the ciphertext, for fixtures."""
        return str(getattr(obj, self.attname))

    def to_python(self, value):
        """Read what `value_to_string` wrote. A fixture with plaintext is refused."""
        if value is None or value == "":
            return value
        if not is_token(str(value)):
            raise ValidationError("This is not a sealed text.")
        return Token(value)


class SealedPhoneField(SealedTextField):
    """A telephone number that is encrypted at rest as E.164; on an instance a `PhoneNumber`, or the empty text."""

    value_types = (str, PhoneNumber)
    default_validators = [validate_international_phonenumber]

    def accept(self, value):
        """Read a text as a number of the firm's country."""
        return to_python(super().accept(value)) if value else ""

    @staticmethod
    def dump(value: PhoneNumber) -> str:
        """Return the number in international notation; what is no number as it was entered."""
        return value.as_e164 if value.is_valid() else str(value.raw_input)

    @staticmethod
    def load(text: str) -> PhoneNumber:
        """Return the number."""
        return to_python(text)

    def formfield(self, **kwargs):
        """Return a field that reads a number."""
        return models.Field.formfield(self, **{"form_class": PhoneNumberFormField, **kwargs})


class SealedJSONField(SealedTextField):
    """A list or an object of JSON that is encrypted at rest; None when there is nothing."""

    empty_strings_allowed = False
    value_types = (list, dict)
    dump = staticmethod(partial(json.dumps, ensure_ascii=False, separators=(",", ":")))
    load = staticmethod(json.loads)

    def __init__(self, *args, **kwargs):
        kwargs["null"] = True
        super().__init__(*args, **kwargs)

    def blank_value(self, held):
        """Return None."""
        return None

    def formfield(self, **kwargs):
        """Return a field that reads JSON."""
        return models.Field.formfield(self, **{"form_class": forms.JSONField, **kwargs})


def _holds_tokens_alone(expression) -> bool:
    """Whether all that ``expression`` can come to is ciphertext or nothing."""
    if isinstance(expression, Value):
        return expression.value is None or expression.value == "" or isinstance(expression.value, Token)
    if isinstance(expression, Case):
        return all(map(_holds_tokens_alone, [*(case.result for case in expression.cases), expression.default]))
    return isinstance(expression, Cast) and all(map(_holds_tokens_alone, expression.get_source_expressions()))
