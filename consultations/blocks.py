"""Blocks of the consultation page and of the intake desk's settings."""

from wagtail import blocks


class StepBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80, help_text="Example: We check for conflicts of interest.")
    text = blocks.TextBlock(required=False, rows=2, max_length=240)

    class Meta:
        icon = "list-ol"
        label = "Step"
        label_format = "{heading}"


class HolidayBlock(blocks.StructBlock):
    date = blocks.DateBlock()
    name = blocks.CharBlock(required=False, max_length=60, help_text="Example: Labor Day.")

    class Meta:
        icon = "date"
        label = "Holiday"
        label_format = "{date} {name}"


def step_blocks():
    return [("step", StepBlock())]


def holiday_blocks():
    return [("holiday", HolidayBlock())]
