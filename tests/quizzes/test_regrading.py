"""What a corrected key changes, calculated by hand; and that the same key changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.attempts import behaviour
from app.quizzes.models import Try
from app.quizzes.regrading.grading import Answered, Plan, Taken, Tried, earned, plan
from app.quizzes.settings import Behaviour, Grading, QuizSettings
from app.quizzes.types import Answer, Content, MultipleChoiceAnswer, ShortAnswerAnswer
from tests.factories import a_choice_question

from .marking import NOON, A, B, C, a_corrected

RIGHT_A = a_choice_question()
RIGHT_B = a_corrected(RIGHT_A, "b")
PLAIN = QuizSettings(pass_mark=60)
INTERACTIVE = QuizSettings(behaviour=Behaviour.INTERACTIVE, penalty=0.25, tries=3)
CERTAIN = QuizSettings(certainty=True)


def fraction(content: object, answered: Answered, settings: QuizSettings = PLAIN) -> float:
    result = earned(content, answered, settings, "en")  # type: ignore[arg-type]
    assert result is not None
    return result.fraction


def tries(*answers: object) -> tuple[Try, ...]:
    return tuple(Try(answer, 0.0, NOON) for answer in answers)  # type: ignore[arg-type]


# --- one answer -----------------------------------------------------------------------------


def test_by_the_new_key_another_choice_is_right() -> None:
    assert (fraction(RIGHT_A, Answered(B)), fraction(RIGHT_B, Answered(B))) == (0.0, 1.0)
    result = earned(RIGHT_B, Answered(B), PLAIN, "en")
    assert result and [text.best("en", "en") for text in result.feedback] == ["Feedback to b."]


def test_nothing_answered_earns_nothing_by_any_key() -> None:
    assert fraction(RIGHT_B, Answered(None)) == 0.0
    assert fraction(RIGHT_B, Answered(None, certainty=3), CERTAIN) == 0.0


@pytest.mark.parametrize("answer", [ShortAnswerAnswer("a"), MultipleChoiceAnswer(("a",)), type(A)("never")])
def test_an_answer_that_the_question_could_not_be_given(answer: object) -> None:
    assert earned(RIGHT_B, Answered(answer), PLAIN, "en") is None  # type: ignore[arg-type]
    assert earned(RIGHT_B, Answered(A, tries(answer)), INTERACTIVE, "en") is None


@pytest.mark.parametrize(
    ("certainty", "right", "wrong"),
    [(None, 1 / 3, 0.0), (1, 1 / 3, 0.0), (2, 2 / 3, -2 / 3), (3, 1.0, -2.0)],
)
def test_certainty(certainty: int | None, right: float, wrong: float) -> None:
    # C1: f/3. C2: 4f/3 − 2/3. C3: 3f − 2.
    assert fraction(RIGHT_A, Answered(A, certainty=certainty), CERTAIN) == pytest.approx(right)
    assert fraction(RIGHT_A, Answered(B, certainty=certainty), CERTAIN) == pytest.approx(wrong)


@pytest.mark.parametrize(
    ("checked", "last", "by_a", "by_b"),
    [
        ((), A, 1.0, 0.0),
        ((A,), A, 1.0, 0.0),  # checked last: no further try
        ((B,), A, 0.75, 1.0),  # by the new key the first try was right
        ((C, B), A, 0.5, 0.75),
        ((C, B, A), A, 0.5, 0.75),
        ((C, C, C), C, 0.0, 0.0),
        ((B,), None, 0.0, 1.0),  # the answer was taken away again
    ],
)
def test_several_tries(checked: Sequence[object], last: object, by_a: float, by_b: float) -> None:
    answered = Answered(last, tries(*checked))  # type: ignore[arg-type]
    assert fraction(RIGHT_A, answered, INTERACTIVE) == pytest.approx(by_a)
    assert fraction(RIGHT_B, answered, INTERACTIVE) == pytest.approx(by_b)


def test_penalties_never_go_below_nothing() -> None:
    answered = Answered(A, tries(B, C, B, C, B))
    assert fraction(RIGHT_A, answered, INTERACTIVE) == 0.0


# --- who would change -----------------------------------------------------------------------


def a_taken(attempt: int, answer: object, graded: float, **values: object) -> Taken:
    facts = {"marks": 2.0, "waits": False, "by_hand": False, **values}
    return Taken(attempt_id=attempt, slot=0, language="en", answered=Answered(answer), fraction=graded, **facts)  # type: ignore[arg-type]


def a_tried(attempt: int, goer: int, earned_marks: float, *, number: int = 1, waits: bool = False) -> Tried:
    """An attempt at a quiz of 4 marks."""
    return Tried(attempt, (goer, 1), number, 4.0, earned_marks, None if waits else earned_marks / 4)


def planned(settings: QuizSettings, taken: Sequence[Taken], tried: Sequence[Tried]) -> Plan:
    return plan(9, RIGHT_B, settings, taken, tried)


def test_a_preview_by_hand() -> None:
    # Two marks for the question, two for the rest; 60 % passes. Person 1 chose a and had 4 of 4: by the new key 2 of 4,
    # 50 %. Person 2 chose b and had 2 of 4: now 4 of 4. Person 3 chose c, which stays wrong. Person 4 was marked by a
    # person, 5 waits, 6 answered what the new version does not have.
    taken = [
        a_taken(1, A, 1.0), a_taken(2, B, 0.0), a_taken(3, C, 0.0), a_taken(4, A, 1.0, by_hand=True),
        a_taken(5, A, 0.0, waits=True), a_taken(6, type(A)("never"), 0.0),
    ]  # fmt: skip
    tried = [
        a_tried(1, 1, 4.0), a_tried(2, 2, 2.0), a_tried(3, 3, 2.0), a_tried(4, 4, 4.0), a_tried(5, 5, 2.0, waits=True),
        a_tried(6, 6, 2.0),
    ]  # fmt: skip
    found = planned(PLAIN, taken, tried)
    first, second = found.changes
    assert (first.attempt_id, first.before, first.after) == (1, 1.0, 0.0)
    assert (first.score_before, first.score_after, first.grade_before, first.grade_after) == (1.0, 0.5, 1.0, 0.5)
    assert (first.would_no_longer_pass, first.would_pass) == (True, False)
    assert (second.score_after, second.would_pass) == (1.0, True)
    assert (found.same, found.by_hand, found.waiting, found.misfits) == (1, 1, 1, 1)
    assert (found.raised, found.lowered, found.attempts) == (1, 1, 2)
    assert (found.would_pass, found.would_no_longer_pass) == (1, 1)


@pytest.mark.parametrize(
    ("grading", "before", "after"),
    [
        (Grading.HIGHEST, 0.75, 1.0),
        (Grading.MEAN, 0.625, 0.75),
        (Grading.FIRST, 0.5, 1.0),
        (Grading.LAST, 0.75, 0.5),
    ],
)
def test_the_grade_is_made_of_all_attempts(grading: Grading, before: float, after: float) -> None:
    # Two attempts of one person: the first chose b and had 2 of 4 (0.5), by the new key 4 of 4. The second chose a,
    # for half of the mark, and had 3 of 4 (0.75): by the new key 2 of 4. Means: (0.5 + 0.75) / 2, (1 + 0.5) / 2.
    taken = [a_taken(1, B, 0.0), a_taken(2, A, 0.5)]
    tried = [a_tried(2, 1, 3.0, number=2), a_tried(1, 1, 2.0)]
    found = planned(QuizSettings(pass_mark=60, grading=grading), taken, tried)
    assert [(c.grade_before, c.grade_after) for c in found.changes] == [(before, after)] * 2


def test_an_attempt_that_waits_has_no_score_before_or_after() -> None:
    found = planned(PLAIN, [a_taken(1, B, 0.0)], [a_tried(1, 1, 0.0, waits=True)])
    (change,) = found.changes
    assert (change.score_before, change.score_after, change.grade_after) == (None, None, None)
    assert (found.attempts, change.would_pass) == (0, False)


def test_a_plan_is_told_from_any_other() -> None:
    one = planned(PLAIN, [a_taken(1, B, 0.0)], [a_tried(1, 1, 0.0)])
    same = planned(PLAIN, [a_taken(1, B, 0.0), a_taken(2, C, 0.0)], [a_tried(1, 1, 0.0), a_tried(2, 2, 0.0)])
    more = planned(PLAIN, [a_taken(1, B, 0.0), a_taken(2, B, 0.0)], [a_tried(1, 1, 0.0), a_tried(2, 2, 0.0)])
    other_mark = planned(PLAIN, [a_taken(1, B, 0.5)], [a_tried(1, 1, 1.0)])
    assert one.seen == same.seen  # who joins without a change is no other plan
    assert len({one.seen, more.seen, other_mark.seen}) == 3


# --- properties -----------------------------------------------------------------------------

choices = st.sampled_from([A, B, C])
behaviours = st.sampled_from([PLAIN, INTERACTIVE, CERTAIN, QuizSettings(behaviour=Behaviour.IMMEDIATE, certainty=True)])
answers = st.builds(
    Answered,
    st.none() | choices,
    st.lists(choices, max_size=4).map(lambda made: tries(*made)),
    st.none() | st.integers(1, 3),
)


@given(answers, behaviours, st.sampled_from([RIGHT_A, RIGHT_B]))
def test_what_is_earned_stays_in_bounds(answered: Answered, settings: QuizSettings, content: object) -> None:
    assert (-2 if settings.certainty else 0) <= fraction(content, answered, settings) <= 1


@given(st.lists(answers, max_size=12), behaviours, st.sampled_from([RIGHT_A, RIGHT_B]))
def test_the_same_key_changes_nothing(made: list[Answered], settings: QuizSettings, content: object) -> None:
    taken = [
        Taken(n, 0, 1.0, "en", answered, fraction(content, answered, settings), waits=False, by_hand=False)
        for n, answered in enumerate(made)
    ]
    tried = [Tried(one.attempt_id, (one.attempt_id % 3, 1), one.attempt_id, 1.0, one.fraction, 0.5) for one in taken]
    found = plan(1, content, settings, taken, tried)  # type: ignore[arg-type]
    assert (found.changes, found.same) == ((), len(made))


@given(st.lists(answers, min_size=1, max_size=12), behaviours)
def test_there_and_back_again_is_as_before(made: list[Answered], settings: QuizSettings) -> None:
    """Regrading by another key and then by the first gives the marks that were there."""
    first = [fraction(RIGHT_A, answered, settings) for answered in made]
    taken = [
        Taken(n, 0, 1.0, "en", answered, fraction(RIGHT_B, answered, settings), waits=False, by_hand=False)
        for n, answered in enumerate(made)
    ]
    tried = [Tried(one.attempt_id, (one.attempt_id, 1), 1, 1.0, one.fraction, max(0.0, one.fraction)) for one in taken]
    back = plan(1, RIGHT_A, settings, taken, tried)
    changed = {change.attempt_id: change.after for change in back.changes}
    assert [changed.get(one.attempt_id, one.fraction) for one in taken] == pytest.approx(first)


@given(
    st.lists(choices, max_size=4),
    st.none() | choices,
    st.none() | st.integers(1, 3),
    behaviours,
    st.sampled_from([RIGHT_A, RIGHT_B]),
)
def test_it_gives_what_taking_the_quiz_gave(
    checked: list[Answer], last: Answer | None, certainty: int | None, settings: QuizSettings, content: Content
) -> None:
    """Answers are checked until the question locks, then handed in, as `behaviour` grades them."""
    answer: Answer | None = last
    made: tuple[Try, ...] = ()
    locked = None
    for attempt in checked if settings.behaviour is not Behaviour.DEFERRED else []:
        result = behaviour.check(content, attempt, certainty, made, settings, "en", NOON)
        made = result.tries
        if result.locked:
            answer, locked = attempt, result
            break
    given_then = locked or behaviour.hand_in(content, answer, certainty, made, settings, "en")
    assert given_then.fraction is not None
    assert fraction(content, Answered(answer, made, certainty), settings) == pytest.approx(given_then.fraction)
