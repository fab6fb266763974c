"""Checks, tries and certainty, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.attempts.behaviour import (
    after_tries,
    between_tries,
    can_check,
    check,
    correctness,
    hand_in,
    sure,
    tries_left,
)
from app.quizzes.models import Try
from app.quizzes.settings import Behaviour, QuizSettings
from app.quizzes.types import (
    Choice,
    Essay,
    MultipleChoice,
    MultipleChoiceAnswer,
    SingleChoiceAnswer,
)
from tests.factories import a_choice_question, text

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
RIGHT, WRONG, ALSO_WRONG = (SingleChoiceAnswer(key) for key in "abc")
QUESTION = a_choice_question()
IMMEDIATE = QuizSettings(behaviour=Behaviour.IMMEDIATE)
INTERACTIVE = QuizSettings(behaviour=Behaviour.INTERACTIVE, tries=3, penalty=0.25)
HALF = MultipleChoice(text("Which?"), (Choice("a", text("a"), 0.5), Choice("b", text("b"), 0.5)), partial=True)


def test_certainty_by_the_formula() -> None:
    table = {  # f: C1, C2, C3
        0.0: (0.0, -2 / 3, -2.0),
        0.5: (1 / 6, 0.0, -0.5),
        1.0: (1 / 3, 2 / 3, 1.0),
    }
    for fraction, expected in table.items():
        assert [sure(fraction, certainty) for certainty in (1, 2, 3)] == pytest.approx(expected)
        assert sure(fraction, None) == sure(fraction, 1)


@given(fraction=st.floats(0, 1), certainty=st.sampled_from([None, 1, 2, 3]))
def test_certainty_is_never_outside_minus_2_and_1_and_can_be_read_back(fraction: float, certainty: int | None) -> None:
    worth = sure(fraction, certainty)
    assert -2 <= worth <= 1
    back = correctness(QuizSettings(certainty=True), QUESTION, RIGHT, worth, certainty, ())
    assert back == pytest.approx(fraction, abs=1e-8)


@pytest.mark.parametrize(
    ("fraction", "earlier", "penalty", "worth"),
    [(1, 0, 1 / 3, 1), (1, 1, 1 / 3, 2 / 3), (1, 2, 1 / 3, 1 / 3), (1, 3, 1 / 3, 0), (0.5, 2, 0.25, 0),
     (0.5, 1, 0.2, 0.3), (1, 5, 0.5, 0), (0, 1, 0.5, 0), (1, 2, 0, 1)],
)  # fmt: skip
def test_earlier_tries_cost_their_penalty_and_no_more(
    fraction: float, earlier: int, penalty: float, worth: float
) -> None:
    assert after_tries(fraction, earlier, penalty) == pytest.approx(worth)


def test_an_immediate_check_is_the_last_word_right_or_wrong() -> None:
    for answer, fraction in ((RIGHT, 1.0), (WRONG, 0.0)):
        earned = check(QUESTION, answer, None, (), IMMEDIATE, "en", NOW)
        assert (earned.locked, earned.fraction, len(earned.tries)) == (True, fraction, 1)
        assert [t.best("en", "en") for t in earned.feedback] == [f"Because it is {'right' if fraction else 'wrong'}."]


def test_an_immediate_check_with_certainty() -> None:
    sure_of_it = QuizSettings(behaviour=Behaviour.IMMEDIATE, certainty=True)
    assert check(QUESTION, WRONG, 3, (), sure_of_it, "en", NOW).fraction == -2
    assert check(QUESTION, RIGHT, 2, (), sure_of_it, "en", NOW).fraction == pytest.approx(2 / 3)


def test_three_tries_at_a_quarter_each() -> None:
    first = check(QUESTION, WRONG, None, (), INTERACTIVE, "en", NOW)
    assert (first.locked, first.fraction) == (False, None)
    second = check(QUESTION, ALSO_WRONG, None, first.tries, INTERACTIVE, "en", NOW)
    assert (second.locked, tries_left(INTERACTIVE, second.tries)) == (False, 1)
    third = check(QUESTION, RIGHT, None, second.tries, INTERACTIVE, "en", NOW)
    assert (third.locked, third.fraction) == (True, 0.5)
    wrong_again = check(QUESTION, WRONG, None, second.tries, INTERACTIVE, "en", NOW)
    assert (wrong_again.locked, wrong_again.fraction) == (True, 0.0)


def test_a_partly_right_try_goes_on_and_is_worth_its_part_of_what_is_left() -> None:
    half, whole = MultipleChoiceAnswer(("a",)), MultipleChoiceAnswer(("a", "b"))
    first = check(HALF, half, None, (), INTERACTIVE, "en", NOW)
    assert (first.locked, first.tries[0].fraction) == (False, 0.5)
    assert hand_in(HALF, half, None, first.tries, INTERACTIVE, "en").fraction == 0.5  # no other try
    assert hand_in(HALF, whole, None, first.tries, INTERACTIVE, "en").fraction == 0.75


def test_submission_without_a_check() -> None:
    assert hand_in(QUESTION, RIGHT, None, (), IMMEDIATE, "en").fraction == 1.0
    assert hand_in(QUESTION, None, 3, (), QuizSettings(certainty=True), "en").fraction == 0.0  # nobody was sure
    assert hand_in(QUESTION, RIGHT, None, (), QuizSettings(certainty=True), "en").fraction == pytest.approx(1 / 3)


def test_certainty_is_asked_where_it_can_count() -> None:
    both = QuizSettings(behaviour=Behaviour.INTERACTIVE, certainty=True, penalty=0.25)
    assert hand_in(QUESTION, RIGHT, 1, (), both, "en").fraction == 1.0


def test_only_what_the_site_can_mark_is_checked() -> None:
    assert can_check(IMMEDIATE, QUESTION) and can_check(INTERACTIVE, QUESTION)
    assert not can_check(QuizSettings(), QUESTION)


def test_the_same_answer_is_no_new_try() -> None:
    tries = (Try(WRONG, 0.0, NOW),)
    assert between_tries(WRONG, tries, locked=False)
    assert not between_tries(ALSO_WRONG, tries, locked=False)
    assert not between_tries(WRONG, tries, locked=True)
    assert not between_tries(None, (), locked=False)


@given(
    answers=st.lists(st.sampled_from([RIGHT, WRONG, ALSO_WRONG]), min_size=1, max_size=6),
    penalty=st.floats(0, 1),
    most=st.integers(1, 5),
)
def test_however_tried_a_mark_is_0_to_1_and_tells_how_right_the_answer_was(
    answers: list[SingleChoiceAnswer], penalty: float, most: int
) -> None:
    settings = QuizSettings(behaviour=Behaviour.INTERACTIVE, tries=most, penalty=penalty)
    tries: tuple[Try, ...] = ()
    earned = None
    for answer in answers:
        if between_tries(answer, tries, locked=False):
            continue
        earned = check(QUESTION, answer, None, tries, settings, "en", NOW)
        tries = earned.tries
        if earned.locked:
            break
    assert earned is not None and len(tries) <= most
    last = tries[-1].answer
    fraction = earned.fraction if earned.locked else hand_in(QUESTION, last, None, tries, settings, "en").fraction
    assert fraction is not None and 0 <= fraction <= 1
    assert correctness(settings, QUESTION, last, fraction, None, tries) == pytest.approx(tries[-1].fraction)


def test_an_essay_is_marked_by_a_person() -> None:
    if not Essay.marked_by_hand:
        pytest.skip("essays are not graded yet")
    essay = Essay(text("Why?"))
    assert not can_check(IMMEDIATE, essay)
