"""Ten years of posts and requests against a small site: every kind of public page, every list of the staff."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from bench import demo_site
from bench.asking import Asked, asked
from bench.demo_site import ROOT, DemoSite
from bench.measuring import Options, in_turns, median_ratio, rounded, say
from bench.memory import MEGABYTE
from bench.table import CannotMeasure, Figure, not_measured

TITLE = "many posts and requests"
MOST_RATIO = 1.3
#: Milliseconds below which two times are alike whatever their ratio: the clock and the machine differ as much.
NOISE = 1.0
#: Milliseconds from which an address is asked for once on each side: more answers would take hours.
SLOW = 5000.0
#: Growth of the process's memory that is still flat: as much as two reads of the same address differ by.
MOST_GROWTH = 1.3
LIST = "/admin/consultations/"
PUBLIC = {
    "home": "/",
    "practice areas": "/practice-areas/",
    "practice area": "/practice-areas/federal-crimes/",
    "directory": "/attorneys/",
    "profile": "/attorneys/todd-spodek/",
    "testimonials": "/testimonials/",
    "testimonial": "/testimonials/family-in-the-room/",
    "blog": "/blog/",
    "blog, second page": "/blog/?page=2",
    "category": "/blog/category/courts-and-procedure/",
    "tag": "/blog/tag/bail/",
    "archive": "/blog/archive/2024/",
    "post": demo_site.POST,
    "synthetic post": "/blog/synthetic-7/",
    "RSS": "/blog/feed/",
    "standard page": "/about/",
    "contact": "/contact/",
    "consultation form": "/free-consultation/",
    "search": "/search/?q=bail",
    "search, a word of every post": "/search/?q=procedure",
    "search, another spelling": "/search/?q=procedrue",
    "sitemap": "/sitemap.xml",
}
STAFF = {
    "dashboard": "/admin/",
    "queue": LIST,
    **{
        f"queue, {name}": f"{LIST}?set={name}"
        for name in ("mine", "unassigned", "overdue", "custody", "court", "quarantine", "closed", "all")
    },
    "queue, all, second page": f"{LIST}?set=all&p=2",
    "queue by status": f"{LIST}?status=retained",
    "queue of nobody": f"{LIST}?assignee=none",
    "queue by area": f"{LIST}?practice_area=federal-crimes&set=all",
    "queue by conflict": f"{LIST}?conflict=declined",
    "search for a name": f"{LIST}?q=synthetic+77",
    "search for a number": f"{LIST}?q=212-555-0142",
    "search for an address": f"{LIST}?q=person-47@example.com",
    "trail": f"{LIST}trail/",
    "undelivered mail": f"{LIST}messages/",
    "figures": f"{LIST}figures/",
    "retention": f"{LIST}retention/",
    "known parties": "/admin/parties/",
    "appointments": "/admin/appointments/",
    "pages of the blog": "/admin/pages/{blog}/",
    "search for a page": "/admin/pages/search/?q=synthetic",
    "images": "/admin/images/",
}
#: Who asks for the staff's lists: one who may do the whole intake, and the owner for the rest.
BY = {"/admin/pages/": "owner", "/admin/images/": "owner"}
USUAL = "intake_manager"


def measure(options: Options) -> Iterator[Figure]:
    """Yield a line for each kind of page and list, and one for the memory."""
    small, large = sites(options)
    with ExitStack() as stack:
        sides = {}
        for name, site in (("small", small), ("large", large)):
            site.prepare()
            entered = asked("firm.wsgi:application", cwd=ROOT, env=site.environment, log=site.folder / "asked.log")
            sides[name] = stack.enter_context(entered)
        before = {name: site.memory()["pss"] for name, site in sides.items()}
        found = [_line(name, address, sides, options) for name, address in {**PUBLIC, **STAFF}.items()]
        after = {name: site.memory() for name, site in sides.items()}
    judged = [one for one in found if one.is_met is not None]
    slower = [one.what.removeprefix("scale, ") for one in judged if not one.is_met]
    size = f"{large.posts:,} posts and {large.requests:,} requests against {small.posts:,} and {small.requests:,}"
    yield Figure(
        "scale", f"{TITLE}: {size}", f"each ≤ {MOST_RATIO} times", f"{len(judged) - len(slower)} of {len(found)}",
        len(judged) == len(found) and not slower, "the lines below, SQLite, within the process, nothing kept",
    )  # fmt: skip
    yield from found
    growth = after["large"]["peak"] / after["small"]["peak"]
    yield Figure(
        "scale", "scale, memory of a server process after all of these", "flat",
        f"{after['large']['peak'] / MEGABYTE:.0f} MB against {after['small']['peak'] / MEGABYTE:.0f} MB",
        growth <= MOST_GROWTH,
        f"the most it held (RSS); before, PSS {before['large'] / MEGABYTE:.0f} and {before['small'] / MEGABYTE:.0f} MB,"
        f" after {after['large']['pss'] / MEGABYTE:.0f} and {after['small']['pss'] / MEGABYTE:.0f} MB",
    )  # fmt: skip


def sites(options: Options) -> tuple[DemoSite, DemoSite]:
    """Return the small site and the large one; each is made once and kept."""
    return tuple(
        DemoSite(options.folder / f"scale-{posts}-{requests}", options.port + offset, posts, requests)
        for posts, requests, offset in (
            (options.small_posts, options.small_requests, 10),
            (options.posts, options.requests, 11),
        )
    )


def _line(name: str, address: str, sides: dict[str, Asked], options: Options) -> Figure:
    say(f"scale: {name}")
    who = next((user for start, user in BY.items() if address.startswith(start)), USUAL)
    try:
        for site in sides.values():
            site.enter(who if address.startswith("/admin/") else "")
        own = {side: _unkept(_with_numbers(address, site)) for side, site in sides.items()}
        busy: dict[str, list[float]] = {side: [] for side in sides}
        is_slow = sides["large"].times(own["large"], 1)["wall"][0] > SLOW
        turns, times = (1, 1) if is_slow else (options.turns, max(2, options.asked // 8))

        def milliseconds(side: str) -> float:
            answers = sides[side].times(own[side], times)
            busy[side].append(min(answers["processor"]))
            return statistics.median(answers["wall"])

        found = in_turns(turns, {side: lambda side=side: milliseconds(side) for side in sides}, warm=not is_slow)
    except CannotMeasure as reason:
        return not_measured("scale", f"scale, {name}", str(reason))
    small, large = (statistics.median(found[side]) for side in ("small", "large"))
    ratio = median_ratio(found["large"], found["small"])
    is_met = ratio <= MOST_RATIO or large - small < NOISE
    goal = f"≤ {MOST_RATIO} times"
    note = _note(large, small, busy) + ("; asked once each" if is_slow else "")
    return Figure("scale", f"scale, {name}", goal, f"{rounded(ratio)} times", is_met, note)


def _note(large: float, small: float, busy: dict[str, list[float]]) -> str:
    """Say the times, and the processor's, which other work on the machine disturbs less."""
    processor = {side: rounded(min(found)) for side, found in busy.items()}
    return (
        f"{rounded(large)} ms against {rounded(small)} ms;"
        f" the processor at best {processor['large']} against {processor['small']} ms"
    )


def _with_numbers(address: str, site: Asked) -> str:
    """Fill in what differs from database to database: the number of the blog's index page."""
    if "{blog}" not in address:
        return address
    return address.replace("{blog}", str(site.number_of("wagtailcore.Page", {"slug": "blog", "depth": 3})))


def _unkept(address: str) -> str:
    """Add a parameter that no page knows, so that a public page is made each time."""
    if address.startswith("/admin/"):
        return address
    return f"{address}{'&' if '?' in address else '?'}unkept=1"
