"""The forms with which staff add pictures and documents to the library."""

from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from firm.uploads.validation import check_document, cleaned_image


class ImageForm(BaseImageForm):
    """Keeps a picture as it looks, and nothing else of its file."""

    def clean_file(self):
        """Return the new file drawn anew; the one that is there already stays as it is."""
        file = self.cleaned_data.get("file")
        return cleaned_image(file) if file and "file" in self.changed_data else file


class DocumentForm(BaseDocumentForm):
    """Takes a document whose content is what its name says."""

    def clean_file(self):
        """Return the file, once it has been looked into."""
        file = self.cleaned_data.get("file")
        if file and "file" in self.changed_data:
            check_document(file)
        return file
