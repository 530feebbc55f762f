"""Round numbers for the axis of a chart."""

from itertools import count


def ticks(greatest: int, most: int = 5) -> list[int]:
    """Return whole numbers from 0 to at least ``greatest``, evenly apart (1, 2 or 5 times a power of ten).

    There are at most ``most`` besides the 0, and always one.
    """
    greatest = max(1, greatest)
    step = next(
        step for power in count() for step in (10**power, 2 * 10**power, 5 * 10**power) if step * most >= greatest
    )
    return list(range(0, greatest + step, step)) if greatest % step else list(range(0, greatest + 1, step))
