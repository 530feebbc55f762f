"""Scores against those that Lighthouse 13 gives for the same values."""

import pytest

from bench.curves import CURVES, Curve, performance


@pytest.mark.parametrize(
    ("p10", "median", "value", "score"),
    [
        (1800, 3000, 1216, 0.98826),
        (1800, 3000, 900, 0.99874),
        (2500, 4000, 1569, 0.99464),
        (2500, 4000, 3200, 0.72855),
        (2500, 4000, 6000, 0.13446),
        (3387, 5800, 3445, 0.89272),
        (200, 600, 350, 0.73524),
        (0.1, 0.25, 0.05, 0.98781),
        (0.1, 0.25, 0.3, 0.39936),
    ],
)
def test_scores_are_lighthouses(p10, median, value, score):
    assert Curve(1, p10, median).score(value) == pytest.approx(score, abs=1e-5)


@pytest.mark.parametrize("name", CURVES)
def test_control_points_score_what_they_stand_for(name):
    curve = CURVES[name]
    assert curve.score(curve.p10) == pytest.approx(0.9)
    assert curve.score(curve.median) == pytest.approx(0.5)
    assert curve.score(0) == 1.0


def test_performance_is_the_weighted_sum():
    perfect = dict.fromkeys(CURVES, 0.0)
    assert performance(perfect) == 100
    # A blocking time at the median loses half of its weight of 30.
    assert performance(perfect | {"total-blocking-time": 600}) == pytest.approx(85)


def test_what_is_not_known_leaves_its_weight_out():
    values = {"first-contentful-paint": 3000, "largest-contentful-paint": 4000}
    assert performance(values) == pytest.approx(50)
