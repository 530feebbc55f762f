"""Blocks of an attorney's profile: admissions, education, representative matters."""

from wagtail import blocks

from firm.pages.prefetch import FetchedPageChooserBlock


class AdmissionBlock(blocks.StructBlock):
    """A bar or court to which the attorney is admitted."""

    jurisdiction = blocks.CharBlock(max_length=120, help_text="Example: U.S. District Court, S.D.N.Y.")
    year = blocks.CharBlock(required=False, max_length=60, help_text="Example: 2009.")

    class Meta:
        icon = "success"
        label_format = "{jurisdiction} {year}"


class EducationBlock(blocks.StructBlock):
    institution = blocks.CharBlock(max_length=120)
    degree = blocks.CharBlock(max_length=80, help_text="Example: J.D.")
    year = blocks.CharBlock(required=False, max_length=60, help_text="Example: 2009.")

    class Meta:
        icon = "doc-empty"
        label_format = "{degree}, {institution}"


class MatterBlock(blocks.StructBlock):
    """A representative matter. The notice on prior results is always printed with it."""

    title = blocks.CharBlock(max_length=120)
    summary = blocks.TextBlock(rows=3, max_length=500)
    outcome = blocks.CharBlock(required=False, max_length=160)
    jurisdiction = blocks.CharBlock(required=False, max_length=120)
    year = blocks.CharBlock(required=False, max_length=60, help_text="Example: 2009.")
    practice_area = FetchedPageChooserBlock(page_type="firm.PracticeAreaPage", required=False)

    class Meta:
        icon = "clipboard-list"
        label_format = "{title}"


def admission_blocks():
    return [("admission", AdmissionBlock())]


def education_blocks():
    return [("degree", EducationBlock())]


def matter_blocks():
    return [("matter", MatterBlock())]
