"""The content delivery network in front of the site, where there is one."""

from firm.settings.environment import Environment, SettingError

#: Wagtail's backend of each network, and the variables that fill in its options.
BACKENDS = {
    "cloudflare": "firm.page_cache.cdn.CloudflareByTag",
    "cloudfront": "wagtail.contrib.frontend_cache.backends.CloudfrontBackend",
}
NEEDED = {
    "cloudflare": {"ZONEID": "CLOUDFLARE_ZONE_ID", "BEARER_TOKEN": "CLOUDFLARE_API_TOKEN"},
    "cloudfront": {"DISTRIBUTION_ID": "CLOUDFRONT_DISTRIBUTION_ID"},
}


def frontend_caches(env: Environment) -> dict[str, dict]:
    """Return the setting ``WAGTAILFRONTENDCACHE``; empty without a network."""
    name = env.text("CDN", "").lower()
    if not name:
        return {}
    if name not in BACKENDS:
        raise SettingError("CDN", f"must be one of {', '.join(BACKENDS)}, not {name!r}.")
    return {name: {"BACKEND": BACKENDS[name]} | {option: env.text(key) for option, key in NEEDED[name].items()}}
