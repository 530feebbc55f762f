"""The screen of the trail: who did what, when. It can be read, and nothing else."""

from datetime import datetime, time, timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import make_aware
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from consultations.audit import record
from consultations.audit.labels import Narrator
from consultations.display import user_name
from consultations.models import AuditAction, AuditEntry, Screen
from consultations.permissions import visible_to
from consultations.reference import read_reference
from consultations.view_permissions import ForTrailReaders

PER_PAGE = 100
#: The value of the filter for what the site did itself.
SITE = "site"
#: Digits of a number that the database can hold.
_DIGITS = 18


class TrailForm(forms.Form):
    """What the trail is narrowed by. An unknown value of one finds nothing, and says so."""

    account = forms.ChoiceField(required=False)
    action = forms.ChoiceField(required=False, label="What was done", choices=[("", "Anything"), *AuditAction.choices])
    reference = forms.CharField(required=False, max_length=40, label="Reference")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = account_choices(self.data.get("account", ""))

    def clean_reference(self) -> str:
        """Read a reference in any notation."""
        typed = self.cleaned_data["reference"]
        found = read_reference(typed)
        if typed and not found:
            raise forms.ValidationError("A reference looks like K7MW-3QFP.")
        return found

    def clean(self) -> dict:
        """Refuse a range that ends before it begins."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "This day comes before the first one.")
        return self.cleaned_data


def account_choices(asked: str) -> list[tuple[str, str]]:
    """Return the accounts that did anything, the site, and the one asked for although it no longer exists."""
    did_something = Exists(AuditEntry.objects.filter(actor_id=OuterRef("pk")))
    users = get_user_model().objects.filter(did_something).order_by("first_name", "last_name", "pk")
    choices = [("", "Anybody"), *((str(one.pk), user_name(one)) for one in users), (SITE, "The website")]
    is_gone = asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS and asked not in dict(choices)
    return [*choices, (asked, f"Account {asked}")] if is_gone else choices


def readable_by(user):
    """Return the lines that an account may read: none about a request that it is screened off from."""
    return AuditEntry.objects.exclude(request_id__in=Screen.objects.filter(user=user).values("request_id"))


class TrailView(ForTrailReaders, WagtailAdminTemplateMixin, TemplateView):
    """The trail, newest first, page after page. Each look at it leaves a line in it."""

    doing = "trail"
    template_name = "consultations/admin/queue_trail.html"
    page_title = "Who did what"
    header_icon = "history"
    http_method_names = ["get", "head", "options"]

    def get_breadcrumbs_items(self) -> list[dict]:
        """The way to this screen: the queue, then the trail."""
        above = {"url": reverse("consultations:index"), "label": "Consultations"}
        return [*self.breadcrumbs_items, above, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs) -> dict:
        """Add a page of lines in words."""
        form = TrailForm(self.request.GET)
        entries = self.narrowed(form) if form.is_valid() else AuditEntry.objects.none()
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

    def narrowed(self, form: TrailForm):
        """Return the lines that fit what was chosen."""
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
