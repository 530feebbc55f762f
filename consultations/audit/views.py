"""The audit trail in the admin, read only."""

from datetime import datetime, time, timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import make_aware
from django.views.generic import TemplateView

from consultations.audit import record
from consultations.audit.labels import Narrator
from consultations.display import user_name
from consultations.models import AuditAction, AuditEntry, Screen
from consultations.permissions import visible_to
from consultations.reference import read_reference
from consultations.view_permissions import AdminScreen, ForTrailReaders

PER_PAGE = 100
#: The filter's value for the site's own actions.
SITE = "site"
#: The most digits of an id that surely fits the column.
_DIGITS = 18


class TrailForm(forms.Form):
    """Filters of the audit trail. An unknown value finds nothing and is reported."""

    account = forms.ChoiceField(required=False)
    action = forms.ChoiceField(required=False, label="What was done", choices=[("", "Anything"), *AuditAction.choices])
    reference = forms.CharField(required=False, max_length=40, label="Reference")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = account_choices(self.data.get("account", ""))

    def clean_reference(self) -> str:
        typed = self.cleaned_data["reference"]
        found = read_reference(typed)
        if typed and not found:
            raise forms.ValidationError("A reference looks like K7MW-3QFP.")
        return found

    def clean(self) -> dict:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "The end is before the start.")
        return self.cleaned_data


def account_choices(asked: str) -> list[tuple[str, str]]:
    """Return the accounts with entries, the site, and the account asked for even if it no longer exists."""
    did_something = Exists(AuditEntry.objects.filter(actor_id=OuterRef("pk")))
    users = get_user_model().objects.filter(did_something).order_by("first_name", "last_name", "pk")
    choices = [("", "Anybody"), *((str(one.pk), user_name(one)) for one in users), (SITE, "The website")]
    is_gone = asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS and asked not in dict(choices)
    return [*choices, (asked, f"Account {asked}")] if is_gone else choices


def readable_by(user):
    """Return the entries that an account may read, without those about requests behind its ethical walls."""
    return AuditEntry.objects.exclude(request_id__in=Screen.objects.filter(user=user).values("request_id"))


class TrailView(ForTrailReaders, AdminScreen, TemplateView):
    """The audit trail, newest first. Each view of it is audited."""

    doing = "trail"
    template_name = "consultations/admin/queue_trail.html"
    page_title = "Audit trail"
    header_icon = "history"

    def get_context_data(self, **kwargs) -> dict:
        form = TrailForm(self.request.GET)
        entries = self.filtered(form) if form.is_valid() else AuditEntry.objects.none()
        before = self.request.GET.get("before", "")
        is_later_page = before.isascii() and before.isdigit() and len(before) <= _DIGITS
        if is_later_page:
            entries = entries.filter(pk__lt=int(before))
        page = list(entries.order_by("-pk")[: PER_PAGE + 1])
        shown = page[:PER_PAGE]
        narrator = Narrator(shown, self.request.user)
        self._record(form)
        return super().get_context_data(
            form=form,
            lines=[narrator.tell(one) for one in shown],
            older=shown[-1].pk if len(page) > PER_PAGE else None,
            is_later_page=is_later_page,
            is_narrowed=any(self.request.GET.get(name) for name in form.fields),
            **kwargs,
        )

    def filtered(self, form: TrailForm):
        given, entries = form.cleaned_data, readable_by(self.request.user)
        if given["account"]:
            number = None if given["account"] == SITE else int(given["account"])
            entries = entries.filter(Q(actor_id=number))
        if given["action"]:
            entries = entries.filter(action=given["action"])
        if given["reference"]:
            entries = entries.filter(request_id=self._request_number(given["reference"]) or 0)
        if given["since"]:
            entries = entries.filter(at__gte=make_aware(datetime.combine(given["since"], time())))
        if given["until"]:
            end = datetime.combine(given["until"], time()) + timedelta(days=1)
            entries = entries.filter(at__lt=make_aware(end))
        return entries

    def _request_number(self, reference: str) -> int | None:
        return visible_to(self.request.user).filter(reference=reference).values_list("pk", flat=True).first()

    def _record(self, form: TrailForm) -> None:
        given = form.cleaned_data if form.is_valid() else {}
        facts = {name: given[name].isoformat() for name in ("since", "until") if given.get(name)}
        account = given.get("account") or None
        number = self._request_number(given["reference"]) if given.get("reference") else None
        action = given.get("action") or None
        record.record(
            AuditAction.TRAIL, by=self.request.user, request=number, account=account, action_code=action, **facts
        )
