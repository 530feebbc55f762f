"""Media blocks: pictures, videos as a poster with a link, documents to download."""

from wagtail import blocks
from wagtail.images import get_image_model

from firm.blocks import PREVIEWS
from firm.pages.prefetch import FetchedDocumentChooserBlock, FetchedImageBlock, FetchedImageChooserBlock


class ImageBlock(blocks.StructBlock):
    image = FetchedImageBlock()
    caption = blocks.CharBlock(required=False, max_length=250)

    def get_preview_value(self):
        """Preview the newest picture of the library."""
        newest = get_image_model().objects.order_by("-pk").first()
        image = {"image": newest.pk, "alt_text": "", "decorative": True} if newest else None
        return self.to_python({"image": image, "caption": "The caption appears below the picture."})

    class Meta:
        icon = "image"
        template = "blocks/image.html"
        label_format = "{caption}"
        description = "A picture with a caption."
        image_role = "inline"


class VideoBlock(blocks.StructBlock):
    """A video poster that links to the player: nothing is loaded from the provider before a click."""

    title = blocks.CharBlock(max_length=120)
    poster = FetchedImageChooserBlock(required=False, help_text="A still picture, at least 1,200 pixels wide.")
    url = blocks.URLBlock(label="Address of the video")
    duration = blocks.CharBlock(required=False, max_length=20, help_text="Example: 4 min.")
    summary = blocks.TextBlock(required=False, rows=2, help_text="What is said, for those who cannot watch.")

    class Meta:
        icon = "media"
        template = "blocks/video.html"
        label_format = "{title}"
        description = "A still picture that links to a video elsewhere."
        image_role = "lead"
        preview_value = PREVIEWS["VideoBlock"]


class DocumentBlock(blocks.StructBlock):
    document = FetchedDocumentChooserBlock()
    title = blocks.CharBlock(required=False, max_length=120, help_text="Leave empty for the document's own title.")
    description = blocks.CharBlock(required=False, max_length=200)

    class Meta:
        icon = "doc-full"
        template = "blocks/document.html"
        label_format = "{title}"
        description = "A file to download, with its type and size."
