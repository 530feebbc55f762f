"""Asks the server in this container for an address: status 0 when it answers 200. It asks by the site's own name."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def status_of(path: str) -> int:
    """Return the status of the answer; 0 when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    try:
        connection.request("GET", path, headers={"Host": urlsplit(os.environ.get("SITE_URL", "")).netloc})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(status_of(sys.argv[1]) != 200)
