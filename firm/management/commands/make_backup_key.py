"""``make_backup_key``: the pair of keys that backups are made and opened with."""

from django.core.management.base import BaseCommand

from firm.backups.keys import PUBLIC, key_id, make_pair, read_key


class Command(BaseCommand):
    """Print a new pair. It is kept nowhere."""

    help = "Prints a new pair of keys for backups: one for the server, one to be kept away from it."

    def handle(self, *args, **options):
        """Print it, with what to do."""
        public, secret = make_pair()
        self.stdout.write(
            f"The pair {key_id(read_key(PUBLIC, public))}. It is shown this once, and kept nowhere.\n\n"
            f"On the server, in the environment. It makes backups and cannot open them:\n\n"
            f"BACKUP_RECIPIENT={public}\n\n"
            f"NOT on the server: print it, put one copy in the safe and one in another house. Without it no backup\n"
            f"opens, and whoever has it and a backup can read that. Keep FIELD_ENCRYPTION_KEYS beside it.\n\n{secret}"
        )
