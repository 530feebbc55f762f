"""The content delivery network in front of the site, where there is one."""

from firm.settings.environment import Environment, SettingError

#: What each network needs besides its name.
NEEDED = {
    "cloudflare": ("CLOUDFLARE_ZONE_ID", "CLOUDFLARE_API_TOKEN"),
    "cloudfront": ("CLOUDFRONT_DISTRIBUTION_ID",),
}


def network(env: Environment) -> dict | None:
    """Return what `firm.cdn` needs; None without one."""
    name = env.text("CDN", "").lower()
    if not name:
        return None
    if name not in NEEDED:
        raise SettingError("CDN", f"must be one of {', '.join(NEEDED)}, not {name!r}.")
    return {"name": name, **{key.lower(): env.text(key) for key in NEEDED[name]}}
