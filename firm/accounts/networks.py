"""What is stored of addresses and browsers: enough to recognize one's own sessions, too little to track anybody."""

import ipaddress
import re

#: The part of an address that one office or provider's neighbourhood shares (IPv6: RFC 6177).
IPV4_BITS, IPV6_BITS = 24, 64
_BROWSERS = (
    ("Edge", r"Edg(?:A|iOS|e)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS|Chromium)/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


def network_of(address: str, *, ipv4_bits: int = IPV4_BITS, ipv6_bits: int = IPV6_BITS) -> str:
    """Return the network of an address, such as ``203.0.113.0/24``; nothing for what is no address."""
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ipaddress.ip_network((int(ip), ipv4_bits if ip.version == 4 else ipv6_bits), strict=False))


def browser_of(header: str) -> str:
    """Return a browser in plain words, such as “Firefox on Windows”, from its ``User-Agent``."""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, header)), "A browser")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, header)), "")
    return f"{browser} on {system}" if system else browser
