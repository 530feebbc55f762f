"""Backups of the whole installation: one encrypted file, made while the site runs, verified, and tried out each night.

`keys` and `sealed_file` are the encryption, `sections` what is inside; `columns`, `snapshot`, `contents` read an
installation, `writing` and `checking` make and check a file, `places` is where files lie, `loading` and `restoring`
bring an installation back, `drill` and `nightly` prove each night that it would work, `state` says how things stand.
"""
