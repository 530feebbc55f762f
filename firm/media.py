"""Uploads: which of them anybody may see, and their addresses wherever they are kept."""

from functools import lru_cache
from urllib.parse import urljoin

#: Folders of pictures that pages show. Nothing else has a public address, documents least of all.
PUBLIC = ("images/", "original_images/", "social/")
#: What is changed gets another address, so whoever has a file never has to ask for it again.
LASTING = "public, max-age=31536000, immutable"


def is_public(name: str) -> bool:
    """True for a storage name that anybody may fetch."""
    return name.startswith(PUBLIC) and ".." not in name.split("/")


@lru_cache(maxsize=4096)
def lasting_address(storage, name: str) -> str:
    """Return the address of a public file that is never changed: a page shows dozens, and each is asked for often."""
    return storage.url(name)


def absolute_address(root_url: str, storage, name: str) -> str:
    """Return a public file's address with scheme and host, for those who fetch it from elsewhere."""
    return urljoin(f"{root_url}/", storage.url(name))
