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
        """Return the score of a value, 0 to 1: the complement of the log-normal distribution through the two points."""
        if value <= 0:
            return 1.0
        shape = (math.log(self.median) - math.log(self.p10)) / (math.sqrt(2) * _INVERSE_ERFC_FIFTH)
        standardised = (math.log(value) - math.log(self.median)) / (shape * math.sqrt(2))
        return _rounded_as_published((1 - math.erf(standardised)) / 2, value, self)


#: erfc⁻¹(1/5): where a tenth of the distribution lies below.
_INVERSE_ERFC_FIFTH = 0.9061938024368232
#: Milliseconds; the shift has no unit.
CURVES = {
    "first-contentful-paint": Curve(10, 1800, 3000),
    "speed-index": Curve(10, 3387, 5800),
    "largest-contentful-paint": Curve(25, 2500, 4000),
    "total-blocking-time": Curve(30, 200, 600),
    "cumulative-layout-shift": Curve(25, 0.1, 0.25),
}


def _rounded_as_published(score: float, value: float, curve: Curve) -> float:
    """Keep a value that is better than ``p10`` at 0.9 or more, one that is better than the median at 0.5 or more."""
    if value <= curve.p10:
        return max(0.9, min(1.0, score))
    return max(0.5, min(0.8999999, score)) if value <= curve.median else max(0.0, min(0.4999999, score))


def performance(values: dict[str, float]) -> float:
    """Return the score of a page, 0 to 100, from its figures; those that are missing leave their weight out."""
    known = {name: CURVES[name] for name in CURVES if name in values}
    weights = sum(curve.weight for curve in known.values())
    return 100 * sum(curve.weight * curve.score(values[name]) for name, curve in known.items()) / weights
