"""Uploads: which are public, and their URLs in any storage."""

from functools import lru_cache
from urllib.parse import urljoin

#: Folders of pictures that pages show. Nothing else has a public URL, least of all documents.
PUBLIC = ("images/", "original_images/", "social/")
#: A changed file gets another URL, so a cached file is never checked again.
LASTING = "public, max-age=31536000, immutable"


def is_public(name: str) -> bool:
    """Whether anybody may fetch the file of this storage name."""
    return name.startswith(PUBLIC) and ".." not in name.split("/")


@lru_cache(maxsize=4096)
def lasting_address(storage, name: str) -> str:
    """Return the URL of a public file, cached: a page shows dozens of them."""
    return storage.url(name)


def absolute_address(root_url: str, storage, name: str) -> str:
    """Return a public file's absolute URL."""
    return urljoin(f"{root_url}/", storage.url(name))
