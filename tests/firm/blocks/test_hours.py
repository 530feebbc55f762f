import datetime

import pytest
from wagtail.blocks.struct_block import StructBlockValidationError

from firm.blocks.hours import HoursBlock


def line(days, opens="09:00", closes="17:00"):
    """Return one line of opening hours, from its stored value."""
    return HoursBlock().to_python({"days": days, "opens": opens, "closes": closes})


@pytest.mark.parametrize("closes", ["08:59", "09:00"])
def test_hours_that_close_before_they_open_are_refused(closes):
    with pytest.raises(StructBlockValidationError) as refusal:
        HoursBlock().clean(line(["mon"], closes=closes))
    assert set(refusal.value.block_errors) == {"closes"}


def test_hours_without_a_day_are_refused():
    with pytest.raises(StructBlockValidationError) as refusal:
        HoursBlock().clean(line([]))
    assert set(refusal.value.block_errors) == {"days"}


def test_hours_without_a_time_are_refused_at_the_time():
    with pytest.raises(StructBlockValidationError) as refusal:
        HoursBlock().clean(line(["mon"], opens=None))
    assert set(refusal.value.block_errors) == {"opens"}


def test_valid_hours_pass():
    assert HoursBlock().clean(line(["mon"]))["closes"] == datetime.time(17)
