"""Ten years of posts and requests against a small site: the public pages, the lists of the blog and of the queue."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from bench import demo_site
from bench.asking import Asked, asked
from bench.demo_site import ROOT, DemoSite
from bench.measuring import Options, in_turns, median_ratio, rounded, say
from bench.table import CannotMeasure, Figure, not_measured

TITLE = "many posts and requests"
MOST_RATIO = 1.3
#: Milliseconds that a list may take on the large site.
MOST_MILLISECONDS = 150
QUEUE = "/admin/consultations/"
#: Pages that must not be slower on the large site.
PAGES = {
    "home": "/",
    "post": demo_site.POST,
    "synthetic post": "/blog/synthetic-7/",
    "consultation form": "/free-consultation/",
}
#: Lists, which count what they are of.
LISTS = {
    "blog": "/blog/",
    "blog, last page": "/blog/?page=99999",
    "category": "/blog/category/courts-and-procedure/",
    "tag": "/blog/tag/synthetic-tag-3/",
    "archive": "/blog/archive/2024/",
    "practice area": "/practice-areas/federal-crimes/",
    "profile": "/attorneys/todd-spodek/",
    "RSS": "/blog/feed/",
    "search, a word of every post": "/search/?q=procedure",
    "queue": QUEUE,
    "queue, all": f"{QUEUE}?set=all",
    "queue, all, last page": f"{QUEUE}?set=all&p=99999",
    "queue, all, by court date": f"{QUEUE}?set=all&ordering=court_date",
    "queue by status": f"{QUEUE}?status=declined",
    "search for a name": f"{QUEUE}?q=hugo+baldun",
    "known parties": "/admin/parties/",
}


def measure(options: Options) -> Iterator[Figure]:
    """Yield a line for each page and each list."""
    with ExitStack() as stack:
        sides = {}
        for name, site in sites(options).items():
            site.prepare()
            entered = asked("firm.wsgi:application", cwd=ROOT, env=site.environment, log=site.folder / "asked.log")
            sides[name] = stack.enter_context(entered)
        for name, address in {**PAGES, **LISTS}.items():
            say(f"scale: {name}")
            try:
                yield _line(name, address, sides, options)
            except CannotMeasure as reason:
                yield not_measured("scale", f"scale, {name}", str(reason))


def sites(options: Options) -> dict[str, DemoSite]:
    """Return the small site and the large one; each is made once and reused by the next run."""
    sizes = {
        "small": (options.small_posts, options.small_requests),
        "large": (options.posts, options.requests),
    }
    return {
        name: DemoSite(options.folder / f"scale-{posts}-{requests}", options.port + offset, posts, requests)
        for offset, (name, (posts, requests)) in enumerate(sizes.items(), 10)
    }


def _line(name: str, address: str, sides: dict[str, Asked], options: Options) -> Figure:
    is_public = not address.startswith("/admin/")
    if is_public:  # a parameter that no page knows, so that the page is made each time
        address += f"{'&' if '?' in address else '?'}uncached=1"
    for side in sides.values():
        side.enter("" if is_public else "intake_manager")
    times = max(2, options.asked // 8)
    found = in_turns(
        options.turns,
        {side: lambda side=side: statistics.median(sides[side].times(address, times)["wall"]) for side in sides},
    )
    small, large = (statistics.median(found[side]) for side in ("small", "large"))
    ratio = median_ratio(found["large"], found["small"])
    note = f"{rounded(large)} ms against {rounded(small)} ms; SQLite, within the process, nothing cached"
    if name in PAGES:
        return Figure(
            "scale", f"scale, {name}", f"≤ {MOST_RATIO} times", f"{rounded(ratio)} times", ratio <= MOST_RATIO, note
        )
    goal, is_met = f"≤ {MOST_MILLISECONDS} ms", large <= MOST_MILLISECONDS
    return Figure("scale", f"scale, {name}", goal, f"{rounded(large)} ms", is_met, note)
