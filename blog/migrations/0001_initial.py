from django.db import migrations, models
import django.db.models.deletion
import django.utils.timezone
import firm.fields
import modelcluster.contrib.taggit
import modelcluster.fields
import modelsearch.index
import wagtail.contrib.routable_page.models


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("attorneys", "0001_initial"),
        ("firm", "0001_initial"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]
    operations = [
        migrations.CreateModel(
            name="BlogIndexPage",
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
                "verbose_name": "blog index",
            },
            bases=(wagtail.contrib.routable_page.models.RoutablePageMixin, "wagtailcore.page"),
        ),
        migrations.CreateModel(
            name="BlogPostPage",
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
                    "date",
                    models.DateField(
                        db_index=True,
                        default=django.utils.timezone.localdate,
                        help_text="The date printed on the post.",
                    ),
                ),
                (
                    "summary",
                    models.CharField(help_text="One or two sentences, shown in lists and in results.", max_length=250),
                ),
                ("body", firm.fields.BlockField("firm.blocks.story.story_blocks")),
                (
                    "reviewed_on",
                    models.DateField(
                        blank=True,
                        help_text="When an attorney last checked the law in it.",
                        null=True,
                        verbose_name="last legal review",
                    ),
                ),
                ("social_card", models.CharField(blank=True, editable=False, max_length=120)),
            ],
            options={
                "verbose_name": "blog post",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                (
                    "slug",
                    models.SlugField(help_text="In the address: /blog/category/<slug>/.", max_length=60, unique=True),
                ),
                (
                    "description",
                    models.CharField(blank=True, help_text="Shown above the category's posts.", max_length=200),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ["name"],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="PostAuthor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "author",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PostTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StaffAuthor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("role", models.CharField(blank=True, help_text="Example: Editor.", max_length=80)),
                ("bio", models.TextField(blank=True, max_length=400)),
            ],
            options={
                "verbose_name": "staff author",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="blogindexpage",
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
            model_name="blogpostpage",
            name="image",
            field=models.ForeignKey(
                blank=True,
                help_text="At least 1,200 × 800 pixels. Without one, the picture for sharing is drawn from the title.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="firm.firmimage",
                verbose_name="lead picture",
            ),
        ),
        migrations.AddField(
            model_name="blogpostpage",
            name="practice_areas",
            field=modelcluster.fields.ParentalManyToManyField(
                blank=True,
                help_text="The post is shown on these pages.",
                related_name="posts",
                to="firm.practiceareapage",
            ),
        ),
        migrations.AddField(
            model_name="blogpostpage",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="attorneys.attorneypage",
            ),
        ),
        migrations.AddField(
            model_name="blogpostpage",
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
            model_name="blogpostpage",
            name="category",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="posts",
                to="blog.category",
            ),
        ),
        migrations.AddField(
            model_name="postauthor",
            name="attorney",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bylines",
                to="attorneys.attorneypage",
            ),
        ),
        migrations.AddField(
            model_name="postauthor",
            name="post",
            field=modelcluster.fields.ParentalKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="authors", to="blog.blogpostpage"
            ),
        ),
        migrations.AddField(
            model_name="posttag",
            name="content_object",
            field=modelcluster.fields.ParentalKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tagged_items", to="blog.blogpostpage"
            ),
        ),
        migrations.AddField(
            model_name="posttag",
            name="tag",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(app_label)s_%(class)s_items",
                to="taggit.tag",
            ),
        ),
        migrations.AddField(
            model_name="blogpostpage",
            name="tags",
            field=modelcluster.contrib.taggit.ClusterTaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                through="blog.PostTag",
                to="taggit.Tag",
                verbose_name="Tags",
            ),
        ),
        migrations.AddField(
            model_name="staffauthor",
            name="portrait",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="firm.firmimage",
            ),
        ),
        migrations.AddField(
            model_name="postauthor",
            name="staff",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bylines",
                to="blog.staffauthor",
            ),
        ),
        migrations.AddIndex(
            model_name="blogpostpage",
            index=models.Index(fields=["category", "date"], name="post_by_category"),
        ),
        migrations.AddConstraint(
            model_name="postauthor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attorney__isnull", False), ("staff__isnull", True)),
                    models.Q(("attorney__isnull", True), ("staff__isnull", False)),
                    _connector="OR",
                ),
                name="post_author_attorney_or_staff",
            ),
        ),
    ]
