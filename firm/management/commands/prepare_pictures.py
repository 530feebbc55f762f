"""Creates the missing sizes of the pictures of all published pages; otherwise the worker does it on publishing."""

from django.core.management.base import BaseCommand
from wagtail.models import Page

from firm.models import FirmSettings
from firm.tasks import prepare_wanted, wanted_pictures


class Command(BaseCommand):
    """For use after a change of ``firm/pages/renditions.py``, or a restore without renditions."""

    help = "Makes the missing sizes of all pictures that published pages show."

    def handle(self, *args, **options):
        made = sum(prepare_wanted(wanted_pictures(page)) for page in Page.objects.live().specific())
        made += sum(prepare_wanted(wanted_pictures(settings)) for settings in FirmSettings.objects.all())
        if options["verbosity"]:
            self.stdout.write(f"Made pictures of {made} images.")
