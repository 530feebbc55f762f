"""Messages of the staff's side, in a cookie that no other host of the domain can set (RFC 6265bis, 4.1.3.2)."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """Django's, under the name of the settings."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class MessageStorage(FallbackStorage):
    """Messages in the cookie, and in the session when they do not fit."""

    storage_classes = (HostCookieStorage, SessionStorage)
