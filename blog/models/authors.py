"""Authors of posts: attorneys, and staff without a profile."""

from django.core.exceptions import ValidationError
from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from firm.fields import optional_key
from firm.models.base import LINE, of, picture_of
from firm.pages.renditions import ROLES

_OWN = ("post", "sort_order", "attorney", "staff")


class StaffAuthor(models.Model):
    """An author who is not an attorney: an editor, a paralegal, the editorial desk."""

    name = models.CharField(max_length=80, unique=True)
    role = models.CharField(max_length=80, blank=True, help_text="Example: Editor.")
    bio = models.TextField(max_length=400, blank=True)
    portrait = optional_key("firm.FirmImage")

    panels = ["name", "role", "bio", "portrait"]

    class Meta:
        ordering = ["name"]
        verbose_name = "staff author"

    def __str__(self) -> str:
        return self.name

    @property
    def pictures(self) -> list[tuple]:
        return [(self.portrait, ROLES["thumbnail"].name)] if self.portrait_id else []


class PostAuthorQuerySet(models.QuerySet):
    def drawn(self):
        """With the columns that a byline shows."""
        rows = self.select_related("attorney__portrait", "staff__portrait").order_by("sort_order")
        attorney = of("attorney", (*LINE, "job_title", "summary", "is_former"))
        staff = of("staff", ("name", "role", "bio"))
        return rows.only(*_OWN, *attorney, *staff, *picture_of("attorney__portrait"), *picture_of("staff__portrait"))

    def named(self):
        rows = self.select_related("attorney", "staff").order_by("sort_order")
        return rows.only(*_OWN, "attorney__title", "staff__name")


class PostAuthor(Orderable):
    """One name in a post's byline: an attorney or a member of staff, never both."""

    post = ParentalKey("blog.BlogPostPage", on_delete=models.CASCADE, related_name="authors")
    attorney = models.ForeignKey(
        "attorneys.AttorneyPage", null=True, blank=True, on_delete=models.CASCADE, related_name="bylines"
    )
    staff = models.ForeignKey(StaffAuthor, null=True, blank=True, on_delete=models.CASCADE, related_name="bylines")

    objects = PostAuthorQuerySet.as_manager()

    panels = ["attorney", "staff"]

    class Meta(Orderable.Meta):
        verbose_name = "author"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attorney__isnull=False, staff__isnull=True)
                | models.Q(attorney__isnull=True, staff__isnull=False),
                name="post_author_attorney_or_staff",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self):
        super().clean()
        if self.attorney_id and self.staff_id:
            raise ValidationError({"staff": "Choose an attorney or a member of staff, not both."})
        if not self.attorney_id and not self.staff_id:
            raise ValidationError({"attorney": "Choose an attorney here, or a member of staff below."})

    @property
    def name(self) -> str:
        return self.attorney.title if self.attorney_id else self.staff.name

    @property
    def title(self) -> str:
        """Title or role, printed after the name."""
        return self.attorney.job_title if self.attorney_id else self.staff.role

    @property
    def portrait(self):
        return self.attorney.portrait if self.attorney_id else self.staff.portrait

    @property
    def introduction(self) -> str:
        """One or two sentences about the author."""
        return self.attorney.summary if self.attorney_id else self.staff.bio

    @property
    def profile(self):
        """The attorney's page; None for staff and former attorneys."""
        if self.attorney_id and self.attorney.live and not self.attorney.is_former:
            return self.attorney
        return None
