"""Blocks of the consultation page and of the intake desk's settings."""

from wagtail import blocks


class StepBlock(blocks.StructBlock):
    """One step of what happens after a request."""

    heading = blocks.CharBlock(max_length=80, help_text="Example: We check for conflicts of interest.")
    text = blocks.TextBlock(required=False, rows=2, max_length=240)

    class Meta:
        icon = "list-ol"
        label = "Step"
        label_format = "{heading}"


class HolidayBlock(blocks.StructBlock):
    """A day whose hours do not count."""

    date = blocks.DateBlock()
    name = blocks.CharBlock(required=False, max_length=60, help_text="Example: Labor Day.")

    class Meta:
        icon = "date"
        label = "Holiday"
        label_format = "{date} {name}"


def step_blocks():
    """Return the only block of the list of steps."""
    return [("step", StepBlock())]


def holiday_blocks():
    """Return the only block of the list of holidays."""
    return [("holiday", HolidayBlock())]
