"""The buttons of the conflict check on the screen of a request."""

from consultations.case.action_views import DeskView
from consultations.conflicts.check_forms import ClearForm, DeclineForm, FlagForm, RecheckForm


class ClearView(DeskView):
    """Finds that there is no conflict."""

    form_class = ClearForm


class FlagView(DeskView):
    """Leaves it to a manager."""

    form_class = FlagForm


class DeclineView(DeskView):
    """Ends the request for a conflict of interest."""

    form_class = DeclineForm


class RecheckView(DeskView):
    """Looks in the register once more."""

    form_class = RecheckForm
