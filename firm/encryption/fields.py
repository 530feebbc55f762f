"""Model fields that are encrypted in the database, bound to their row and field.

On an instance, ``request.message`` is the plaintext, decrypted when first read, and ``request.message_encrypted`` the
ciphertext. Django knows the second as the ``attname``: what it does on its own (loading, deferring, bulk writes,
``values()``, constraints) handles ciphertext. ``update(message="…")`` and lookups by plaintext raise `FieldError`. To
copy a row, read the values and set them on a new one: ciphertext does not decrypt under another ``row_uuid``. An upsert
(``bulk_create(update_conflicts=True)``) that writes an encrypted field has to write ``row_uuid`` with it.
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

from firm.encryption.checks import check_encrypted_field
from firm.encryption.cipher import Place, Token, Unreadable, decrypt, encrypt, is_current, is_token
from firm.encryption.field_value import FieldValue, PlainAttribute, TokenAttribute
from firm.encryption.lookups import LOOKUPS


class EncryptedTextField(models.TextField):
    """Text that is encrypted at rest. The model needs a ``row_uuid``; see `firm.encryption.models.EncryptedModel`.

    ``place`` preserves the name ``app.model.field`` under which existing rows were encrypted when model or field are
    renamed. The empty text is stored as it is, so that constraints may ask for it (``message__isblank=False``).
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
        return f"{self.name}_encrypted"

    def get_attname_column(self) -> tuple[str, str]:
        return self.get_attname(), self.db_column or self.name

    def contribute_to_class(self, cls, name, private_only=False):
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, PlainAttribute(self))

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"place": self.place} if self.place else {})

    def check(self, **kwargs):
        return [*super().check(**kwargs), *check_encrypted_field(self)]

    def get_lookup(self, lookup_name):
        """Refuse lookups by plaintext: they would never match, and the value would reach the database's log."""
        if lookup_name not in LOOKUPS:
            raise FieldError(f"{self} is encrypted and cannot be looked up by {lookup_name!r}; use a blind index.")
        return LOOKUPS[lookup_name]

    def get_transform(self, lookup_name):
        raise FieldError(f"{self} is encrypted and has no {lookup_name!r}; use a blind index.")

    # --- Towards the database ---------------------------------------------------------------------

    def pre_save(self, model_instance, add):
        """Return the token. A new row must decrypt; a value under an older key is encrypted again."""
        held = model_instance.__dict__.get(self.attname)
        if isinstance(held, Token) and held and (add or not is_current(held)):
            try:
                getattr(model_instance, self.name)
            except Unreadable:
                if add:
                    raise
        return getattr(model_instance, self.attname)

    def get_prep_value(self, value):
        if value is not None and value != "" and not isinstance(value, Token):
            raise FieldError(f"{self} is encrypted: assign to an instance and save it. Queries take no plaintext.")
        return None if value is None else str(value)

    def get_db_prep_save(self, value, connection):
        """Accept tokens and the expression that ``bulk_update`` makes of them; refuse other expressions."""
        if hasattr(value, "as_sql") and not _holds_tokens_alone(value):
            raise FieldError(f"{self} is encrypted: assign to an instance and save it. Expressions cannot be stored.")
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value, expression, connection):
        return None if value is None else Token(value)

    # --- Values -----------------------------------------------------------------------------------

    @staticmethod
    def dump(value) -> str:
        return value

    @staticmethod
    def load(text: str):
        return text

    def hold(self, value, **known) -> FieldValue:
        return FieldValue(value, dump=self.dump, load=self.load, **known)

    def blank_value(self, held):
        """Return the value of an empty column."""
        return None if held is None else ""

    def accept(self, value):
        """Return the value to store on the instance; raise `TypeError`, without showing the value, for a wrong type."""
        if not isinstance(value, self.value_types):
            raise TypeError(f"{self} cannot hold {type(value).__name__}.")
        return value

    def place_of(self, instance) -> Place:
        """Return what this instance's value is bound to."""
        row_uuid = instance.row_uuid
        return Place(self.place or self.path, row_uuid if isinstance(row_uuid, UUID) else UUID(row_uuid))

    @property
    def path(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def open(self, token: Token | None, row_uuid: UUID):
        """Decrypt a token that was read without its instance; raise `Unreadable` when that fails."""
        if not token:
            return self.blank_value(token)
        return self.load(decrypt(token, Place(self.place or self.path, row_uuid)))

    def reencrypt(self, token: Token, row_uuid: UUID) -> Token:
        """Encrypt ``token`` again with the newest key; raise `Unreadable` when it does not decrypt."""
        place = Place(self.place or self.path, row_uuid)
        return encrypt(decrypt(token, place), place)

    # --- Forms and fixtures -----------------------------------------------------------------------

    def clean(self, value, model_instance):
        """Validate the plaintext; return the ciphertext, which is what Django puts back."""
        plain = getattr(model_instance, self.name)
        self.validate(plain, model_instance)
        self.run_validators(plain)
        return value

    def value_from_object(self, obj):
        return getattr(obj, self.name)

    def value_to_string(self, obj) -> str:
        """Return the ciphertext: fixtures hold no plaintext."""
        return str(getattr(obj, self.attname))

    def to_python(self, value):
        """Read what `value_to_string` wrote; refuse plaintext."""
        if value is None or value == "":
            return value
        if not is_token(str(value)):
            raise ValidationError("This is not an encrypted text.")
        return Token(value)


class EncryptedPhoneField(EncryptedTextField):
    """A phone number, encrypted at rest as E.164; on an instance a `PhoneNumber`, or the empty text."""

    value_types = (str, PhoneNumber)
    default_validators = [validate_international_phonenumber]

    def accept(self, value):
        return to_python(super().accept(value)) if value else ""

    @staticmethod
    def dump(value: PhoneNumber) -> str:
        """Return the number as E.164; an invalid one as it was entered."""
        return value.as_e164 if value.is_valid() else str(value.raw_input)

    @staticmethod
    def load(text: str) -> PhoneNumber:
        return to_python(text)

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": PhoneNumberFormField, **kwargs})


class EncryptedJSONField(EncryptedTextField):
    """A JSON list or object, encrypted at rest; None when there is nothing."""

    empty_strings_allowed = False
    value_types = (list, dict)
    dump = staticmethod(partial(json.dumps, ensure_ascii=False, separators=(",", ":")))
    load = staticmethod(json.loads)

    def __init__(self, *args, **kwargs):
        kwargs["null"] = True
        super().__init__(*args, **kwargs)

    def blank_value(self, held):
        return None

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": forms.JSONField, **kwargs})


def _holds_tokens_alone(expression) -> bool:
    """Whether every possible result of ``expression`` is ciphertext or empty."""
    if isinstance(expression, Value):
        return expression.value is None or expression.value == "" or isinstance(expression.value, Token)
    if isinstance(expression, Case):
        return all(map(_holds_tokens_alone, [*(case.result for case in expression.cases), expression.default]))
    return isinstance(expression, Cast) and all(map(_holds_tokens_alone, expression.get_source_expressions()))
