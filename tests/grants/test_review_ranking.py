"""Scores, spread and places: worked by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from app.grants.calls.questionnaire import Criterion
from app.grants.reviews.ranking import Place, Summary, mean, places, score, summary
from tests.factories import text

NEED = Criterion(key="need", title=text("Need"), points=5, weight=3)
IDEA = Criterion(key="idea", title=text("Idea"), points=10, weight=1)


def test_a_score_is_the_weighted_mean_of_shares_in_percent() -> None:
    """4 of 5 counts three times, 5 of 10 once: (3 × 80 + 50) / 4."""
    assert score([NEED, IDEA], {"need": 4, "idea": 5}) == Fraction(290, 4)


def test_points_of_zero_count() -> None:
    assert score([NEED, IDEA], {"need": 0, "idea": 10}) == 25


def test_a_criterion_without_points_is_left_out() -> None:
    assert score([NEED, IDEA], {"need": 4}) == 80
    assert score([NEED, IDEA], {}) is None
    assert score([], {"need": 4}) is None


def test_points_beyond_what_a_criterion_gives_count_as_all() -> None:
    assert score([NEED], {"need": 9}) == 100


def test_the_spread_is_that_of_all_reviews() -> None:
    """60, 70, 80: each is 0, 10 or 10 away, so the variance is 200 / 3."""
    assert summary([Fraction(60), Fraction(70), Fraction(80)]) == Summary(
        3, Decimal("70.0"), Decimal("8.2"), Decimal("60.0"), Decimal("80.0")
    )


def test_one_review_has_no_spread() -> None:
    assert summary([Fraction(145, 2)]) == Summary(1, Decimal("72.5"))
    assert summary([]) == Summary(0)


def test_means_are_rounded_halves_up() -> None:
    assert summary([Fraction(7225, 100)]).mean == Decimal("72.3")


def test_the_mean_alone_is_that_of_the_summary() -> None:
    for scores in ([], [Fraction(7225, 100)], [Fraction(200, 3), Fraction(100, 7), Fraction(33)]):
        assert mean(scores) == summary(scores).mean


def test_equal_means_share_a_place_and_the_next_is_left_out() -> None:
    means = {1: Decimal("70.0"), 2: Decimal("80.0"), 3: Decimal("70.0"), 4: Decimal("65.0")}
    assert places(means) == {2: Place(1, False), 1: Place(2, True), 3: Place(2, True), 4: Place(4, False)}
