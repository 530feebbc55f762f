"""Make the pictures of all published pages in all sizes, at once instead of one by one in the worker."""

from django.core.management.base import BaseCommand
from wagtail.models import Page

from firm.models import FirmSettings
from firm.tasks import prepare_wanted, wanted_pictures


class Command(BaseCommand):
    """Useful after a change of the sizes in ``firm/pages/renditions.py``, or after a restore without renditions."""

    help = "Makes the missing sizes of all pictures that published pages show."

    def handle(self, *args, **options):
        """Go through the pages; what is ready already costs nothing."""
        made = sum(prepare_wanted(wanted_pictures(page)) for page in Page.objects.live().specific())
        made += sum(prepare_wanted(wanted_pictures(settings)) for settings in FirmSettings.objects.all())
        if options["verbosity"]:
            self.stdout.write(f"Made pictures of {made} images.")
