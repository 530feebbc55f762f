"""Opening hours, readable by people and machines."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS = [(name[:3].lower(), name) for name in _NAMES]
_ORDER = [key for key, _ in DAYS]


class HoursValue(blocks.StructValue):
    """The days and times of one line."""

    @property
    def days_label(self) -> str:
        """The days in words; adjacent ones as a span: “Monday to Friday”, “Saturday and Sunday”."""
        places = sorted(_ORDER.index(day) for day in self["days"] if day in _ORDER)
        spans: list[list[int]] = []
        for place in places:
            if spans and spans[-1][-1] == place - 1:
                spans[-1].append(place)
            else:
                spans.append([place])
        return ", ".join(_span(span) for span in spans)


def _span(places: list[int]) -> str:
    first, last = _NAMES[places[0]], _NAMES[places[-1]]
    if len(places) == 1:
        return first
    return f"{first} and {last}" if len(places) == 2 else f"{first} to {last}"


class HoursBlock(blocks.StructBlock):
    """When an office is open, in the office's time zone."""

    days = blocks.MultipleChoiceBlock(search_index=False, choices=DAYS)
    opens = blocks.TimeBlock()
    closes = blocks.TimeBlock()

    class Meta:
        icon = "time"
        value_class = HoursValue
        label_format = "{days} {opens}–{closes}"

    def clean(self, value):
        result = super().clean(value)
        if result["opens"] and result["closes"] and result["closes"] <= result["opens"]:
            raise StructBlockValidationError(
                block_errors={"closes": ValidationError("Must be later than the opening.")}
            )
        return result


def hours_blocks():
    return [("hours", HoursBlock())]
