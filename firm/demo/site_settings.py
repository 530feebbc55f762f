"""Creates the demo's site settings; ``demo`` is a `firm.demo.Demo`."""

from pathlib import Path

from wagtail.models import Page, Site

from firm.models import FirmSettings, Office

PICTURES = Path(__file__).parent / "pictures"


def save_settings(demo, texts: dict) -> None:
    """Create the settings of the default site with its offices, unless it has some."""
    site = Site.objects.get(is_default_site=True)
    if FirmSettings.objects.filter(site=site).exists():
        return
    closing = texts["closing_call"]
    settings = FirmSettings(
        site=site,
        firm_name=texts["firm_name"],
        tagline=texts["tagline"],
        description=texts["description"],
        phone=texts["phone"],
        availability_label=texts["availability_label"],
        consultation_page=Page.objects.child_of(demo.home).filter(slug="free-consultation").first(),
        consultation_label=texts["consultation_label"],
        header_nav=_links(demo, texts["header_navigation"][:6]),
        footer_nav=[_column(demo, group) for group in texts["footer_navigation"]],
        legal_nav=_links(demo, texts["legal_links"]),
        closing_heading=closing["heading"],
        closing_text=closing["text"],
        closing_label=closing["label"],
        advertising_label=texts["attorney_advertising"],
        results_disclaimer=texts["results_disclaimer"],
        site_disclaimer=texts["site_disclaimer"],
        article_disclaimer=texts["not_legal_advice"],
        default_social_image=demo.picture("Artwork: sharing", PICTURES / "sharing.jpg"),
    )
    for order, office in enumerate(texts["offices"]):
        settings.offices.add(_office(demo, office, order))
    settings.save()


def _links(demo, entries: list[dict]) -> list[dict]:
    return [{"type": "link", "value": demo.link(entry["label"], entry["path"])} for entry in entries]


def _column(demo, group: dict) -> dict:
    links = [demo.link(entry["label"], entry["path"]) for entry in group["links"]]
    return {"type": "group", "value": {"heading": group["heading"], "links": links}}


def _office(demo, texts: dict, order: int) -> Office:
    hours = [
        {"type": "hours", "value": {"days": line["days"], "opens": line["opens"], "closes": line["closes"]}}
        for line in texts["hours"]
    ]
    return Office(
        sort_order=order,
        name=texts["name"],
        street="\n".join(texts["address_lines"]),
        city=texts["city"],
        region=texts["region"],
        postal_code=texts["postal_code"],
        country=texts["country"],
        hours=hours,
        hours_note=texts["hours_note"],
        directions=texts["directions"],
        map_image=demo.picture("Artwork: map", PICTURES / "map.jpg"),
        map_url=texts.get("map_link", ""),
    )
