"""Builds the stored sections of the demo's home page; ``demo`` is a `firm.demo.Demo`."""

from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"


def home_section(demo, entry: dict) -> dict:
    """Return a section of the home page as a stored value."""
    kind = entry["type"]
    build = _SECTIONS.get(kind, _plain_section)
    value = build(demo, entry)
    if "intro" in entry:
        value["introduction"] = entry["intro"]
    return {"type": kind, "value": value}


def _plain_section(demo, entry: dict) -> dict:
    return {key: value for key, value in entry.items() if key not in {"type", "intro"}}


def _hero(demo, entry):
    link = demo.link(entry["primary_label"], entry["primary_target"])
    return {
        "kicker": entry["kicker"],
        "heading": entry["heading"],
        "text": entry["text"],
        "image": demo.image(entry["image"]).pk,
        "link": link,
    }


def _file_name(words: str) -> str:
    return words.lower().replace(" ", "-")


def _logo_strip(demo, entry):
    logos = []
    for logo in entry["logos"]:
        mark = demo.picture(f"Mark: {logo['name']}", PICTURES / f"mark-{_file_name(logo['name'])}.png")
        logos.append({"name": logo["name"], "image": mark.pk, "url": logo.get("link", "")})
    return {"heading": entry["heading"], "logos": logos}


def _badges(demo, entry):
    badges = []
    for badge in entry["badges"]:
        seal = demo.picture(f"Seal: {badge['label']}", PICTURES / f"seal-{_file_name(badge['label'])}.png")
        badges.append(badge | {"image": seal.pk, "valid_until": badge["valid_until"].isoformat()})
    return {"heading": entry["heading"], "badges": badges}


def _on_screen(demo, entry):
    attorney = demo.attorneys.get(entry["person"])
    return {
        "heading": entry["heading"],
        "person": attorney.title if attorney else entry["person"],
        "production": entry["production"],
        "platform": entry["platform"],
        "year": entry["year"],
        "text": entry["text"],
        "image": {"image": demo.image("skyline-screen").pk, "alt_text": "", "decorative": True},
        "profile": attorney.pk if attorney else None,
        "url": entry.get("link", ""),
    }


def _value_statement(demo, entry):
    text = demo.writer("home").prose(entry["html"])
    return {"heading": entry["heading"], "text": text, "link": demo.link(entry["label"], entry["target"])}


def _call_to_action(demo, entry):
    link = demo.link(entry["label"], entry["target"])
    return {"heading": entry["heading"], "text": entry.get("text", ""), "link": link}


def _case_results(demo, entry):
    results = []
    for result in entry["results"]:
        area = demo.practice_areas.get(result.get("practice_area", ""))
        results.append(result | {"practice_area": area.pk if area else None})
    return {"heading": entry["heading"], "results": results}


def _faq(demo, entry):
    return {"heading": entry["heading"], "items": demo.writer("home").questions(entry["items"])}


def _statistics(demo, entry):
    items = []
    for item in entry["items"]:
        as_of = item.get("as_of")
        items.append(item | {"as_of": as_of.isoformat() if as_of else None})
    return {"heading": entry["heading"], "items": items}


_SECTIONS = {
    "hero": _hero,
    "logo_strip": _logo_strip,
    "badges": _badges,
    "on_screen": _on_screen,
    "value_statement": _value_statement,
    "call_to_action": _call_to_action,
    "case_results": _case_results,
    "faq": _faq,
    "statistics": _statistics,
}
