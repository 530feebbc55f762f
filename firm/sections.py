"""Registers this app's own home-page sections."""

from firm.blocks import proof, sections
from firm.registry import register_home_section

for _order, (_name, _block) in enumerate(
    [
        ("hero", sections.HeroBlock(group="Opening")),
        ("logo_strip", proof.LogoStripBlock(group="Proof")),
        ("badges", proof.BadgesBlock(group="Proof")),
        ("on_screen", proof.OnScreenBlock(group="Proof")),
        ("case_results", proof.CaseResultsBlock(group="Proof")),
        ("statistics", proof.StatisticsBlock(group="Proof")),
        ("value_statement", sections.ValueStatementBlock(group="Text")),
        ("faq", sections.FaqSectionBlock(group="Text")),
        ("practice_areas", sections.PracticeAreasBlock(group="Text")),
        ("call_to_action", sections.CallToActionSectionBlock(group="Text")),
    ]
):
    register_home_section(_name, _block, order=_order * 10)
