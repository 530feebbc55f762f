from django.db import migrations, models
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import firm.fields
import modelcluster.fields
import phonenumber_field.modelfields
import wagtail.fields


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("firm", "0001_initial"),
    ]
    operations = [
        migrations.CreateModel(
            name="AttorneyIndexPage",
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
            ],
            options={
                "verbose_name": "attorney directory",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="AttorneyPage",
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
                    "job_title",
                    models.CharField(
                        help_text="As on a card. Example: Founding Partner.", max_length=80, verbose_name="title"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("partner", "Partner"), ("associate", "Associate"), ("of_counsel", "Of counsel")],
                        default="associate",
                        max_length=20,
                    ),
                ),
                ("summary", models.TextField(help_text="One paragraph: who this is and what they do.", max_length=500)),
                ("biography", firm.fields.BlockField("firm.blocks.story.story_blocks", blank=True)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "direct_line",
                    phonenumber_field.modelfields.PhoneNumberField(
                        blank=True,
                        help_text="With country code, or as dialled at home. Example: +1 212 555 0100. Shown as (212) 555-0100.",
                        max_length=128,
                        region=None,
                    ),
                ),
                (
                    "admissions",
                    firm.fields.BlockField(
                        "attorneys.blocks.admission_blocks", blank=True, verbose_name="bar admissions"
                    ),
                ),
                ("education", firm.fields.BlockField("attorneys.blocks.education_blocks", blank=True)),
                (
                    "matters",
                    firm.fields.BlockField(
                        "attorneys.blocks.matter_blocks", blank=True, verbose_name="representative matters"
                    ),
                ),
                (
                    "is_former",
                    models.BooleanField(
                        default=False,
                        help_text="The profile then leads to the directory; the name stays on posts.",
                        verbose_name="has left the firm",
                    ),
                ),
            ],
            options={
                "verbose_name": "attorney",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="Language",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="In English. Example: Spanish.", max_length=40, unique=True)),
                ("code", models.CharField(help_text="The BCP 47 tag. Example: es.", max_length=12, unique=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="TestimonialIndexPage",
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
            ],
            options={
                "verbose_name": "testimonial index",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="TestimonialPage",
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
                    "rating",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="One to five.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                (
                    "body",
                    wagtail.fields.RichTextField(
                        help_text="In the client's own words, with the client's written consent."
                    ),
                ),
                (
                    "attribution",
                    models.CharField(help_text="Who says it, as agreed. Example: R. M., Brooklyn.", max_length=80),
                ),
                ("date", models.DateField(default=django.utils.timezone.localdate)),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="Where it was given. Example: letter to the firm.", max_length=80
                    ),
                ),
                ("source_url", models.URLField(blank=True, verbose_name="address of the source")),
                (
                    "is_featured",
                    models.BooleanField(
                        default=False, help_text="Comes first on the home page.", verbose_name="show first"
                    ),
                ),
            ],
            options={
                "verbose_name": "testimonial",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.AddField(
            model_name="attorneyindexpage",
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
            model_name="attorneypage",
            name="office",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="attorneys",
                to="firm.office",
            ),
        ),
        migrations.AddField(
            model_name="attorneypage",
            name="portrait",
            field=models.ForeignKey(
                blank=True,
                help_text="Upright, 4 to 5, at least 720 × 900 pixels. Set the focal point on the face.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="firm.firmimage",
            ),
        ),
        migrations.AddField(
            model_name="attorneypage",
            name="practice_areas",
            field=modelcluster.fields.ParentalManyToManyField(
                blank=True, related_name="attorneys", to="firm.practiceareapage"
            ),
        ),
        migrations.AddField(
            model_name="attorneypage",
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
            model_name="attorneypage",
            name="languages",
            field=modelcluster.fields.ParentalManyToManyField(
                blank=True, related_name="attorneys", to="attorneys.language"
            ),
        ),
        migrations.AddField(
            model_name="testimonialindexpage",
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
            model_name="testimonialpage",
            name="attorney",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="testimonials",
                to="attorneys.attorneypage",
            ),
        ),
        migrations.AddField(
            model_name="testimonialpage",
            name="practice_area",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="testimonials",
                to="firm.practiceareapage",
            ),
        ),
        migrations.AddField(
            model_name="testimonialpage",
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
        migrations.AddIndex(
            model_name="testimonialpage",
            index=models.Index(fields=["-date"], name="testimonial_newest"),
        ),
        migrations.AddConstraint(
            model_name="testimonialpage",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__gte", 1), ("rating__lte", 5)), name="testimonial_rating_1_to_5"
            ),
        ),
    ]
