"""Backups of the whole installation: one `age` file around a `tar`, which standard tools open (docs/backup.md).

`age` is the encryption, `archive` what is in the file, `database` the copy of the database and the way back,
`destinations` where files lie. `making` and `restoring` are the two directions, `drill` tries each nightly backup out,
`nightly` runs that by the clock and says how backups are doing, `registry` has what other apps add.
"""
