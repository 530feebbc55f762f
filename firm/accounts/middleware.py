"""Says who is asking. Behind Django's own middleware, in front of everything that looks at ``request.user``."""

from asgiref.sync import sync_to_async
from django.contrib.auth.middleware import get_user
from django.utils.functional import SimpleLazyObject

from firm.accounts.sessions import admitted


class StaffSessionMiddleware:
    """Makes whoever has no living session a visitor, at every address. Asks nothing for visitors."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        """Look at the session when somebody first looks at the user."""
        request.user = SimpleLazyObject(lambda: admitted(request, get_user(request)))
        request.auser = sync_to_async(lambda: request.user)
        return self.get_response(request)
