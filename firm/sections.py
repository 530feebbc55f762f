"""Registers this app's own home-page sections."""

from firm.blocks import sections
from firm.registry import register_home_section

for _order, (_name, _block) in enumerate(
    [
        ("hero", sections.HeroBlock(group="Opening")),
        ("logo_strip", sections.LogoStripBlock(group="Proof")),
        ("badges", sections.BadgesBlock(group="Proof")),
        ("on_screen", sections.OnScreenBlock(group="Proof")),
        ("case_results", sections.CaseResultsBlock(group="Proof")),
        ("statistics", sections.StatisticsBlock(group="Proof")),
        ("value_statement", sections.ValueStatementBlock(group="Text")),
        ("faq", sections.FaqSectionBlock(group="Text")),
        ("practice_areas", sections.PracticeAreasBlock(group="Text")),
        ("call_to_action", sections.CallToActionSectionBlock(group="Text")),
    ]
):
    register_home_section(_name, _block, order=_order * 10)
