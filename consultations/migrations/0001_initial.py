from django.conf import settings
from django.db import migrations, models
import consultations.models.calendar
import consultations.models.messages
import consultations.reference
import datetime
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import firm.encryption.fields
import firm.fields
import uuid
import wagtail.contrib.routable_page.models
import wagtail.models.preview


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("attorneys", "0001_initial"),
        ("firm", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("court", "In court"),
                            ("leave", "On leave"),
                            ("training", "Training"),
                            ("other", "Away"),
                        ],
                        default="other",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "ordering": ["starts_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AnswerTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "title",
                    models.CharField(help_text="For staff, such as “What to bring”.", max_length=80, unique=True),
                ),
                (
                    "suggested_in",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new", "New"),
                            ("in_review", "In review"),
                            ("contacted", "Contacted"),
                            ("scheduled", "Scheduled"),
                            ("consulted", "Consulted"),
                            ("retained", "Retained"),
                            ("declined", "Declined"),
                            ("referred", "Referred"),
                            ("not_reached", "Did not reach"),
                            ("conflict", "Conflict of interest"),
                        ],
                        help_text="It is then first in the list. Empty: for every status.",
                        max_length=16,
                        verbose_name="suggested while the request is",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        help_text="Say nothing of the matter: others may see it on a locked screen.", max_length=120
                    ),
                ),
                (
                    "body",
                    models.TextField(
                        help_text="A blank line begins a new paragraph.", max_length=4000, verbose_name="text"
                    ),
                ),
                (
                    "text_message",
                    models.TextField(
                        blank=True,
                        help_text="The same in short, to be copied into a text message. The site itself sends none.",
                        max_length=320,
                    ),
                ),
            ],
            options={
                "verbose_name": "answer template",
                "ordering": ["title"],
                "default_permissions": ("add", "change", "delete", "view"),
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "way",
                    models.CharField(
                        choices=[("person", "In person"), ("video", "By video"), ("telephone", "By telephone")],
                        max_length=10,
                    ),
                ),
                ("place", firm.encryption.fields.EncryptedTextField(blank=True, max_length=200)),
                ("video_link", firm.encryption.fields.EncryptedTextField(blank=True, max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("hold", "To be confirmed"),
                            ("held", "Agreed"),
                            ("cancelled", "Cancelled"),
                            ("kept", "Took place"),
                            ("missed", "Did not appear"),
                        ],
                        default="held",
                        max_length=10,
                    ),
                ),
                ("hold_until", models.DateTimeField(blank=True, null=True)),
                (
                    "uid",
                    models.CharField(
                        default=consultations.models.calendar.new_uid, editable=False, max_length=255, unique=True
                    ),
                ),
                ("sequence", models.PositiveIntegerField(default=0, help_text="Of its invitations (RFC 5546, 2.1.4).")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", firm.encryption.fields.EncryptedTextField(blank=True, help_text="Why it was cancelled.")),
            ],
            options={
                "verbose_name": "appointment",
                "ordering": ["starts_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AttorneyCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "hours",
                    firm.fields.BlockField("firm.blocks.hours.hours_blocks", blank=True, verbose_name="working hours"),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(480),
                        ],
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200)),
                ("is_active", models.BooleanField(default=True)),
                ("feed_digest", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ("feed_made_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "calendar of an attorney",
                "ordering": ["name", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actor_id", models.BigIntegerField(null=True)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("listed", "Looked at the list"),
                            ("searched", "Searched"),
                            ("viewed", "Opened"),
                            ("printed", "Printed"),
                            ("exported", "Exported"),
                            ("changed", "Changed"),
                            ("refused", "Was refused"),
                            ("trail", "Read this trail"),
                        ],
                        max_length=12,
                    ),
                ),
                ("request_id", models.BigIntegerField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("mac", models.CharField(editable=False, max_length=100)),
            ],
            options={
                "verbose_name": "entry of the audit trail",
                "ordering": ["-pk"],
                "permissions": [("view_trail", "Can read the audit trail of consultation requests")],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ConflictHit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "name_of",
                    models.CharField(
                        choices=[
                            ("full_name", "The sender"),
                            ("person_in_need", "The person who needs help"),
                            ("other_parties", "Someone else involved"),
                        ],
                        max_length=16,
                    ),
                ),
                ("asked", firm.encryption.fields.EncryptedTextField()),
                ("found", firm.encryption.fields.EncryptedTextField(blank=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("client", "Client"),
                            ("former_client", "Former client"),
                            ("prospective", "Prospective client"),
                            ("adverse", "Adverse party"),
                            ("co_defendant", "Co-defendant"),
                            ("witness", "Witness"),
                        ],
                        max_length=16,
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(help_text="How sure the match is, of 100.")),
                ("reasons", models.JSONField(default=list, help_text="Codes of why it was found.")),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("", "Not looked at"), ("cleared", "No conflict")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("judged_at", models.DateTimeField(null=True)),
                (
                    "judgement",
                    firm.encryption.fields.EncryptedTextField(blank=True, help_text="The reason of the verdict."),
                ),
            ],
            options={
                "verbose_name": "match of the conflict check",
                "verbose_name_plural": "matches of the conflict check",
                "ordering": ["-score", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ConsentReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number_digest", models.BigIntegerField(db_index=True)),
                ("key_id", models.CharField(max_length=8)),
                ("given_at", models.DateTimeField()),
                ("wording", models.TextField(help_text="The consent as it was given.")),
                ("page", models.CharField(blank=True, max_length=200)),
                ("last_text_at", models.DateTimeField()),
                ("keep_until", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ["-given_at", "-pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ConsultationPage",
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
                ("heading", models.CharField(default="Request a free consultation", max_length=120)),
                (
                    "introduction",
                    models.TextField(
                        blank=True,
                        default="Tell us how to reach you. Everything else can wait for the call.",
                        max_length=400,
                    ),
                ),
                (
                    "reassurance",
                    models.TextField(
                        blank=True, help_text="One or two sentences above the first question.", max_length=300
                    ),
                ),
                ("urgent_heading", models.CharField(default="Rather talk now?", max_length=80)),
                (
                    "urgent_note",
                    models.TextField(
                        default="If someone is in custody, or due in court within three days, please call instead of writing.",
                        help_text="Beside the form, above the telephone number.",
                        max_length=300,
                    ),
                ),
                (
                    "confidentiality",
                    models.TextField(
                        blank=True,
                        default="Please leave out the facts of the case, and anything you would not want others to read.",
                        help_text="Above the tick box and the button.",
                        max_length=800,
                        verbose_name="note on confidentiality",
                    ),
                ),
                (
                    "steps",
                    firm.fields.BlockField(
                        "consultations.blocks.step_blocks", blank=True, verbose_name="what happens next"
                    ),
                ),
                (
                    "acknowledgement",
                    models.TextField(
                        default="I understand that sending this form does not make the firm my lawyer, and that I should not send confidential details before it has agreed to act.",
                        help_text="Beside the required tick box. The wording at the time is stored with each request.",
                        max_length=800,
                    ),
                ),
                (
                    "sms_wording",
                    models.TextField(
                        default="You may send text messages to this number about my request. Message and data rates may apply. I can reply STOP at any time.",
                        help_text="Beside the tick box, which is never ticked beforehand. The wording is stored with each request.",
                        max_length=500,
                        verbose_name="consent to text messages",
                    ),
                ),
                (
                    "quick_exit_url",
                    models.URLField(
                        default="https://www.weather.gov/",
                        help_text="Any harmless page of another site.",
                        verbose_name="where “leave this site quickly” leads",
                    ),
                ),
                ("thank_you_heading", models.CharField(default="Thank you. We have your request.", max_length=120)),
                (
                    "thank_you_text",
                    models.TextField(
                        default="Someone will get back to you in the way that you chose. If it cannot wait, call us now.",
                        help_text="The first paragraph is above the reference, the others below it.",
                        max_length=1000,
                    ),
                ),
                (
                    "tells_when",
                    models.BooleanField(
                        default=True,
                        help_text="Below the reference. The time is the target that the intake desk has set itself.",
                        verbose_name="say by when somebody will answer",
                    ),
                ),
            ],
            options={
                "verbose_name": "consultation page",
            },
            bases=(wagtail.contrib.routable_page.models.RoutablePageMixin, "wagtailcore.page"),
        ),
        migrations.CreateModel(
            name="ConsultationRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "reference",
                    models.CharField(
                        default=consultations.reference.new_reference, editable=False, max_length=9, unique=True
                    ),
                ),
                ("form_token", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("submitted_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("full_name", firm.encryption.fields.EncryptedTextField(max_length=120, verbose_name="name")),
                ("phone", firm.encryption.fields.EncryptedPhoneField(blank=True, verbose_name="telephone")),
                (
                    "email",
                    firm.encryption.fields.EncryptedTextField(
                        blank=True,
                        max_length=254,
                        validators=[django.core.validators.EmailValidator()],
                        verbose_name="e-mail",
                    ),
                ),
                (
                    "preferred_contact",
                    models.CharField(
                        choices=[("phone", "By telephone"), ("text", "By text message"), ("email", "By e-mail")],
                        default="phone",
                        max_length=8,
                    ),
                ),
                ("best_time", firm.encryption.fields.EncryptedTextField(blank=True, max_length=160)),
                (
                    "relationship",
                    models.CharField(
                        choices=[("self", "Me"), ("family", "A member of my family"), ("other", "Someone else")],
                        default="self",
                        max_length=8,
                    ),
                ),
                ("person_in_need", firm.encryption.fields.EncryptedTextField(blank=True, max_length=120)),
                ("in_custody", models.BooleanField(default=False)),
                ("court_date", models.DateField(blank=True, null=True)),
                ("court", firm.encryption.fields.EncryptedTextField(blank=True, max_length=120)),
                ("other_parties", firm.encryption.fields.EncryptedTextField(blank=True, help_text="One on each line.")),
                ("message", firm.encryption.fields.EncryptedTextField(blank=True)),
                ("acknowledged_at", models.DateTimeField(editable=False)),
                ("acknowledgement", models.TextField(editable=False, help_text="The note as it was shown.")),
                ("acknowledgement_version", models.CharField(editable=False, max_length=12)),
                (
                    "acknowledgement_page",
                    models.CharField(blank=True, editable=False, help_text="The form's address.", max_length=200),
                ),
                ("sms_consent", models.BooleanField(default=False, verbose_name="consent to text messages")),
                (
                    "sms_consent_wording",
                    models.TextField(blank=True, editable=False, help_text="The consent as it was given."),
                ),
                (
                    "landing_page",
                    models.CharField(blank=True, editable=False, help_text="Where the visit began.", max_length=200),
                ),
                (
                    "referring_host",
                    models.CharField(blank=True, editable=False, help_text="Who led to the site.", max_length=100),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("in_review", "In review"),
                            ("contacted", "Contacted"),
                            ("scheduled", "Scheduled"),
                            ("consulted", "Consulted"),
                            ("retained", "Retained"),
                            ("declined", "Declined"),
                            ("referred", "Referred"),
                            ("not_reached", "Did not reach"),
                            ("conflict", "Conflict of interest"),
                            ("quarantine", "Quarantine"),
                            ("merged", "Merged"),
                        ],
                        default="new",
                        max_length=16,
                    ),
                ),
                (
                    "urgency",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Normal"), (2, "Court within 7 days"), (3, "Urgent")], default=1
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, help_text="When the first answer is due.", null=True)),
                (
                    "first_contact_at",
                    models.DateTimeField(blank=True, help_text="When staff first reached out.", null=True),
                ),
                (
                    "scheduled_for",
                    models.DateTimeField(blank=True, help_text="When the consultation takes place.", null=True),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "conflict_state",
                    models.CharField(
                        choices=[
                            ("unchecked", "Not checked yet"),
                            ("clear", "Nothing found"),
                            ("open", "Matches to look at"),
                            ("cleared", "Looked at and cleared"),
                            ("flagged", "Needs a decision"),
                            ("declined", "Declined for conflict"),
                        ],
                        default="unchecked",
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "conflict_checked_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="The check knows what had been in the register by then.",
                        null=True,
                    ),
                ),
                (
                    "suspicion",
                    models.PositiveSmallIntegerField(
                        default=0, editable=False, help_text="Score of the signs of abuse."
                    ),
                ),
                (
                    "suspicions",
                    models.JSONField(blank=True, default=list, editable=False, help_text="The signs, by their codes."),
                ),
            ],
            options={
                "verbose_name": "consultation request",
                "ordering": ["-submitted_at", "-pk"],
                "permissions": [
                    ("manage_consultationrequest", "Can manage consultation requests"),
                    ("export_consultationrequest", "Can export consultation requests"),
                ],
                "default_permissions": ("view", "change", "delete"),
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request_id", models.BigIntegerField(unique=True)),
                (
                    "reference_digest",
                    models.BigIntegerField(db_index=True, help_text="Keyed; answers whether it was erased."),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actor_id", models.BigIntegerField(help_text="Empty: the site, by date.", null=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("asked", "The person asked for it"),
                            ("mistake", "Sent by mistake, or for a test"),
                            ("no_person", "No person sent it"),
                            ("retention", "Past its date"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("in_review", "In review"),
                            ("contacted", "Contacted"),
                            ("scheduled", "Scheduled"),
                            ("consulted", "Consulted"),
                            ("retained", "Retained"),
                            ("declined", "Declined"),
                            ("referred", "Referred"),
                            ("not_reached", "Did not reach"),
                            ("conflict", "Conflict of interest"),
                            ("quarantine", "Quarantine"),
                            ("merged", "Merged"),
                        ],
                        help_text="The state that it was in.",
                        max_length=16,
                    ),
                ),
                (
                    "swept_at",
                    models.DateTimeField(
                        help_text="Since then, the database's files hold no remains of it.", null=True
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="IntakeSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "urgent_minutes",
                    models.PositiveIntegerField(
                        default=30,
                        help_text="Until somebody has called or written.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(40320),
                        ],
                        verbose_name="minutes",
                    ),
                ),
                (
                    "urgent_hours",
                    models.CharField(
                        choices=[("always", "Round the clock"), ("office", "During the intake hours below")],
                        default="always",
                        max_length=8,
                        verbose_name="counted",
                    ),
                ),
                (
                    "soon_minutes",
                    models.PositiveIntegerField(
                        default=120,
                        help_text="Until somebody has called or written.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(40320),
                        ],
                        verbose_name="minutes",
                    ),
                ),
                (
                    "soon_hours",
                    models.CharField(
                        choices=[("always", "Round the clock"), ("office", "During the intake hours below")],
                        default="always",
                        max_length=8,
                        verbose_name="counted",
                    ),
                ),
                (
                    "normal_minutes",
                    models.PositiveIntegerField(
                        default=240,
                        help_text="Until somebody has called or written.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(40320),
                        ],
                        verbose_name="minutes",
                    ),
                ),
                (
                    "normal_hours",
                    models.CharField(
                        choices=[("always", "Round the clock"), ("office", "During the intake hours below")],
                        default="office",
                        max_length=8,
                        verbose_name="counted",
                    ),
                ),
                (
                    "hours",
                    firm.fields.BlockField("firm.blocks.hours.hours_blocks", blank=True, verbose_name="intake hours"),
                ),
                ("holidays", firm.fields.BlockField("consultations.blocks.holiday_blocks", blank=True)),
                (
                    "notify_addresses",
                    models.TextField(
                        blank=True,
                        help_text="One on each line. Empty: everybody of the intake staff who has an address. Notices hold a reference and a link, never a name or a word of the request.",
                        max_length=1000,
                        verbose_name="e-mail addresses for notices",
                    ),
                ),
                (
                    "digest_at",
                    models.TimeField(
                        default=datetime.time(8, 0),
                        help_text="What is unanswered, once a day.",
                        verbose_name="time of the morning digest",
                    ),
                ),
                ("has_digest", models.BooleanField(default=True, verbose_name="send the morning digest")),
                (
                    "offers_times",
                    models.BooleanField(
                        default=False,
                        help_text="After sending the form, people can choose a time for the consultation, if the conflict check of their request has passed. All others see the page as it is without. Staff confirm each time.",
                        verbose_name="offer open times",
                    ),
                ),
                (
                    "times_notice",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="No time is offered sooner than this from now. From 1 to 336.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(336),
                        ],
                        verbose_name="notice in hours",
                    ),
                ),
                (
                    "times_days",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="How many days after today times are offered for. From 1 to 42.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(42),
                        ],
                        verbose_name="days ahead",
                    ),
                ),
                (
                    "times_number",
                    models.PositiveSmallIntegerField(
                        default=6,
                        help_text="They are spread over several days, mornings and afternoons. From 1 to 12.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="times offered",
                    ),
                ),
                (
                    "times_held",
                    models.PositiveSmallIntegerField(
                        default=8,
                        help_text="Counted in the intake hours, or in those of the calendar while there are none; never beyond the time itself. Not confirmed by then, the time is free again. From 1 to 80.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(80),
                        ],
                        verbose_name="hours for which a choice is held",
                    ),
                ),
            ],
            options={
                "verbose_name": "intake desk",
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", firm.encryption.fields.EncryptedTextField()),
            ],
            options={
                "ordering": ["set_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MessageText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("staff_new", "To staff: a new request"),
                            ("staff_corrected", "To staff: a request was sent again with changes"),
                            ("staff_overdue", "To staff: a first answer is overdue"),
                            ("staff_conflict", "To staff: the conflict check found somebody"),
                            ("staff_chosen", "To staff: a time was chosen"),
                            ("staff_digest", "To staff: the morning digest"),
                            ("staff_mentioned", "To staff: a colleague wrote something for you"),
                            ("staff_reminder", "To staff: a reminder is due"),
                            ("staff_undelivered", "To managers: mail that could not be delivered"),
                            ("person_receipt", "To the person: we have your request"),
                            ("person_answer", "To the person: an answer"),
                            ("person_booked", "To the person: appointment made"),
                            ("person_rebooked", "To the person: appointment changed"),
                            ("person_cancelled", "To the person: appointment cancelled"),
                            ("attorney_booked", "To the attorney: appointment made"),
                            ("attorney_rebooked", "To the attorney: appointment changed"),
                            ("attorney_cancelled", "To the attorney: appointment cancelled"),
                        ],
                        editable=False,
                        max_length=20,
                        unique=True,
                    ),
                ),
                ("subject", models.CharField(max_length=120)),
                ("body", models.TextField(help_text="A blank line begins a new paragraph.", max_length=4000)),
            ],
            options={
                "verbose_name": "message text",
                "ordering": ["pk"],
                "default_permissions": ("change",),
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name="OutgoingMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("staff_new", "To staff: a new request"),
                            ("staff_corrected", "To staff: a request was sent again with changes"),
                            ("staff_overdue", "To staff: a first answer is overdue"),
                            ("staff_conflict", "To staff: the conflict check found somebody"),
                            ("staff_chosen", "To staff: a time was chosen"),
                            ("staff_digest", "To staff: the morning digest"),
                            ("staff_mentioned", "To staff: a colleague wrote something for you"),
                            ("staff_reminder", "To staff: a reminder is due"),
                            ("staff_undelivered", "To managers: mail that could not be delivered"),
                            ("person_receipt", "To the person: we have your request"),
                            ("person_answer", "To the person: an answer"),
                            ("person_booked", "To the person: appointment made"),
                            ("person_rebooked", "To the person: appointment changed"),
                            ("person_cancelled", "To the person: appointment cancelled"),
                            ("attorney_booked", "To the attorney: appointment made"),
                            ("attorney_rebooked", "To the attorney: appointment changed"),
                            ("attorney_cancelled", "To the attorney: appointment cancelled"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "facts",
                    models.JSONField(
                        default=dict, help_text="What it tells of something that may be otherwise by now."
                    ),
                ),
                ("address", models.EmailField(blank=True, help_text="Of a member of staff.", max_length=254)),
                (
                    "message_id",
                    models.CharField(
                        default=consultations.models.messages.new_message_id,
                        editable=False,
                        max_length=255,
                        unique=True,
                    ),
                ),
                (
                    "dedupe_key",
                    models.CharField(help_text="Of two with the same, one is made.", max_length=320, unique=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("dead", "Not delivered"),
                            ("skipped", "No longer needed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "leased_until",
                    models.DateTimeField(help_text="Until then, the worker that took it has it.", null=True),
                ),
                ("last_error", models.CharField(blank=True, help_text="In words of ours.", max_length=120)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["created_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", firm.encryption.fields.EncryptedTextField(max_length=200)),
                (
                    "aliases",
                    firm.encryption.fields.EncryptedTextField(blank=True, help_text="Other names, one on each line."),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("client", "Client"),
                            ("former_client", "Former client"),
                            ("prospective", "Prospective client"),
                            ("adverse", "Adverse party"),
                            ("co_defendant", "Co-defendant"),
                            ("witness", "Witness"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("organisation", "Organisation")],
                        default="person",
                        max_length=12,
                    ),
                ),
                (
                    "matter",
                    firm.encryption.fields.EncryptedTextField(
                        blank=True, help_text="Such as: State v. Sample, 2019.", max_length=200
                    ),
                ),
                ("note", firm.encryption.fields.EncryptedTextField(blank=True)),
                (
                    "source",
                    models.CharField(
                        choices=[("by_hand", "Entered by hand"), ("import", "Imported"), ("request", "From a request")],
                        default="by_hand",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "request_field",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("full_name", "The sender"),
                            ("person_in_need", "The person who needs help"),
                            ("other_parties", "Someone else involved"),
                        ],
                        editable=False,
                        max_length=16,
                    ),
                ),
                (
                    "request_place",
                    models.PositiveIntegerField(editable=False, help_text="Which of those of its field.", null=True),
                ),
                (
                    "import_key",
                    models.BigIntegerField(editable=False, help_text="Digest of the line.", null=True, unique=True),
                ),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "buried_at",
                    models.DateTimeField(
                        blank=True, editable=False, help_text="When the texts were erased.", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "party",
                "verbose_name_plural": "parties",
                "ordering": ["-added_at", "-pk"],
                "default_permissions": ("view", "add", "change", "delete"),
            },
        ),
        migrations.CreateModel(
            name="PartyEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=20)),
                ("digest", models.BigIntegerField()),
                ("key_id", models.CharField(max_length=8)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("due_at", models.DateTimeField()),
                ("text", firm.encryption.fields.EncryptedTextField(max_length=500)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("told_at", models.DateTimeField(help_text="When it was sent.", null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "once",
                    models.UUIDField(
                        editable=False, help_text="A form that is sent twice has one.", null=True, unique=True
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RequestEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=20)),
                ("digest", models.BigIntegerField()),
                ("key_id", models.CharField(max_length=8)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RequestEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("corrected", "Sent again with changes"),
                            ("followed", "A later request of the same person"),
                            ("moved", "Status"),
                            ("assigned", "Assigned"),
                            ("noted", "Note"),
                            ("contact", "Contact"),
                            ("merged", "Merged"),
                            ("screened", "Ethical wall"),
                            ("unscreened", "Ethical wall removed"),
                            ("changed", "Matter changed"),
                            ("message", "Message"),
                            ("conflict", "Conflict check"),
                            ("answered", "Answer"),
                            ("reminder", "Reminder"),
                            ("appointment", "Appointment"),
                            ("held", "Legal hold"),
                            ("unheld", "Legal hold removed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("text", firm.encryption.fields.EncryptedTextField(blank=True)),
                ("values", firm.encryption.fields.EncryptedJSONField(blank=True, null=True)),
                (
                    "once",
                    models.UUIDField(
                        editable=False, help_text="A form that is sent twice has one.", null=True, unique=True
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a request",
                "ordering": ["at", "pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RetentionSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "retained_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=None,
                        help_text="Empty, because the matter goes on when the request ends, and because a criminal client’s file is kept for long: California, for one, wants it kept while the client lives (State Bar Formal Opinion 2001-157).",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(36525)],
                        verbose_name="retained",
                    ),
                ),
                (
                    "declined_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=1096,
                        help_text="Three years, in which somebody may claim that they were wrongly advised or not warned of a date (New York CPLR 214(6)).",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(36525)],
                        verbose_name="declined",
                    ),
                ),
                (
                    "referred_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=1096,
                        help_text="As declined: a referral can be faulted, too.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(36525)],
                        verbose_name="referred elsewhere",
                    ),
                ),
                (
                    "not_reached_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=365,
                        help_text="No advice was given. A year, since people call back late.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(36525)],
                        verbose_name="did not reach",
                    ),
                ),
                (
                    "conflict_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=1096,
                        help_text="As declined, to show what was and was not learnt (ABA Model Rule 1.18). For later checks, digests of the names stay when the request is erased.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(36525)],
                        verbose_name="conflict of interest",
                    ),
                ),
                (
                    "merged_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=None,
                        help_text="Empty: erased together with the request that it was merged into.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(36525)],
                        verbose_name="merged into another",
                    ),
                ),
                (
                    "quarantine_days",
                    models.PositiveIntegerField(
                        blank=True,
                        default=90,
                        help_text="Counted from when it was sent. Long enough to find a person taken for a program.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(36525)],
                        verbose_name="in quarantine",
                    ),
                ),
                (
                    "consent_days",
                    models.PositiveIntegerField(
                        default=1461,
                        help_text="Four years from the last text message, in which a claim can be brought (47 U.S.C. 227 with 28 U.S.C. 1658(a)). Of an erased request whose sender was texted, this stays: a keyed digest of the number, when and to which words they agreed. No name, no number. 0: nothing stays.",
                        validators=[django.core.validators.MaxValueValidator(36525)],
                        verbose_name="consent to text messages",
                    ),
                ),
                (
                    "is_automatic",
                    models.BooleanField(
                        default=False,
                        help_text="Off until somebody who may decide it has read the periods above and ticks this.",
                        verbose_name="erase every day what is past its date",
                    ),
                ),
            ],
            options={
                "verbose_name": "retention",
            },
        ),
        migrations.CreateModel(
            name="Screen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="answertemplate",
            name="practice_area",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: for every practice area.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="firm.practiceareapage",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="attorneycalendar",
            name="attorney",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="attorneys.attorneypage",
            ),
        ),
        migrations.AddField(
            model_name="attorneycalendar",
            name="user",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="calendar",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="consultations.attorneycalendar",
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="calendar",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="absences",
                to="consultations.attorneycalendar",
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["request_id", "-id"], name="audit_by_request"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
        ),
        migrations.AddField(
            model_name="conflicthit",
            name="judged_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="consultationpage",
            name="privacy_page",
            field=models.ForeignKey(
                blank=True,
                help_text="The page that says how requests are stored; linked below the button.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="wagtailcore.page",
            ),
        ),
        migrations.AddField(
            model_name="consultationpage",
            name="social_image",
            field=models.ForeignKey(
                blank=True,
                help_text="Shown when the page is shared. 1,200 × 630 pixels or larger. Without one, the page's own picture.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="firm.firmimage",
            ),
        ),
        migrations.AddField(
            model_name="consultationrequest",
            name="assignee",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consultationrequest",
            name="attorney",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="attorneys.attorneypage",
            ),
        ),
        migrations.AddField(
            model_name="consultationrequest",
            name="follows",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="follow_ups",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="consultationrequest",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="consultationrequest",
            name="practice_area",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="firm.practiceareapage",
            ),
        ),
        migrations.AddField(
            model_name="conflicthit",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="conflict_hits",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="appointments",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddIndex(
            model_name="erasure",
            index=models.Index(condition=models.Q(("swept_at", None)), fields=["at"], name="erasure_unswept"),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["asked", "mistake", "no_person", "retention"])),
                name="erasure_reason_known",
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="request",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="hold", to="consultations.consultationrequest"
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="set_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "staff_new",
                            "staff_corrected",
                            "staff_overdue",
                            "staff_conflict",
                            "staff_chosen",
                            "staff_digest",
                            "staff_mentioned",
                            "staff_reminder",
                            "staff_undelivered",
                            "person_receipt",
                            "person_answer",
                            "person_booked",
                            "person_rebooked",
                            "person_cancelled",
                            "attorney_booked",
                            "attorney_rebooked",
                            "attorney_cancelled",
                        ],
                    )
                ),
                name="message_text_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="outgoingmessage",
            name="appointment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="consultations.appointment",
            ),
        ),
        migrations.AddField(
            model_name="outgoingmessage",
            name="request",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="party",
            name="request",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="parties",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="conflicthit",
            name="party",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="hits", to="consultations.party"
            ),
        ),
        migrations.AddField(
            model_name="partyentry",
            name="row",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="consultations.party"
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="for_user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reminders",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="set_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="requestentry",
            name="row",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="requestevent",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="requestevent",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="event",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="reminder", to="consultations.requestevent"
            ),
        ),
        migrations.AddField(
            model_name="outgoingmessage",
            name="event",
            field=models.ForeignKey(
                help_text="The line of the timeline that it is about, or whose words it holds.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="consultations.requestevent",
            ),
        ),
        migrations.AddField(
            model_name="mention",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="consultations.requestevent"
            ),
        ),
        migrations.AddField(
            model_name="screen",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="screens",
                to="consultations.consultationrequest",
            ),
        ),
        migrations.AddField(
            model_name="screen",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="attorneycalendar",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 5), ("minutes__lte", 480)), name="calendar_usual_length"
            ),
        ),
        migrations.AddConstraint(
            model_name="attorneycalendar",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("feed_digest", None), ("feed_made_at", None)),
                    models.Q(("feed_digest__isnull", False), ("feed_made_at__isnull", False)),
                    _connector="OR",
                ),
                name="calendar_feed_made_when",
            ),
        ),
        migrations.AddIndex(
            model_name="absence",
            index=models.Index(fields=["calendar", "ends_at"], name="absence_by_calendar"),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="absence_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["court", "leave", "training", "other"])), name="absence_kind_known"
            ),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["-submitted_at", "-id"], name="request_newest"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["due_at"], name="request_by_target"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["assignee", "status"], name="request_by_assignee"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["court_date", "status"], name="request_by_court_date"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(
                condition=models.Q(("conflict_state__in", ("unchecked", "open", "flagged"))),
                fields=["conflict_state", "status", "assignee"],
                name="request_conflict_to_do",
            ),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(fields=["status", "closed_at", "submitted_at", "id"], name="request_by_end"),
        ),
        migrations.AddIndex(
            model_name="consultationrequest",
            index=models.Index(
                fields=[
                    "status",
                    "first_contact_at",
                    "due_at",
                    "submitted_at",
                    "in_custody",
                    "court_date",
                    "assignee",
                    "urgency",
                    "conflict_state",
                    "practice_area",
                ],
                name="request_desk",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone__isblank", False), ("email__isblank", False), _connector="OR"),
                name="request_can_be_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("relationship", "self"), ("person_in_need__isblank", False), _connector="OR"),
                name="request_names_person_in_need",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("preferred_contact", "text"), _negated=True), ("sms_consent", True), _connector="OR"
                ),
                name="request_text_with_consent",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "new",
                            "in_review",
                            "contacted",
                            "scheduled",
                            "consulted",
                            "retained",
                            "declined",
                            "referred",
                            "not_reached",
                            "conflict",
                            "quarantine",
                            "merged",
                        ],
                    )
                ),
                name="request_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("conflict_state__in", ["unchecked", "clear", "open", "cleared", "flagged", "declined"])
                ),
                name="request_conflict_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("status", "merged")),
                    models.Q(models.Q(("status", "merged"), _negated=True), ("merged_into", None)),
                    _connector="OR",
                ),
                name="request_merged_into_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "scheduled"), _negated=True), ("scheduled_for__isnull", False), _connector="OR"
                ),
                name="request_scheduled_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("status__in", ("retained", "declined", "referred", "not_reached", "conflict", "merged")),
                    ),
                    models.Q(
                        models.Q(
                            ("status__in", ("retained", "declined", "referred", "not_reached", "conflict", "merged")),
                            _negated=True,
                        ),
                        ("closed_at", None),
                    ),
                    _connector="OR",
                ),
                name="request_closed_when",
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["calendar", "starts_at"], name="appointment_by_calendar"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["starts_at"], name="appointment_by_time"),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="appointment_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["hold", "held", "cancelled", "kept", "missed"])),
                name="appointment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["person", "video", "telephone"])), name="appointment_way_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "held"), ("way", "video"), _negated=True),
                    ("video_link__isblank", False),
                    _connector="OR",
                ),
                name="appointment_video_has_link",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hold_until__isnull", False), ("state", "hold")),
                    models.Q(models.Q(("state", "hold"), _negated=True), ("hold_until", None)),
                    _connector="OR",
                ),
                name="appointment_hold_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "held")), fields=("request",), name="appointment_held_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "hold")), fields=("request",), name="appointment_chosen_once"
            ),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["-added_at", "-id"], name="party_newest"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["role", "-added_at"], name="party_by_role"),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["client", "former_client", "prospective", "adverse", "co_defendant", "witness"])
                ),
                name="party_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["person", "organisation"])), name="party_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["by_hand", "import", "request"])), name="party_source_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(
                fields=("request", "request_field", "request_place"), name="party_once_in_request"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("source", "request"), _negated=True),
                    ("request", None),
                    ("request_place__isnull", False),
                    _connector="OR",
                ),
                name="party_of_request_placed",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("buried_at", None), ("name__isblank", False)),
                    models.Q(
                        ("aliases__isblank", True),
                        ("buried_at__isnull", False),
                        ("matter__isblank", True),
                        ("name__isblank", True),
                        ("note__isblank", True),
                        ("request", None),
                    ),
                    _connector="OR",
                ),
                name="party_named_or_buried",
            ),
        ),
        migrations.AddIndex(
            model_name="conflicthit",
            index=models.Index(fields=["request", "verdict"], name="hit_by_request"),
        ),
        migrations.AddConstraint(
            model_name="conflicthit",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["", "cleared"])), name="hit_verdict_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="conflicthit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("judged_at", None), ("verdict", "")),
                    models.Q(models.Q(("verdict", ""), _negated=True), ("judged_at__isnull", False)),
                    _connector="OR",
                ),
                name="hit_judged_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="partyentry",
            constraint=models.UniqueConstraint(fields=("digest", "row"), name="consultations_partyentry_once"),
        ),
        migrations.AddConstraint(
            model_name="requestentry",
            constraint=models.UniqueConstraint(fields=("digest", "row"), name="consultations_requestentry_once"),
        ),
        migrations.AddIndex(
            model_name="requestevent",
            index=models.Index(fields=["request", "-at"], name="event_by_request"),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["due_at", "request"], name="reminder_due"
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["for_user", "due_at"], name="reminder_by_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("text__isblank", False)), name="reminder_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("told_at", None), ("told_at__gte", models.F("due_at")), _connector="OR"),
                name="reminder_not_told_early",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmessage",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["next_attempt_at", "id"], name="message_due"
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmessage",
            index=models.Index(fields=["state", "created_at"], name="message_by_state"),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "staff_new",
                            "staff_corrected",
                            "staff_overdue",
                            "staff_conflict",
                            "staff_chosen",
                            "staff_digest",
                            "staff_mentioned",
                            "staff_reminder",
                            "staff_undelivered",
                            "person_receipt",
                            "person_answer",
                            "person_booked",
                            "person_rebooked",
                            "person_cancelled",
                            "attorney_booked",
                            "attorney_rebooked",
                            "attorney_cancelled",
                        ],
                    )
                ),
                name="message_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "sent", "dead", "skipped"])), name="message_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("address", ""),
                        (
                            "kind__in",
                            ("person_receipt", "person_answer", "person_booked", "person_rebooked", "person_cancelled"),
                        ),
                        ("request__isnull", False),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "kind__in",
                                (
                                    "person_receipt",
                                    "person_answer",
                                    "person_booked",
                                    "person_rebooked",
                                    "person_cancelled",
                                ),
                            ),
                            _negated=True,
                        ),
                        models.Q(("address", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="message_addressed",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                    _connector="OR",
                ),
                name="message_sent_when",
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(condition=models.Q(("seen_at", None)), fields=["user", "event"], name="mention_unseen"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("event", "user"), name="mention_once"),
        ),
        migrations.AddConstraint(
            model_name="screen",
            constraint=models.UniqueConstraint(fields=("user", "request"), name="screen_once"),
        ),
    ]
