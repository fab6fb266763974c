"""Grading, worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.progress.models import ActivityState
from app.quizzes.grading import Made, grade_of, outcome_of, passed
from app.quizzes.models import AttemptState
from app.quizzes.settings import Completes, Grading, QuizSettings
from app.quizzes.types import (
    AcceptedAnswer,
    Choice,
    MultipleChoice,
    MultipleChoiceAnswer,
    ShortAnswer,
    ShortAnswerAnswer,
    SingleChoice,
    SingleChoiceAnswer,
    grade,
    marks_hash,
)
from tests.factories import a_choice_question, text


def several(*fractions: float, partial: bool = False) -> MultipleChoice:
    choices = tuple(Choice(key, text(key), fraction) for key, fraction in zip("abcdef", fractions, strict=False))
    return MultipleChoice(text("Which?"), choices, partial=partial)


def test_single_choice_earns_its_fraction_with_its_feedback() -> None:
    question = a_choice_question()
    right = grade(question, SingleChoiceAnswer("a"), "en")
    assert right.fraction == 1.0
    assert [t.best("en", "en") for t in right.feedback] == ["Because it is right."]
    assert grade(question, SingleChoiceAnswer("b"), "en").fraction == 0.0
    assert grade(question, SingleChoiceAnswer("never"), "en").fraction == 0.0
    assert grade(question, None, "en").fraction == 0.0


@pytest.mark.parametrize(
    ("chosen", "fraction"), [("ab", 1.0), ("ba", 1.0), ("a", 0.0), ("abc", 0.0), ("c", 0.0), ("", 0.0)]
)
def test_multiple_choice_is_all_or_nothing(chosen: str, fraction: float) -> None:
    assert grade(several(1, 1, 0), MultipleChoiceAnswer(tuple(chosen)), "en").fraction == fraction


@pytest.mark.parametrize(
    ("chosen", "fraction"), [("ab", 1.0), ("a", 0.5), ("ac", 0.0), ("abc", 0.5), ("c", 0.0), ("abcd", 0.0)]
)
def test_multiple_choice_with_partial_credit_adds_up_within_bounds(chosen: str, fraction: float) -> None:
    question = several(0.5, 0.5, -0.5, -1.0, partial=True)
    assert grade(question, MultipleChoiceAnswer(tuple(chosen)), "en").fraction == fraction


@given(
    fractions=st.lists(st.floats(-1, 1), min_size=2, max_size=6),
    chosen=st.sets(st.sampled_from("abcdefgh")),
    partial=st.booleans(),
)
def test_a_grade_is_never_outside_0_and_1(fractions: list[float], chosen: set[str], partial: bool) -> None:
    answer = MultipleChoiceAnswer(tuple(sorted(chosen)))
    assert 0.0 <= grade(several(*fractions, partial=partial), answer, "en").fraction <= 1.0


@pytest.mark.parametrize(
    ("typed", "fraction"),
    [
        ("Rabat", 1.0), ("  rabat ", 1.0), ("RABAT", 1.0), ("the Rabat plan", 1.0), ("Tunis", 0.0), ("", 0.0),
        ("necessite", 0.5), ("nécessité", 0.5), ("a*b", 1.0), ("axb", 0.0),
    ],
)  # fmt: skip
def test_short_answers_fold_case_accents_and_spaces(typed: str, fraction: float) -> None:
    question = ShortAnswer(
        stem=text("Which plan?"), source_language="en",
        answers={
            "en": (
                AcceptedAnswer("Rabat"), AcceptedAnswer("* rabat *"), AcceptedAnswer(r"a\*b"),
                AcceptedAnswer("nécessité", 0.5),
            )
        },
    )  # fmt: skip
    assert grade(question, ShortAnswerAnswer(typed), "en").fraction == fraction


def test_accepted_answers_are_per_language_and_the_source_always_counts() -> None:
    question = ShortAnswer(
        stem=text("Which?"), source_language="en",
        answers={"en": (AcceptedAnswer("law"),), "fr": (AcceptedAnswer("loi"),)},
    )  # fmt: skip
    assert grade(question, ShortAnswerAnswer("loi"), "fr").fraction == 1.0
    assert grade(question, ShortAnswerAnswer("law"), "fr").fraction == 1.0
    assert grade(question, ShortAnswerAnswer("loi"), "en").fraction == 0.0


def test_an_answer_of_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        grade(a_choice_question(), ShortAnswerAnswer("a"), "en")


def test_the_marks_hash_ignores_translation_and_feedback() -> None:
    question = a_choice_question()
    translated = SingleChoice(
        stem=text("Which first step fits?", fr="Quelle première étape convient ?"),
        choices=tuple(Choice(c.key, text("x"), c.fraction) for c in question.choices),
    )
    other_key = SingleChoice(question.stem, tuple(Choice(c.key, c.text, 1.0 - c.fraction) for c in question.choices))
    assert marks_hash(question) == marks_hash(translated)
    assert marks_hash(question) != marks_hash(other_key)


@pytest.mark.parametrize(
    ("grading", "grade"),
    [(Grading.HIGHEST, 0.9), (Grading.MEAN, 0.6), (Grading.FIRST, 0.4), (Grading.LAST, 0.5)],
)
def test_which_attempt_counts(grading: Grading, grade: float) -> None:
    assert grade_of([0.4, 0.9, 0.5], grading) == pytest.approx(grade)
    assert grade_of([], grading) is None


def test_passing() -> None:
    assert passed(0.7, QuizSettings(pass_mark=70))
    assert passed(7 / 10, QuizSettings(pass_mark=70))
    assert not passed(0.69, QuizSettings(pass_mark=70))
    assert passed(0.0, QuizSettings())
    assert not passed(None, QuizSettings())


@pytest.mark.parametrize(
    ("scores", "highest", "mean", "first", "last"),
    [
        ([], None, None, None, None),
        ([0.4], 0.4, 0.4, 0.4, 0.4),
        ([0.4, 0.8, 0.6], 0.8, 0.6, 0.4, 0.6),
        ([None], None, None, None, None),
        ([0.4, None], 0.4, None, 0.4, None),
        ([None, 0.4], 0.4, None, None, 0.4),
    ],
)
def test_what_waits_for_marks_decides_nothing_yet(
    scores: list[float | None], highest: float | None, mean: float | None, first: float | None, last: float | None
) -> None:
    found = {grading: grade_of(scores, grading) for grading in Grading}
    assert found == {
        Grading.HIGHEST: highest,
        Grading.MEAN: pytest.approx(mean) if mean is not None else None,
        Grading.FIRST: first,
        Grading.LAST: last,
    }


S, O, X = AttemptState.SUBMITTED, AttemptState.OPEN, AttemptState.ABANDONED  # noqa: E741
STARTED, FAILED, COMPLETE = ActivityState.STARTED, ActivityState.FAILED, ActivityState.COMPLETE


@pytest.mark.parametrize(
    ("made", "completes", "allowed", "outcome"),
    [
        ([], Completes.PASSED, 3, None),
        ([(O, None)], Completes.PASSED, 3, None),
        ([(S, 0.7)], Completes.PASSED, 3, (COMPLETE, 0.7)),
        ([(S, 0.69)], Completes.PASSED, 3, (FAILED, 0.69)),
        ([(S, None)], Completes.PASSED, 3, (STARTED, None)),  # what waits fails nobody
        ([(S, 0.2), (S, None)], Completes.PASSED, 3, (STARTED, 0.2)),
        ([(S, 0.9), (S, None)], Completes.PASSED, 3, (COMPLETE, 0.9)),
        ([(X, None)], Completes.PASSED, 3, (FAILED, None)),
        ([(X, None), (S, 0.8)], Completes.PASSED, 3, (COMPLETE, 0.8)),
        ([(S, 0.2), (S, 0.3)], Completes.PASSED, 2, (FAILED, 0.3)),
        ([(S, 0.2), (S, 0.3)], Completes.PASSED_OR_USED_UP, 2, (COMPLETE, 0.3)),
        ([(S, 0.2), (X, None)], Completes.PASSED_OR_USED_UP, 2, (COMPLETE, 0.2)),
        ([(S, 0.2), (O, None)], Completes.PASSED_OR_USED_UP, 2, (FAILED, 0.2)),
        ([(S, 0.2)], Completes.PASSED_OR_USED_UP, 2, (FAILED, 0.2)),
        ([(S, 0.2)], Completes.PASSED_OR_USED_UP, None, (FAILED, 0.2)),
        ([(S, 0.2)], Completes.ATTEMPTS, None, (STARTED, 0.2)),
        ([(S, 0.9)], Completes.ATTEMPTS, None, (STARTED, 0.9)),
        ([(S, 0.2), (S, None)], Completes.ATTEMPTS, None, (COMPLETE, 0.2)),
        ([(S, 0.2), (X, None)], Completes.ATTEMPTS, None, (STARTED, 0.2)),
        ([(S, 0.2), (X, None)], Completes.ATTEMPTS, 2, (FAILED, 0.2)),
    ],
)
def test_what_attempts_come_to(
    made: list[tuple[AttemptState, float | None]],
    completes: Completes,
    allowed: int | None,
    outcome: tuple[ActivityState, float | None] | None,
) -> None:
    settings = QuizSettings(pass_mark=70, completes=completes, least_attempts=2)
    found = outcome_of([Made(state, score) for state, score in made], settings, allowed)
    assert (None if found is None else (found.state, found.score)) == outcome


def test_without_a_pass_mark_submitting_completes_marked_or_not() -> None:
    for score in (0.0, None):
        found = outcome_of([Made(S, score)], QuizSettings(), None)
        assert found and found.state is COMPLETE
    lost = outcome_of([Made(X)], QuizSettings(), None)
    assert lost and lost.state is FAILED
