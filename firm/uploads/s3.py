"""Uploads in S3-compatible storage. Loaded only where ``S3_BUCKET`` is set: it needs ``requirements-servers.txt``."""

from botocore.config import Config
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from firm.media import LASTING, is_public

#: The lifetime in seconds of a link to anything but a public picture.
LINK_LASTS = 60


class Bucket(S3Storage):
    """Pictures have a permanent public URL below ``public_url``; all else is private, with signed links for a minute.

    Pictures are readable by the bucket's policy, never by an ACL on an object (docs/operations.md).
    """

    def __init__(self, *, public_url: str, **settings) -> None:
        self.public_url = public_url.rstrip("/")
        # A hanging storage must not block all threads of a server. Trailing checksums work on AWS only.
        client_config = Config(
            connect_timeout=5,
            read_timeout=20,
            retries={"total_max_attempts": 3, "mode": "standard"},
            signature_version="s3v4",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if settings.get("endpoint_url") else "virtual"},
        )
        super().__init__(
            file_overwrite=False,
            querystring_auth=True,
            querystring_expire=LINK_LASTS,
            client_config=client_config,
            **settings,
        )

    def url(self, name, parameters=None, expire=None, http_method=None) -> str:
        """Return the public URL of a picture, or a signed link to anything else."""
        if is_public(clean_name(name)):
            return f"{self.public_url}/{filepath_to_uri(clean_name(name))}"
        return super().url(name, parameters, expire, http_method)

    def get_object_parameters(self, name) -> dict:
        return {"CacheControl": LASTING if is_public(name) else "private, no-store"}
