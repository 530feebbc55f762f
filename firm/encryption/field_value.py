"""Encrypted values on a model instance: decrypted when first read.

The instance's ``__dict__`` holds a `Token` (or None) until the value is read or set, then a `FieldValue`. Pickles and
deep copies contain ciphertext only.
"""

from collections.abc import Callable
from uuid import UUID

from django.db.models.query_utils import DeferredAttribute
from django.views.decorators.debug import sensitive_variables

from firm.encryption.cipher import Place, Token, decrypt, encrypt, is_current

#: The place of a value that is pickled before it was saved.
IN_TRANSIT = Place("in transit", UUID(int=0))


class FieldValue:
    """A plaintext value, with the token that it was decrypted from or last encrypted to."""

    __slots__ = ("dump", "load", "row_uuid", "text", "token", "value")

    def __init__(self, value, *, dump: Callable, load: Callable, token=None, text=None, row_uuid=None):
        self.value = value
        self.dump, self.load = dump, load
        self.token, self.text, self.row_uuid = token, text, row_uuid

    def __repr__(self) -> str:
        return "<encrypted>"

    @sensitive_variables()
    def __reduce__(self):
        text = self.dump(self.value)
        if self.token is not None and text == self.text:
            return Token, (str(self.token),)
        return _arrived, (str(encrypt(text, IN_TRANSIT)), self.dump, self.load)

    @sensitive_variables()
    def token_for(self, place: Place) -> Token:
        """Return the token of the value; encrypt again only when value, row or newest key have changed."""
        text = self.dump(self.value)
        if self.token is None or text != self.text or place.row_uuid != self.row_uuid or not is_current(self.token):
            self.token, self.text, self.row_uuid = encrypt(text, place), text, place.row_uuid
        return self.token


@sensitive_variables()
def _arrived(token: str, dump: Callable, load: Callable) -> FieldValue:
    return FieldValue(load(decrypt(token, IN_TRANSIT)), dump=dump, load=load)


class TokenAttribute(DeferredAttribute):
    """``<name>_encrypted``: the ciphertext. Takes tokens, None and the empty text, never plaintext."""

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        held = super().__get__(instance, cls)
        return held.token_for(self.field.place_of(instance)) if isinstance(held, FieldValue) else held

    def __set__(self, instance, value):
        if value is not None and not isinstance(value, Token):
            if value != "":
                raise TypeError(f"{self.field.attname} takes ciphertext; set {self.field.name} instead.")
            value = Token()
        instance.__dict__[self.field.attname] = value


class PlainAttribute:
    """``<name>``: the plaintext, decrypted when first read. Setting a token sets the ciphertext."""

    def __init__(self, field):
        self.field = field

    @sensitive_variables()
    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        field = self.field
        if field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[field.attname])
        held = instance.__dict__[field.attname]
        if not held and not isinstance(held, FieldValue):
            return field.blank_value(held)
        if isinstance(held, Token):
            place = field.place_of(instance)
            text = decrypt(held, place)
            held = field.hold(field.load(text), token=held, text=text, row_uuid=place.row_uuid)
            instance.__dict__[field.attname] = held
        return held.value

    @sensitive_variables()
    def __set__(self, instance, value):
        field, data = self.field, instance.__dict__
        if value is None or isinstance(value, Token):
            data[field.attname] = value
            return
        value = field.accept(value)
        if value == "":
            data[field.attname] = Token()
            return
        held = data.get(field.attname)
        if isinstance(held, FieldValue) and held.text is not None and field.dump(value) == held.text:
            held.value = value
        else:
            data[field.attname] = field.hold(value)
