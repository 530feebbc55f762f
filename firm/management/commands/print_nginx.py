"""What nginx has to know of the site's settings."""

from django.core.management.base import BaseCommand

from firm.standard_headers import digest, site_headers


class Command(BaseCommand):
    """Print an include for ``deploy/nginx/firm.conf``."""

    help = "Prints the headers of the site as an include for nginx; needed again at every release."

    def handle(self, *args, **options):
        """Print the set's name, by which alone nginx finds pages that go with it, and a line for each header."""
        self.stdout.write("# Made by `manage.py print_nginx`: the headers of every public page and file.")
        self.stdout.write(f"set $page_headers {digest()};")
        for name, value in site_headers():
            self.stdout.write(f'add_header {name} "{_quoted(value)}" always;')


def _quoted(value: str) -> str:
    """Return a value as it stands between nginx's quotation marks, where a dollar sign would name a variable."""
    if "$" in value or "\n" in value:
        raise ValueError("nginx cannot send a header with a dollar sign or a line break.")
    return value.replace("\\", "\\\\").replace('"', '\\"')
