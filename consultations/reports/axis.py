"""Round numbers for the axis of a chart."""

from itertools import count


def ticks(greatest: int, most: int = 5) -> list[int]:
    """Return evenly spaced whole numbers from 0 to at least ``greatest``; the step is 1, 2 or 5 times a power of ten.

    There is at least one besides the 0, and at most ``most``.
    """
    greatest = max(1, greatest)
    step = next(
        step for power in count() for step in (10**power, 2 * 10**power, 5 * 10**power) if step * most >= greatest
    )
    return list(range(0, greatest + step, step)) if greatest % step else list(range(0, greatest + 1, step))
