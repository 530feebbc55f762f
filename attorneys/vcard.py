"""An attorney's contact as a vCard 4.0 (RFC 6350)."""


def vcard(attorney, site_context) -> str:
    """Return the card with CRLF line ends; lines longer than 75 octets are folded (section 3.2)."""
    parts = attorney.name_parts
    office = attorney.office or next(iter(site_context.offices), None)
    phone = attorney.direct_line or site_context.settings.phone
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"FN:{_escape(attorney.title)}",
        f"N:{_escape(parts.family)};{_escape(parts.given)};;;{_escape(parts.suffix)}",
        f"ORG:{_escape(site_context.settings.firm_name)}",
        f"TITLE:{_escape(attorney.job_title)}",
        f'TEL;VALUE=uri;TYPE="work,voice":tel:{phone.as_e164}' if phone else "",
        f"EMAIL;TYPE=work:{_escape(attorney.email)}" if attorney.email else "",
        _address(office) if office else "",
        f"URL:{site_context.root_url}{attorney.get_url(site_context.request)}",
        "END:VCARD",
    ]
    return "".join(_fold(line) + "\r\n" for line in lines if line)


def _address(office) -> str:
    parts = [
        "",
        "",
        ", ".join(office.street.splitlines()),
        office.city,
        office.region,
        office.postal_code,
        office.country,
    ]
    return "ADR;TYPE=work:" + ";".join(_escape(part) for part in parts)


def _escape(text: str) -> str:
    """Escape a value (section 3.4); whitespace becomes spaces, other control characters are removed."""
    text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    text = text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
    text = "".join(" " if character.isspace() else character for character in text)
    return "".join(character for character in text if character.isprintable())


def _fold(line: str) -> str:
    """Break a line into pieces of at most 75 octets without splitting a character."""
    pieces, current = [], ""
    for character in line:
        limit = 75 if not pieces else 74
        if len((current + character).encode()) > limit:
            pieces.append(current)
            current = ""
        current += character
    pieces.append(current)
    return "\r\n ".join(pieces)
