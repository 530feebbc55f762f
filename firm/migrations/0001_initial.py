import django.db.models.deletion
import django.utils.timezone
import firm.encryption.fields
import firm.fields
import modelcluster.fields
import modelsearch.index
import phonenumber_field.modelfields
import taggit.managers
import uuid
import wagtail.fields
import wagtail.images.models
import wagtail.models.media
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["digest", "at"], name="attempt_by_digest")],
            },
        ),
        migrations.CreateModel(
            name="JobRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("every", models.PositiveIntegerField(help_text="Seconds between the starts of two runs.")),
                ("finished_at", models.DateTimeField()),
                ("took", models.FloatField(help_text="Seconds.")),
                ("failures", models.PositiveIntegerField(default=0)),
                (
                    "error",
                    models.CharField(blank=True, help_text="The type of the error, never its words.", max_length=100),
                ),
            ],
            options={
                "ordering": ["name"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("value", models.FloatField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PageText",
            fields=[
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=255)),
                ("summary", models.TextField(blank=True)),
                ("text", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="PublicChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SignInEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("signed_in", "Signed in"),
                            ("refused", "Refused: name or password"),
                            ("code_refused", "Refused: second step"),
                            ("factor_added", "Second factor added"),
                            ("factor_removed", "Second factor removed"),
                            ("codes_made", "Recovery codes made"),
                            ("code_used", "Recovery code used"),
                            ("reset_asked", "Password reset asked for"),
                            ("password_reset", "Password reset"),
                            ("signed_out_elsewhere", "Other sessions ended"),
                            ("held_up", "Held up: too many attempts"),
                            ("password_changed", "Password changed"),
                            ("address_changed", "E-mail address changed"),
                        ],
                        max_length=24,
                    ),
                ),
                ("account_id", models.BigIntegerField(null=True)),
                ("by_id", models.BigIntegerField(null=True)),
                ("method", models.CharField(blank=True, max_length=10)),
                ("network", models.CharField(blank=True, max_length=50)),
                ("mac", models.CharField(editable=False, max_length=100)),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=40, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="TrailHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("trail", models.CharField(max_length=20, unique=True)),
                ("head", firm.encryption.fields.EncryptedJSONField(null=True)),
                ("base", firm.encryption.fields.EncryptedJSONField(null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AccountMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("address", firm.encryption.fields.EncryptedTextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="BackupRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("night", models.DateField(blank=True, null=True)),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("began_at", models.DateTimeField(db_index=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("succeeded", "Succeeded"), ("failed", "Failed")],
                        max_length=12,
                    ),
                ),
                ("missing_files", models.PositiveIntegerField(default=0)),
                (
                    "drill",
                    models.CharField(
                        blank=True,
                        choices=[("running", "Running"), ("succeeded", "Succeeded"), ("failed", "Failed")],
                        max_length=12,
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-began_at", "-pk"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("night", "attempt"), name="backup_once_a_night_and_attempt")
                ],
            },
        ),
        migrations.CreateModel(
            name="FirmImage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=255, verbose_name="title")),
                (
                    "file",
                    wagtail.images.models.WagtailImageField(
                        height_field="height",
                        upload_to=wagtail.images.models.get_upload_to,
                        verbose_name="file",
                        width_field="width",
                    ),
                ),
                ("description", models.CharField(blank=True, default="", max_length=255, verbose_name="description")),
                ("width", models.IntegerField(editable=False, verbose_name="width")),
                ("height", models.IntegerField(editable=False, verbose_name="height")),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True, verbose_name="created at")),
                ("focal_point_x", models.PositiveIntegerField(blank=True, null=True)),
                ("focal_point_y", models.PositiveIntegerField(blank=True, null=True)),
                ("focal_point_width", models.PositiveIntegerField(blank=True, null=True)),
                ("focal_point_height", models.PositiveIntegerField(blank=True, null=True)),
                ("file_size", models.PositiveIntegerField(editable=False, null=True)),
                ("file_hash", models.CharField(blank=True, db_index=True, editable=False, max_length=40)),
                (
                    "credit",
                    models.CharField(
                        blank=True,
                        help_text="Who made it, and under which licence. Example: Photograph: J. Doe.",
                        max_length=120,
                    ),
                ),
                ("variants", models.JSONField(default=dict, editable=False)),
                ("variants_of", models.CharField(blank=True, editable=False, max_length=120)),
                (
                    "collection",
                    models.ForeignKey(
                        default=wagtail.models.media.get_root_collection_id,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="wagtailcore.collection",
                        verbose_name="collection",
                    ),
                ),
                (
                    "tags",
                    taggit.managers.TaggableManager(
                        blank=True, help_text=None, through="taggit.TaggedItem", to="taggit.Tag", verbose_name="tags"
                    ),
                ),
                (
                    "uploaded_by_user",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by user",
                    ),
                ),
            ],
            options={
                "verbose_name": "image",
                "verbose_name_plural": "images",
                "abstract": False,
            },
            bases=(wagtail.images.models.ImageFileMixin, modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="ContactPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                ("introduction", models.TextField(blank=True, max_length=400)),
                ("body", firm.fields.BlockField("firm.blocks.story.story_blocks", blank=True)),
                (
                    "social_image",
                    models.ForeignKey(
                        blank=True,
                        help_text="Shown when the page is shared. 1,200 × 630 pixels or larger. Without one, the page's own picture.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="firm.firmimage",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact page",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="FirmSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "firm_name",
                    models.CharField(
                        default="The firm", help_text="Shown in header, footer and titles.", max_length=80
                    ),
                ),
                (
                    "tagline",
                    models.CharField(blank=True, help_text="Below the name. Example: Criminal defense.", max_length=80),
                ),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        help_text="One or two sentences, for search engines and for pages without their own.",
                        max_length=300,
                    ),
                ),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True,
                        help_text="With country code, or as dialled at home. Example: +1 212 555 0100. Shown as (212) 555-0100.",
                        max_length=128,
                        region=None,
                        verbose_name="telephone",
                    ),
                ),
                (
                    "availability_label",
                    models.CharField(
                        blank=True,
                        help_text="Beside the number at the top of every page. Example: Answered 24 hours a day.",
                        max_length=60,
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="A general address, shown on the contact page.",
                        max_length=254,
                        verbose_name="e-mail",
                    ),
                ),
                (
                    "consultation_label",
                    models.CharField(default="Free consultation", max_length=40, verbose_name="label of the button"),
                ),
                (
                    "header_nav",
                    firm.fields.BlockField("firm.blocks.links.navigation_blocks", blank=True, verbose_name="menu"),
                ),
                (
                    "footer_nav",
                    firm.fields.BlockField(
                        "firm.blocks.links.footer_blocks", blank=True, verbose_name="columns of the footer"
                    ),
                ),
                (
                    "legal_nav",
                    firm.fields.BlockField(
                        "firm.blocks.links.navigation_blocks", blank=True, verbose_name="legal links"
                    ),
                ),
                ("social_links", firm.fields.BlockField("firm.blocks.links.social_blocks", blank=True)),
                (
                    "closing_heading",
                    models.CharField(default="Schedule your consultation now", max_length=120, verbose_name="heading"),
                ),
                ("closing_text", models.TextField(blank=True, max_length=300, verbose_name="text")),
                (
                    "closing_label",
                    models.CharField(
                        default="Request a free consultation", max_length=60, verbose_name="label of the button"
                    ),
                ),
                (
                    "advertising_label",
                    models.CharField(
                        default="Attorney Advertising",
                        help_text="Printed on every page. New York: Rule 7.1(f) of the Rules of Professional Conduct.",
                        max_length=60,
                    ),
                ),
                (
                    "results_disclaimer",
                    models.CharField(
                        default="Prior results do not guarantee a similar outcome.",
                        help_text="Printed beside every testimonial and every result. New York: Rule 7.1(e)(3).",
                        max_length=300,
                    ),
                ),
                (
                    "site_disclaimer",
                    models.TextField(
                        default="The information on this website is general and is not legal advice. Using the website or sending a request does not create an attorney-client relationship.",
                        help_text="In the footer of every page.",
                        max_length=800,
                    ),
                ),
                (
                    "article_disclaimer",
                    models.TextField(
                        default="It gives general information, and the law may have changed since it was written.",
                        help_text="At the end of every blog post.",
                        max_length=500,
                    ),
                ),
                (
                    "consultation_page",
                    models.ForeignKey(
                        blank=True,
                        help_text="The page with the consultation form; buttons that ask for a consultation lead to it.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "default_social_image",
                    models.ForeignKey(
                        blank=True,
                        help_text="Shown when a page without a picture is shared. 1,200 × 630 pixels.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="firm.firmimage",
                    ),
                ),
                (
                    "site",
                    models.OneToOneField(
                        editable=False, on_delete=django.db.models.deletion.CASCADE, to="wagtailcore.site"
                    ),
                ),
            ],
            options={
                "verbose_name": "firm",
            },
        ),
        migrations.CreateModel(
            name="HomePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "sections",
                    firm.fields.BlockField(
                        "firm.registry.home_blocks", blank=True, help_text="The page from top to bottom."
                    ),
                ),
                (
                    "social_image",
                    models.ForeignKey(
                        blank=True,
                        help_text="Shown when the page is shared. 1,200 × 630 pixels or larger. Without one, the page's own picture.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="firm.firmimage",
                    ),
                ),
            ],
            options={
                "verbose_name": "home page",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="Office",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                ("name", models.CharField(help_text="Example: Manhattan.", max_length=60)),
                ("street", models.TextField(help_text="Street, floor, suite; one line each.", max_length=200)),
                ("city", models.CharField(max_length=60)),
                ("region", models.CharField(help_text="Example: NY.", max_length=40, verbose_name="state")),
                ("postal_code", models.CharField(max_length=12)),
                ("country", models.CharField(default="US", help_text="Two letters. Example: US.", max_length=2)),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True,
                        help_text="With country code, or as dialled at home. Example: +1 212 555 0100. Shown as (212) 555-0100. Leave empty for the firm's.",
                        max_length=128,
                        region=None,
                        verbose_name="telephone",
                    ),
                ),
                ("hours", firm.fields.BlockField("firm.blocks.hours.hours_blocks", blank=True)),
                (
                    "hours_note",
                    models.CharField(
                        blank=True, help_text="Example: Evenings and weekends by appointment.", max_length=120
                    ),
                ),
                (
                    "directions",
                    wagtail.fields.RichTextField(blank=True, help_text="How to get there: trains, entrance, parking."),
                ),
                (
                    "map_url",
                    models.URLField(blank=True, help_text="Where the drawn map leads.", verbose_name="link to a map"),
                ),
                (
                    "firm",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="offices", to="firm.firmsettings"
                    ),
                ),
                (
                    "map_image",
                    models.ForeignKey(
                        blank=True,
                        help_text="A drawn map. No map service is loaded on the page.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="firm.firmimage",
                    ),
                ),
            ],
            options={
                "verbose_name": "office",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PracticeAreaIndexPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "introduction",
                    models.TextField(blank=True, help_text="One or two sentences above the list.", max_length=400),
                ),
                (
                    "social_image",
                    models.ForeignKey(
                        blank=True,
                        help_text="Shown when the page is shared. 1,200 × 630 pixels or larger. Without one, the page's own picture.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="firm.firmimage",
                    ),
                ),
            ],
            options={
                "verbose_name": "practice area index",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="PracticeAreaPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "summary",
                    models.CharField(help_text="One line, shown in lists. Says what the area covers.", max_length=160),
                ),
                (
                    "introduction",
                    models.TextField(blank=True, help_text="The first paragraph, set larger.", max_length=500),
                ),
                ("body", firm.fields.BlockField("firm.blocks.story.story_blocks", blank=True)),
                (
                    "faq",
                    firm.fields.BlockField(
                        "firm.blocks.text.question_blocks", blank=True, verbose_name="questions and answers"
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="firm.firmimage",
                    ),
                ),
                (
                    "social_image",
                    models.ForeignKey(
                        blank=True,
                        help_text="Shown when the page is shared. 1,200 × 630 pixels or larger. Without one, the page's own picture.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="firm.firmimage",
                    ),
                ),
            ],
            options={
                "verbose_name": "practice area",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="StandardPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "introduction",
                    models.TextField(blank=True, help_text="The first paragraph, set larger.", max_length=400),
                ),
                ("body", firm.fields.BlockField("firm.blocks.story.story_blocks", blank=True)),
                (
                    "shows_contents",
                    models.BooleanField(default=False, help_text="For long pages.", verbose_name="list of contents"),
                ),
                (
                    "reviewed_on",
                    models.DateField(
                        blank=True,
                        help_text="Shown on the page; for legal texts.",
                        null=True,
                        verbose_name="last reviewed",
                    ),
                ),
                (
                    "social_image",
                    models.ForeignKey(
                        blank=True,
                        help_text="Shown when the page is shared. 1,200 × 630 pixels or larger. Without one, the page's own picture.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="firm.firmimage",
                    ),
                ),
            ],
            options={
                "verbose_name": "standard page",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="FirmRendition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("filter_spec", models.CharField(db_index=True, max_length=255)),
                (
                    "file",
                    wagtail.images.models.WagtailImageField(
                        height_field="height",
                        storage=wagtail.images.models.get_rendition_storage,
                        upload_to=wagtail.images.models.get_rendition_upload_to,
                        width_field="width",
                    ),
                ),
                ("width", models.IntegerField(editable=False)),
                ("height", models.IntegerField(editable=False)),
                ("focal_point_key", models.CharField(blank=True, default="", editable=False, max_length=16)),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="renditions", to="firm.firmimage"
                    ),
                ),
            ],
            options={
                "verbose_name": "rendition",
                "unique_together": {("image", "filter_spec", "focal_point_key")},
            },
            bases=(wagtail.images.models.ImageFileMixin, models.Model),
        ),
    ]
