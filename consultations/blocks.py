"""Blocks of the consultation page."""

from wagtail import blocks


class StepBlock(blocks.StructBlock):
    """One step of what happens after a request."""

    heading = blocks.CharBlock(max_length=80, help_text="Example: We check for conflicts of interest.")
    text = blocks.TextBlock(required=False, rows=2, max_length=240)

    class Meta:
        icon = "list-ol"
        label = "Step"
        label_format = "{heading}"


def step_blocks():
    """Return the only block of the list of steps."""
    return [("step", StepBlock())]
