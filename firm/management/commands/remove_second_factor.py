"""Takes an account's second factors away: the last owner's way back."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from firm.accounts.factors import remove_all


class Command(BaseCommand):
    help = "Remove an account's second factors, recovery codes and sessions. It sets up new ones at its next sign-in."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *, username: str, **options):
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError("There is no account of that name.")
        count = remove_all(user)
        self.stdout.write(f"Removed: {count}. The account sets up a new second step when it next signs in.")
