"""``make_backup_key``: the pair of keys that backups are made and opened with; `age-keygen` makes the same."""

from django.core.management.base import BaseCommand
from pyrage.x25519 import Identity


class Command(BaseCommand):
    help = "Prints a new pair of keys for backups: one for the server, one to store away from it."

    def handle(self, *args, **options):
        identity = Identity.generate()
        self.stdout.write(
            "# It is shown this once, and stored nowhere. On the server, in the environment, to make backups (it\n"
            "# cannot open them):\n"
            f"# BACKUP_RECIPIENT={identity.to_public()}\n"
            "#\n"
            "# NOT on the server: print it, put one copy in the safe and one in another house. Without it no backup\n"
            "# opens; who has it and a backup can read that. Keep FIELD_ENCRYPTION_KEYS beside it.\n"
            f"{identity}"
        )
