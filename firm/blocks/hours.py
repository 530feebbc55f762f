"""Opening hours, readable by people and machines."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS = [(name[:3].lower(), name) for name in _NAMES]


class HoursBlock(blocks.StructBlock):
    """When an office is open, in the office's time zone."""

    days = blocks.MultipleChoiceBlock(search_index=False, choices=DAYS)
    opens = blocks.TimeBlock()
    closes = blocks.TimeBlock()

    class Meta:
        icon = "time"
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
