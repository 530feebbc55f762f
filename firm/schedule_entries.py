"""What the worker does for this app by the clock, besides what `firm.schedule` itself does."""

from firm.backups import nightly
from firm.schedule import every

every(60, "make the nightly backup", nightly.run_due, alone=True)
every(3600, "tell owners of backups that fail", nightly.tell_owners)
