"""How Lighthouse makes one score of its figures: log-normal curves and weights of version 10 and later, mobile.

Control points and weights are those that Lighthouse publishes (its guide "Performance scoring", and
``core/audits/metrics/`` of its source, version 13): the value that scores 0.9, and the one that scores 0.5.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """A metric: its weight in the score, and the values that score 0.9 (``p10``) and 0.5 (``median``)."""

    weight: float
    p10: float
    median: float

    def score(self, value: float) -> float:
        """Return the score of a value, 0 to 1: how much of the log-normal distribution through both points is worse."""
        if value <= 0:
            return 1.0
        distance = math.log(value / self.median) / math.log(self.median / self.p10)
        return math.erfc(distance * TENTH) / 2


#: erfc⁻¹(1/5): at this distance from the median a tenth of the distribution is left.
TENTH = 0.9061938024368232
#: Milliseconds; the shift has no unit.
CURVES = {
    "first-contentful-paint": Curve(10, 1800, 3000),
    "speed-index": Curve(10, 3387, 5800),
    "largest-contentful-paint": Curve(25, 2500, 4000),
    "total-blocking-time": Curve(30, 200, 600),
    "cumulative-layout-shift": Curve(25, 0.1, 0.25),
}


def performance(values: dict[str, float]) -> float:
    """Return the score of a page, 0 to 100, from its figures; those that are missing leave their weight out."""
    known = {name: CURVES[name] for name in CURVES if name in values}
    weights = sum(curve.weight for curve in known.values())
    return 100 * sum(curve.weight * curve.score(values[name]) for name, curve in known.items()) / weights
