"""The directory's filters: pure functions of the attorneys and the query string."""

from urllib.parse import urlencode

FILTERS = ("practice_area", "role", "language", "office")


class Directory:
    """Attorneys, filtered by the query string. Unknown filter values are ignored."""

    def __init__(self, attorneys: list, offices: list, query, roles) -> None:
        self.everyone = attorneys
        self.options = _options(attorneys, offices, roles)
        asked = {name: query.get(name, "") for name in FILTERS}
        self.chosen = {name: key for name, key in asked.items() if key in self.options[name]}
        self.attorneys = [one for one in attorneys if _matches(one, self.chosen)]

    @property
    def is_filtered(self) -> bool:
        return bool(self.chosen)

    @property
    def summary(self) -> str:
        """The count and the active filters in words, also for screen readers."""
        count = len(self.attorneys)
        words = f"{count} attorney{'' if count == 1 else 's'}"
        if not self.chosen:
            return words
        labels = [self.options[name][key] for name, key in self.chosen.items()]
        return f"{words} of {len(self.everyone)}: {', '.join(labels)}"

    @property
    def filters(self) -> list[dict]:
        """The filters with at least two choices; each choice is a link."""
        labels = {"practice_area": "Practice area", "role": "Title", "language": "Language", "office": "Office"}
        return [
            {
                "name": name,
                "label": labels[name],
                "choices": [self._choice(name, key, label) for key, label in self.options[name].items()],
            }
            for name in FILTERS
            if len(self.options[name]) > 1
        ]

    def _choice(self, name: str, key: str, label: str) -> dict:
        is_chosen = self.chosen.get(name) == key
        others = {other: value for other, value in self.chosen.items() if other != name}
        target = others if is_chosen else others | {name: key}
        url = f"?{urlencode(target)}" if target else "?"
        return {"label": label, "url": url, "is_chosen": is_chosen}


def _keys(attorney) -> dict[str, set[str]]:
    return {
        "practice_area": {area.slug for area in attorney.practice_areas.all() if area.live},
        "role": {attorney.role},
        "language": {language.code for language in attorney.languages.all()},
        "office": {str(attorney.office_id)} if attorney.office_id else set(),
    }


def _matches(attorney, chosen: dict[str, str]) -> bool:
    keys = _keys(attorney)
    return all(key in keys[name] for name, key in chosen.items())


def _options(attorneys: list, offices: list, roles) -> dict[str, dict[str, str]]:
    """The values that occur among the attorneys, with their labels, by filter."""
    areas = {area.slug: area.title for one in attorneys for area in one.practice_areas.all() if area.live}
    spoken = {language.code: language.name for one in attorneys for language in one.languages.all()}
    held = {one.role for one in attorneys}
    used = {one.office_id for one in attorneys}
    return {
        "practice_area": dict(sorted(areas.items(), key=lambda item: item[1])),
        "role": {value: label for value, label in roles.choices if value in held},
        "language": dict(sorted(spoken.items(), key=lambda item: item[1])),
        "office": {str(office.pk): office.name for office in offices if office.pk in used},
    }
