"""The forms with which staff upload pictures and documents."""

from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from firm.uploads.validation import check_document, cleaned_image


class ImageForm(BaseImageForm):
    """Re-encodes new pictures, which removes all metadata."""

    def clean_file(self):
        file = self.cleaned_data.get("file")
        return cleaned_image(file) if file and "file" in self.changed_data else file


class DocumentForm(BaseDocumentForm):
    """Refuses a document whose content does not match its file name."""

    def clean_file(self):
        file = self.cleaned_data.get("file")
        if file and "file" in self.changed_data:
            check_document(file)
        return file
