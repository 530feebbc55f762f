"""The two sites that stand beside each other, and the pages they are compared by."""

from bench import demo_site, plain_site
from bench.demo_site import DemoSite
from bench.measuring import Options
from bench.plain_site import PlainSite

#: The pages by name: their address here, and on the plain site.
PAGES = {"post": (demo_site.POST, plain_site.POST), "home": ("/", "/")}


def ours(options: Options) -> DemoSite:
    """Return the site with its demo and nothing more."""
    return DemoSite(options.folder / "site", options.port)


def plain(options: Options) -> PlainSite:
    """Return the plain site of the same content."""
    return PlainSite(options.folder / "plain", options.port + 1, ours(options))
